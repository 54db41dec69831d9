-- The personal links of emergencies' mails (*Saya tangani*): only hashes, each for one person and one alert.
CREATE TABLE {schema}.alert_link_v1 (token_hash bytea PRIMARY KEY, alert text NOT NULL, person text NOT NULL, until timestamptz NOT NULL);
GRANT SELECT, INSERT, DELETE ON {schema}.alert_link_v1 TO {role};
ALTER TABLE {schema}.alert_link_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.alert_link_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('links', 'migration'));
