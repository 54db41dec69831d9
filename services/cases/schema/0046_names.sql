-- Students are found by keyed tokens of their names: no name stands here (ADR 46). `name_key` says under which secret somebody's tokens were made;
-- nothing where they are still to be made. Tokens go with their person.
ALTER TABLE {schema}.person_v1 ADD COLUMN name_key text;
CREATE INDEX person_v1_name_key ON {schema}.person_v1 (name_key) WHERE kind = 'student';
CREATE INDEX person_v1_students ON {schema}.person_v1 (school) WHERE kind = 'student';
CREATE TABLE {schema}.name_token_v1 (person text NOT NULL, token bigint NOT NULL, PRIMARY KEY (person, token));
CREATE INDEX name_token_v1_token ON {schema}.name_token_v1 (token, person);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.name_token_v1 TO {role};
