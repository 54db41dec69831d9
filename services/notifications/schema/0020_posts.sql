-- Which roles somebody holds at which school (shared/posts.py). What is here is taken over: one school for all roles; the roles of the district's
-- own people held in the whole district. `person_v1.roles` is read no more; an older release beside this one still writes it.
CREATE TABLE {schema}.post_v1 (
    generation integer NOT NULL DEFAULT 1, person text NOT NULL, role text NOT NULL, school text, kind text, appointed boolean NOT NULL,
    UNIQUE NULLS NOT DISTINCT (generation, person, role, school, kind, appointed)
);
CREATE INDEX post_v1_holders ON {schema}.post_v1 (generation, role, school);
CREATE INDEX post_v1_school ON {schema}.post_v1 (generation, school);
CREATE TABLE {schema}.suspension_v1 (generation integer NOT NULL DEFAULT 1, person text NOT NULL, PRIMARY KEY (generation, person));
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.post_v1, {schema}.suspension_v1 TO {role};

INSERT INTO {schema}.post_v1 (person, role, school, appointed)
    SELECT person, role,
        CASE WHEN role IN ('supervisor', 'district-officer', 'district-duty', 'auditor', 'system-administrator') THEN NULL ELSE school END, false
    FROM {schema}.person_v1, unnest(roles) AS role WHERE kind = 'staff' ON CONFLICT DO NOTHING;

-- Whoever was appointed stands in no school.
ALTER TABLE {schema}.person_v1 ALTER COLUMN roles SET DEFAULT '{{}}', ALTER COLUMN school DROP NOT NULL,
    ADD COLUMN generation integer NOT NULL DEFAULT 1;
ALTER TABLE {schema}.school_v1 ADD COLUMN kind text, ADD COLUMN generation integer NOT NULL DEFAULT 1;
-- Names are not kept here, so a madrasah of an older store counts by its level until it is registered again.
UPDATE {schema}.school_v1 SET kind = CASE
    WHEN level = 'district' THEN NULL
    WHEN level IN ('sma', 'smk', 'slb') THEN 'province'
    ELSE 'regency' END;
CREATE INDEX school_v1_kind ON {schema}.school_v1 (generation, kind);
DROP INDEX {schema}.person_v1_staff;
