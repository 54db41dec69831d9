-- Who is gone stands behind the second wall as well, and the part `owners` looks for what they still have (ADR 23, 32). `person:<id>` in a reader's
-- schools shows what waits for them also where the wall hides the case: a teacher may be asked in a case of the district's desk.
ALTER POLICY of_school ON {schema}.worklist_v1 USING (
    (SELECT current_setting('tanggap.schools', true)) = '*'
    OR CASE desk WHEN 'school' THEN school ELSE 'desk:' || school END IN (SELECT unnest(string_to_array(current_setting('tanggap.schools', true), ',')))
    OR asked AND 'person:' || owner IN (SELECT unnest(string_to_array(current_setting('tanggap.schools', true), ',')))
);

ALTER TABLE {schema}.leave_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.leave_v1
    USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('builder', 'directory', 'owners', 'migration'));
ALTER TABLE {schema}.gone_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.gone_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('directory', 'owners', 'migration'));
ALTER POLICY of_work ON {schema}.case_list_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('builder', 'owners', 'migration'));
ALTER POLICY of_work ON {schema}.worklist_v1
    USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('builder', 'clock', 'owners', 'migration'));
ALTER POLICY of_work ON {schema}.suspension_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('directory', 'owners', 'migration'));
