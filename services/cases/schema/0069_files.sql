-- Files of activities and scans of signed letters (ADR 69): as intake's, with the file's key sealed beside its chunks. Neither a name of the file nor a time is kept
-- of what an event names.
CREATE TABLE {schema}.attachment (
    attachment text PRIMARY KEY, owner text NOT NULL, verdict text NOT NULL CHECK (verdict IN ('clean', 'infected', 'unscanned', 'unasked')),
    key jsonb, settled boolean NOT NULL DEFAULT false, unnamed_at timestamptz
);
CREATE INDEX attachment_owner ON {schema}.attachment (owner);
CREATE INDEX attachment_unscanned ON {schema}.attachment (attachment) WHERE verdict = 'unscanned';
CREATE INDEX attachment_unsettled ON {schema}.attachment (attachment) WHERE NOT settled;
CREATE TABLE {schema}.attachment_chunk (
    attachment text NOT NULL REFERENCES {schema}.attachment ON DELETE CASCADE, part text NOT NULL, place integer NOT NULL, box bytea NOT NULL,
    PRIMARY KEY (attachment, part, place)
);
ALTER TABLE {schema}.attachment_chunk ALTER COLUMN box SET STORAGE EXTERNAL;
ALTER TABLE {schema}.attachment ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.attachment USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('attachments', 'migration'));
ALTER TABLE {schema}.attachment_chunk ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.attachment_chunk USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('attachments', 'migration'));
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.attachment, {schema}.attachment_chunk TO {role};
