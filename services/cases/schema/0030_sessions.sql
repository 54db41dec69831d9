-- The sessions that intake told of, for while intake does not answer (ADR 30). An ending may come first: it stands alone until it is forgotten.
CREATE TABLE {schema}.session_v1 (
    session text PRIMARY KEY, person text NOT NULL, kind text NOT NULL DEFAULT 'person', level text NOT NULL DEFAULT 'single',
    begun_at timestamptz NOT NULL DEFAULT clock_timestamp(), proved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ends_at timestamptz NOT NULL DEFAULT clock_timestamp() + interval '12 hours', ended boolean NOT NULL DEFAULT false,
    kept_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX session_v1_over ON {schema}.session_v1 (ends_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.session_v1 TO {role};
