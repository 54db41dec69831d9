-- The second wall (ADR 32), as cases has it: a reader sees the schools in `tanggap.schools`, an agency its own tasks (`agency:<id>` there), and whoever is
-- named only that (`person:<id>`). A part of the service's own work sees the tables that it needs (`tanggap.acting_as`); whoever says neither, nobody.
ALTER TABLE {schema}.person_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.person_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('directory', 'outbox', 'migration'));
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
ALTER TABLE {schema}.suspension_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.suspension_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('directory', 'migration'));
ALTER TABLE {schema}.away_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.away_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('directory', 'migration'));
ALTER TABLE {schema}.session_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.session_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('sessions', 'migration'));

-- A message or a task is of the school where its case is now. That one stands apart from the people of the case, so that a reader's query may ask for
-- it; a case that cases has not told of is where it was when the message was written.
CREATE TABLE {schema}.case_school_v1 (case_id text PRIMARY KEY, school text NOT NULL);
INSERT INTO {schema}.case_school_v1 SELECT case_id, school FROM {schema}.case_people_v1;
GRANT SELECT, INSERT, UPDATE ON {schema}.case_school_v1 TO {role};
ALTER TABLE {schema}.case_people_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.case_people_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('rights', 'migration'));
ALTER TABLE {schema}.outbox_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.outbox_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('builder', 'outbox', 'migration'));
CREATE POLICY of_school ON {schema}.outbox_v1 FOR SELECT USING (
    (SELECT current_setting('tanggap.schools', true)) = '*'
    OR coalesce((SELECT k.school FROM {schema}.case_school_v1 k WHERE k.case_id = outbox_v1.case_id), outbox_v1.school) IN (SELECT unnest(string_to_array(current_setting('tanggap.schools', true), ',')))
);
ALTER TABLE {schema}.task_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.task_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('builder', 'migration'));
CREATE POLICY of_school ON {schema}.task_v1 FOR SELECT USING (
    (SELECT current_setting('tanggap.schools', true)) = '*'
    OR coalesce((SELECT k.school FROM {schema}.case_school_v1 k WHERE k.case_id = task_v1.case_id), task_v1.school) IN (SELECT unnest(string_to_array(current_setting('tanggap.schools', true), ',')))
    OR 'agency:' || agency IN (SELECT unnest(string_to_array(current_setting('tanggap.schools', true), ',')))
);
ALTER TABLE {schema}.conflict_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.conflict_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('builder', 'rights', 'migration'));
CREATE POLICY of_school ON {schema}.conflict_v1 FOR SELECT USING (
    (SELECT current_setting('tanggap.schools', true)) = '*'
    OR 'person:' || person IN (SELECT unnest(string_to_array(current_setting('tanggap.schools', true), ',')))
);
ALTER TABLE {schema}.deadline_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.deadline_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('builder', 'clock', 'migration'));
ALTER TABLE {schema}.notice_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.notice_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('links', 'migration'));
