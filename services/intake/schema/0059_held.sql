-- Reports that came over the rate and wait for somebody (ADR 59). Ids, codes and times; their words lie in the events, sealed.
CREATE TABLE {schema}.held_v1 (
    generation integer NOT NULL, concern text NOT NULL, school text NOT NULL, danger boolean NOT NULL, alike integer NOT NULL, at timestamptz NOT NULL,
    aside text, PRIMARY KEY (generation, concern)
);
CREATE INDEX held_v1_waiting ON {schema}.held_v1 (generation, school, danger DESC, alike, at) WHERE aside IS NULL;
ALTER TABLE {schema}.held_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.held_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('builder', 'held', 'migration'));
CREATE POLICY of_school ON {schema}.held_v1 FOR SELECT USING (
    (SELECT current_setting('tanggap.schools', true)) = '*'
    OR school IN (SELECT unnest(string_to_array(current_setting('tanggap.schools', true), ',')))
);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.held_v1 TO {role};
