-- A read model is filled in generations, so that a rebuild stands beside what answers (shared/eventstore/generations.py). What is here becomes the
-- first one, built on from where it is; nothing is emptied. Attempts belong to a message, whichever generation tells of it, and so do
-- the links of notices.
ALTER TABLE {schema}.agency_v1 ADD COLUMN generation integer NOT NULL DEFAULT 1;
ALTER TABLE {schema}.agency_v1 ALTER COLUMN generation DROP DEFAULT, DROP CONSTRAINT agency_v1_pkey, ADD PRIMARY KEY (generation, agency);
ALTER TABLE {schema}.task_v1 ADD COLUMN generation integer NOT NULL DEFAULT 1;
ALTER TABLE {schema}.task_v1 ALTER COLUMN generation DROP DEFAULT, DROP CONSTRAINT task_v1_pkey, ADD PRIMARY KEY (generation, task);
DROP INDEX {schema}.task_v1_agency;
CREATE INDEX task_v1_agency ON {schema}.task_v1 (generation, agency, requested_at DESC);
ALTER TABLE {schema}.outbox_v1 ADD COLUMN generation integer NOT NULL DEFAULT 1;
ALTER TABLE {schema}.outbox_v1 ALTER COLUMN generation DROP DEFAULT, DROP CONSTRAINT outbox_v1_pkey, ADD PRIMARY KEY (generation, id);
DROP INDEX {schema}.outbox_v1_due, {schema}.outbox_v1_case, {schema}.outbox_v1_stream;
CREATE INDEX outbox_v1_due ON {schema}.outbox_v1 (generation, due_at) WHERE state = 'queued';
CREATE INDEX outbox_v1_case ON {schema}.outbox_v1 (generation, case_id);
CREATE INDEX outbox_v1_stream ON {schema}.outbox_v1 (generation, stream);
ALTER TABLE {schema}.deadline_v1 ADD COLUMN generation integer NOT NULL DEFAULT 1;
ALTER TABLE {schema}.deadline_v1 ALTER COLUMN generation DROP DEFAULT, DROP CONSTRAINT deadline_v1_pkey, ADD PRIMARY KEY (generation, id);
DROP INDEX {schema}.deadline_v1_due, {schema}.deadline_v1_stream;
CREATE INDEX deadline_v1_due ON {schema}.deadline_v1 (generation, due_at);
CREATE INDEX deadline_v1_stream ON {schema}.deadline_v1 (generation, stream);
ALTER TABLE {schema}.conflict_v1 ADD COLUMN generation integer NOT NULL DEFAULT 1;
ALTER TABLE {schema}.conflict_v1 ALTER COLUMN generation DROP DEFAULT, DROP CONSTRAINT conflict_v1_pkey, ADD PRIMARY KEY (generation, case_id, person);
