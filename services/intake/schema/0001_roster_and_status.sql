-- Read models of intake: versioned tables, filled by views.py from the own store.
CREATE TABLE {schema}.school_v1 (
    school text PRIMARY KEY, npsn text UNIQUE, name text NOT NULL, level text NOT NULL, cluster text
);
CREATE TABLE {schema}.person_v1 (
    person text PRIMARY KEY, kind text NOT NULL, school text NOT NULL, roles text[] NOT NULL, digest text, name jsonb NOT NULL
);
CREATE INDEX person_v1_school ON {schema}.person_v1 (school, kind);
CREATE TABLE {schema}.concern_locator_v1 (locator text NOT NULL, concern text PRIMARY KEY);
CREATE INDEX concern_locator_v1_locator ON {schema}.concern_locator_v1 (locator);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.school_v1, {schema}.person_v1, {schema}.concern_locator_v1 TO {role};
