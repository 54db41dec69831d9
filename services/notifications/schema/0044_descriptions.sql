-- What the directory says of an agency beyond its name: its services, for whom, where and when. No event before this one tells any of it.
ALTER TABLE {schema}.agency_v1 ADD COLUMN described jsonb;
