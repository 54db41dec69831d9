-- A case of the district's desk goes past the school: the wall hides it, what is expected of it and what was done in it. Folded anew.
UPDATE {schema}.view_checkpoint SET position = 0;
TRUNCATE {schema}.case_list_v1, {schema}.worklist_v1, {schema}.fact_v1, {schema}.strand_v1;
ALTER TABLE {schema}.worklist_v1 ADD COLUMN desk text NOT NULL DEFAULT 'school';
ALTER TABLE {schema}.fact_v1 ADD COLUMN desk text NOT NULL DEFAULT 'school';
ALTER POLICY case_list_by_school ON {schema}.case_list_v1 USING (
    current_setting('tanggap.schools', true) = '*'
    OR (desk = 'school' AND school = ANY (string_to_array(nullif(current_setting('tanggap.schools', true), ''), ',')))
);
ALTER POLICY worklist_by_school ON {schema}.worklist_v1 USING (
    current_setting('tanggap.schools', true) = '*'
    OR (desk = 'school' AND school = ANY (string_to_array(nullif(current_setting('tanggap.schools', true), ''), ',')))
);
ALTER POLICY facts_by_school ON {schema}.fact_v1 USING (
    current_setting('tanggap.schools', true) = '*'
    OR (desk = 'school' AND school = ANY (string_to_array(nullif(current_setting('tanggap.schools', true), ''), ',')))
);
