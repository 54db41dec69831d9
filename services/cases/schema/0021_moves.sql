-- Where each student is now and in which class, kept from intake's events; of whom is known already, the class follows with the next export.
CREATE TABLE {schema}.whereabouts_v1 (student text PRIMARY KEY, school text, homeroom text, position bigint NOT NULL);
INSERT INTO {schema}.whereabouts_v1 SELECT person, school, NULL, position FROM {schema}.person_v1 WHERE kind = 'student';
CREATE INDEX whereabouts_v1_class ON {schema}.whereabouts_v1 (school, homeroom);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.whereabouts_v1 TO {role};

-- Where the student is while the case is at another school, and which school was asked to take the case: both see that there is one. Of what is
-- expected, `school` says of which school it is, so that a receipt is expected of the school that was asked.
ALTER TABLE {schema}.case_list_v1 ADD COLUMN student_at text, ADD COLUMN asked_of text;
CREATE INDEX case_list_v1_student_at ON {schema}.case_list_v1 (generation, student_at, opened_at DESC, case_id DESC) WHERE student_at IS NOT NULL;
CREATE INDEX case_list_v1_asked_of ON {schema}.case_list_v1 (generation, asked_of, opened_at DESC, case_id DESC) WHERE asked_of IS NOT NULL;
ALTER POLICY case_list_by_school ON {schema}.case_list_v1 USING (
    current_setting('tanggap.schools', true) = '*'
    OR (desk = 'school' AND ARRAY[school, student_at, asked_of] && string_to_array(nullif(current_setting('tanggap.schools', true), ''), ','))
);

-- What a received transfer leaves of its old school, and of whom a receipt is expected, is folded anew beside what answers (ADR 13).
INSERT INTO {schema}.view_checkpoint (view, position, state)
    SELECT 'case_list_v1', 0, 'building' WHERE EXISTS (SELECT FROM {schema}.view_checkpoint WHERE view = 'case_list_v1' AND state = 'answering')
    ON CONFLICT DO NOTHING;
