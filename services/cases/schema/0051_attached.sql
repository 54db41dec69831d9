-- Which files came with a concern (ADR 51), kept from intake's events: where they lie sealed at intake, and the key, sealed for the strand's student.
CREATE TABLE {schema}.attached_v1 (
    attachment text NOT NULL, whose text NOT NULL, concern text NOT NULL, kind text NOT NULL, octets integer NOT NULL, digest text NOT NULL,
    key jsonb NOT NULL, position bigint NOT NULL, PRIMARY KEY (attachment, whose)
);
CREATE INDEX attached_v1_concern ON {schema}.attached_v1 (concern);
CREATE INDEX attached_v1_whose ON {schema}.attached_v1 (whose);
ALTER TABLE {schema}.attached_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.attached_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('attachments', 'migration'));
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.attached_v1 TO {role};
