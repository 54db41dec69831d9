-- A read model is filled in generations, so that a rebuild stands beside what answers (shared/eventstore/generations.py). What is here becomes the
-- first one, built on from where it is; nothing is emptied.
ALTER TABLE {schema}.school_v1 ADD COLUMN generation integer NOT NULL DEFAULT 1;
ALTER TABLE {schema}.school_v1 ALTER COLUMN generation DROP DEFAULT, DROP CONSTRAINT school_v1_pkey, ADD PRIMARY KEY (generation, school);
ALTER TABLE {schema}.person_v1 ADD COLUMN generation integer NOT NULL DEFAULT 1;
ALTER TABLE {schema}.person_v1 ALTER COLUMN generation DROP DEFAULT, DROP CONSTRAINT person_v1_pkey, ADD PRIMARY KEY (generation, person);
DROP INDEX {schema}.person_v1_school;
CREATE INDEX person_v1_school ON {schema}.person_v1 (generation, school, kind, person);
ALTER TABLE {schema}.concern_locator_v1 ADD COLUMN generation integer NOT NULL DEFAULT 1;
ALTER TABLE {schema}.concern_locator_v1 ALTER COLUMN generation DROP DEFAULT, DROP CONSTRAINT concern_locator_v1_pkey,
    ADD PRIMARY KEY (generation, concern);
DROP INDEX {schema}.concern_locator_v1_locator;
CREATE INDEX concern_locator_v1_locator ON {schema}.concern_locator_v1 (generation, locator);
