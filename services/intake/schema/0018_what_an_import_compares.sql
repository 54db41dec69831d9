-- An import compares classes and guardians, too. The directory's next version is folded with them from the first event (ADR 13).
ALTER TABLE {schema}.person_v1 ADD COLUMN homeroom text, ADD COLUMN guardians text[] NOT NULL DEFAULT '{{}}';
