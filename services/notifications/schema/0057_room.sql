-- Whether an agency has room, as it said, and when it was asked. No event before this one tells any of it.
ALTER TABLE {schema}.agency_v1 ADD COLUMN has_room boolean, ADD COLUMN room_told_at timestamptz, ADD COLUMN room_asked_at timestamptz;
-- The links by which an agency says how things stand with it: only hashes. They open nothing of any referral.
CREATE TABLE {schema}.agency_link_v1 (token_hash bytea PRIMARY KEY, agency text NOT NULL, until timestamptz NOT NULL);
GRANT SELECT, INSERT, DELETE ON {schema}.agency_link_v1 TO {role};
ALTER TABLE {schema}.agency_link_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.agency_link_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('links', 'migration'));
