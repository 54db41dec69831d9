-- What an agency says itself about its hours and telephones, by service. No event before this one tells any of it.
ALTER TABLE {schema}.agency_v1 ADD COLUMN corrections jsonb NOT NULL DEFAULT '{{}}';
