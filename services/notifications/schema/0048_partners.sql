-- An agency's mailbox, sealed: links to referrals go there where the agency has no webhook.
ALTER TABLE {schema}.agency_v1 ADD COLUMN mail jsonb;
-- The links by which agencies answer: only hashes, each for one task. number: of a mailed link; none of the one on a letter.
CREATE TABLE {schema}.task_link_v1 (token_hash bytea PRIMARY KEY, task text NOT NULL, number integer, until timestamptz NOT NULL);
GRANT SELECT, INSERT, DELETE ON {schema}.task_link_v1 TO {role};
ALTER TABLE {schema}.task_link_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.task_link_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('links', 'migration'));
