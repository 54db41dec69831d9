-- Erasures and where they stand, and who left when: what goes on by itself, and what the archive schedule asks for (ADR 50). Ids, codes and times.
CREATE TABLE {schema}.erasure_v1 (
    generation integer NOT NULL, person text NOT NULL, erasure text NOT NULL, state text NOT NULL, ground text NOT NULL, scope text NOT NULL,
    asked_at timestamptz NOT NULL, PRIMARY KEY (generation, person)
);
CREATE INDEX erasure_v1_underway ON {schema}.erasure_v1 (generation, asked_at) WHERE state = 'underway';
CREATE INDEX erasure_v1_asked ON {schema}.erasure_v1 (generation, asked_at DESC);
CREATE TABLE {schema}.left_v1 (
    generation integer NOT NULL, person text NOT NULL, kind text NOT NULL, school text NOT NULL, left_at timestamptz, PRIMARY KEY (generation, person)
);
CREATE INDEX left_v1_left ON {schema}.left_v1 (generation, left_at, person) WHERE left_at IS NOT NULL;
ALTER TABLE {schema}.erasure_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.erasure_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('builder', 'erasures', 'migration'));
ALTER TABLE {schema}.left_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.left_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('builder', 'erasures', 'migration'));
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.erasure_v1, {schema}.left_v1 TO {role};

-- What people asked of their own data, until when it is to be answered, and what was answered (UU PDP, articles 30 to 41).
CREATE TABLE {schema}.subject_request_v1 (
    generation integer NOT NULL, request text NOT NULL, person text NOT NULL, claim text NOT NULL, asked_at timestamptz NOT NULL, due timestamptz NOT NULL,
    outcome text, answered_at timestamptz, PRIMARY KEY (generation, request)
);
CREATE INDEX subject_request_v1_due ON {schema}.subject_request_v1 (generation, due) WHERE outcome IS NULL;
CREATE INDEX subject_request_v1_asked ON {schema}.subject_request_v1 (generation, asked_at DESC);
ALTER TABLE {schema}.subject_request_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.subject_request_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('builder', 'erasures', 'migration'));
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.subject_request_v1 TO {role};
