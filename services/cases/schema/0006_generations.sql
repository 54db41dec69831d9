-- A read model is filled in generations, so that a rebuild stands beside what answers (shared/eventstore/generations.py). What is here becomes the
-- first one, built on from where it is; nothing is emptied. Row-level security and grants of the tables stay as they are.
ALTER TABLE {schema}.case_list_v1 ADD COLUMN generation integer NOT NULL DEFAULT 1;
ALTER TABLE {schema}.case_list_v1 ALTER COLUMN generation DROP DEFAULT, DROP CONSTRAINT case_list_v1_pkey, ADD PRIMARY KEY (generation, case_id);
DROP INDEX {schema}.case_list_v1_school, {schema}.case_list_v1_opened, {schema}.case_list_v1_student, {schema}.case_list_v1_state,
    {schema}.case_list_v1_unidentified;
CREATE INDEX case_list_v1_school ON {schema}.case_list_v1 (generation, school, opened_at DESC, case_id DESC);
CREATE INDEX case_list_v1_opened ON {schema}.case_list_v1 (generation, opened_at DESC, case_id DESC);
CREATE INDEX case_list_v1_student ON {schema}.case_list_v1 (generation, student) WHERE student IS NOT NULL;
CREATE INDEX case_list_v1_state ON {schema}.case_list_v1 (generation, school, state, opened_at DESC, case_id DESC);
CREATE INDEX case_list_v1_unidentified ON {schema}.case_list_v1 (generation, school, opened_at DESC, case_id DESC) WHERE student IS NULL;

ALTER TABLE {schema}.worklist_v1 ADD COLUMN generation integer NOT NULL DEFAULT 1;
ALTER TABLE {schema}.worklist_v1 ALTER COLUMN generation DROP DEFAULT, DROP CONSTRAINT worklist_v1_pkey, ADD PRIMARY KEY (generation, case_id, key);
DROP INDEX {schema}.worklist_v1_due, {schema}.worklist_v1_school, {schema}.worklist_v1_owner, {schema}.worklist_v1_what, {schema}.worklist_v1_step;
CREATE INDEX worklist_v1_due ON {schema}.worklist_v1 (generation, due) WHERE due IS NOT NULL;
CREATE INDEX worklist_v1_school ON {schema}.worklist_v1 (generation, school, expected_at, case_id, key);
CREATE INDEX worklist_v1_owner ON {schema}.worklist_v1 (generation, owner, expected_at, case_id, key);
CREATE INDEX worklist_v1_what ON {schema}.worklist_v1 (generation, what, school, expected_at, case_id, key);
CREATE INDEX worklist_v1_step ON {schema}.worklist_v1 (generation, school, expected_at, case_id, key) WHERE step > 0;

-- What was done before a case came to the district's desk is found by its stream: reading all facts would keep every list waiting.
ALTER TABLE {schema}.fact_v1 ADD COLUMN generation integer NOT NULL DEFAULT 1;
ALTER TABLE {schema}.fact_v1 ALTER COLUMN generation DROP DEFAULT, DROP CONSTRAINT fact_v1_pkey, ADD PRIMARY KEY (generation, position, kind);
DROP INDEX {schema}.fact_v1_school, {schema}.fact_v1_happened;
CREATE INDEX fact_v1_school ON {schema}.fact_v1 (generation, school, happened_at);
CREATE INDEX fact_v1_happened ON {schema}.fact_v1 (generation, happened_at);
CREATE INDEX fact_v1_stream ON {schema}.fact_v1 (generation, stream);

ALTER TABLE {schema}.strand_v1 ADD COLUMN generation integer NOT NULL DEFAULT 1;
ALTER TABLE {schema}.strand_v1 ALTER COLUMN generation DROP DEFAULT, DROP CONSTRAINT strand_v1_pkey,
    ADD PRIMARY KEY (generation, concern, case_id, role);
