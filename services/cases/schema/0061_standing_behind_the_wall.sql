-- What stands without a case is seen by its school; the part `standing-owners` looks for what somebody who is gone still has (ADR 32, 61).
ALTER TABLE {schema}.standing_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.standing_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('builder', 'owners', 'migration'));
CREATE POLICY of_school ON {schema}.standing_v1 FOR SELECT USING (
    (SELECT current_setting('tanggap.schools', true)) = '*'
    OR school IN (SELECT unnest(string_to_array(current_setting('tanggap.schools', true), ',')))
);
