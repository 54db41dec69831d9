-- Sessions that have not ended, and whose they are (ADR 30). The cookie's value is kept nowhere: `session` is its SHA-256.
CREATE TABLE {schema}.session_v1 (
    generation integer NOT NULL, session text NOT NULL, person text NOT NULL, kind text NOT NULL, level text NOT NULL, way text NOT NULL,
    begun_at timestamptz NOT NULL, proved_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, PRIMARY KEY (generation, session)
);
CREATE INDEX session_v1_person ON {schema}.session_v1 (generation, person);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.session_v1 TO {role};
