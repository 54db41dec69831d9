-- An import compares classes and guardians, too. The directory is folded once more over what it has, so that nobody is missing meanwhile.
ALTER TABLE {schema}.person_v1 ADD COLUMN homeroom text, ADD COLUMN guardians text[] NOT NULL DEFAULT '{{}}';
UPDATE {schema}.view_checkpoint SET position = 0 WHERE view = 'intake_directory_v1';
