-- A supervisor or officer sees what goes past a school of theirs to the district's desk: `desk:<school>` in the setting (ADR 20).
ALTER POLICY case_list_by_school ON {schema}.case_list_v1 USING (
    current_setting('tanggap.schools', true) = '*'
    OR (desk = 'school' AND ARRAY[school, student_at, asked_of] && string_to_array(nullif(current_setting('tanggap.schools', true), ''), ','))
    OR (desk <> 'school' AND 'desk:' || school = ANY (string_to_array(nullif(current_setting('tanggap.schools', true), ''), ',')))
);
ALTER POLICY worklist_by_school ON {schema}.worklist_v1 USING (
    current_setting('tanggap.schools', true) = '*'
    OR CASE desk WHEN 'school' THEN school ELSE 'desk:' || school END = ANY (string_to_array(nullif(current_setting('tanggap.schools', true), ''), ','))
);
ALTER POLICY facts_by_school ON {schema}.fact_v1 USING (
    current_setting('tanggap.schools', true) = '*'
    OR CASE desk WHEN 'school' THEN school ELSE 'desk:' || school END = ANY (string_to_array(nullif(current_setting('tanggap.schools', true), ''), ','))
);
