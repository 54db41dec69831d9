-- A token is seen by whoever sees its person or one of the person's cases: both stand behind the wall themselves (ADR 32).
ALTER TABLE {schema}.name_token_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.name_token_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('directory', 'migration'));
CREATE POLICY of_school ON {schema}.name_token_v1 FOR SELECT USING (
    (SELECT current_setting('tanggap.schools', true)) = '*'
    OR EXISTS (SELECT FROM {schema}.person_v1 p WHERE p.person = name_token_v1.person)
    OR EXISTS (SELECT FROM {schema}.case_list_v1 c WHERE c.student = name_token_v1.person)
);
