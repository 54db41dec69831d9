-- How often somebody tried to sign in of late, by keyed hashes of the sign-in name and of the network: pacing.py. No rebuild empties it; rows end
-- after a day.
CREATE TABLE {schema}.sign_in_pace (subject text PRIMARY KEY, tries integer NOT NULL, at timestamptz NOT NULL);
CREATE INDEX sign_in_pace_at ON {schema}.sign_in_pace (at);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.sign_in_pace TO {role};
