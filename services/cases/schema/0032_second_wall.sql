-- The second wall (ADR 32). Row security shows a reader the schools in `tanggap.schools` (`desk:<school>` adds what goes past that school, `*` is the
-- district), and a part of the service's own work the tables that it needs (`tanggap.acting_as`). Both are set for one transaction. Who says neither is
-- nobody, and sees no row. Only the service's own work writes. Settings are asked for in queries of their own, so that they are looked at once a
-- statement and not once a row.

-- The lists and the reports.
DROP POLICY case_list_by_school ON {schema}.case_list_v1;
DROP POLICY worklist_by_school ON {schema}.worklist_v1;
DROP POLICY facts_by_school ON {schema}.fact_v1;
CREATE POLICY of_work ON {schema}.case_list_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('builder', 'migration'));
CREATE POLICY of_school ON {schema}.case_list_v1 FOR SELECT USING (
    (SELECT current_setting('tanggap.schools', true)) = '*'
    OR CASE desk WHEN 'school' THEN school ELSE 'desk:' || school END IN (SELECT unnest(string_to_array(current_setting('tanggap.schools', true), ',')))
    OR desk = 'school' AND student_at IN (SELECT unnest(string_to_array(current_setting('tanggap.schools', true), ',')))
    OR desk = 'school' AND asked_of IN (SELECT unnest(string_to_array(current_setting('tanggap.schools', true), ',')))
);
CREATE POLICY of_work ON {schema}.worklist_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('builder', 'clock', 'migration'));
CREATE POLICY of_school ON {schema}.worklist_v1 FOR SELECT USING (
    (SELECT current_setting('tanggap.schools', true)) = '*'
    OR CASE desk WHEN 'school' THEN school ELSE 'desk:' || school END IN (SELECT unnest(string_to_array(current_setting('tanggap.schools', true), ',')))
);
CREATE POLICY of_work ON {schema}.fact_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('builder', 'migration'));
CREATE POLICY of_school ON {schema}.fact_v1 FOR SELECT USING (
    (SELECT current_setting('tanggap.schools', true)) = '*'
    OR CASE desk WHEN 'school' THEN school ELSE 'desk:' || school END IN (SELECT unnest(string_to_array(current_setting('tanggap.schools', true), ',')))
);

-- Which cases share a concern: asked for by what comes in, never for a reader.
ALTER TABLE {schema}.strand_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.strand_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('builder', 'strands', 'migration'));

-- Who is who and where, kept from intake.
ALTER TABLE {schema}.person_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.person_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('directory', 'migration'));
CREATE POLICY of_school ON {schema}.person_v1 FOR SELECT USING (
    (SELECT current_setting('tanggap.schools', true)) = '*'
    OR school IN (SELECT unnest(string_to_array(current_setting('tanggap.schools', true), ',')))
);
ALTER TABLE {schema}.post_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.post_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('directory', 'migration'));
CREATE POLICY of_school ON {schema}.post_v1 FOR SELECT USING (
    (SELECT current_setting('tanggap.schools', true)) = '*'
    OR school IN (SELECT unnest(string_to_array(current_setting('tanggap.schools', true), ',')))
);
ALTER TABLE {schema}.whereabouts_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.whereabouts_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('directory', 'migration'));
CREATE POLICY of_school ON {schema}.whereabouts_v1 FOR SELECT USING (
    (SELECT current_setting('tanggap.schools', true)) = '*'
    OR school IN (SELECT unnest(string_to_array(current_setting('tanggap.schools', true), ',')))
);
ALTER TABLE {schema}.suspension_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.suspension_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('directory', 'migration'));
ALTER TABLE {schema}.session_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.session_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('sessions', 'migration'));

-- Who read what, of the cases' readers and of those who ask for it; the index is for whoever asks what somebody has read.
CREATE INDEX read_log_reader ON {schema}.read_log (reader, read_at);
ALTER TABLE {schema}.read_log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.read_log USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('reads', 'migration'));
