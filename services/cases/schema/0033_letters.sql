-- Official documents (ADR 33). The register's events say what was issued; here lies what events cannot hold: the sealed file, and how it is found.
-- A row is written before its event, so one without an event was never issued and is never shown.
CREATE TABLE {schema}.issued_document (
    document text NOT NULL, verification bytea NOT NULL, register text NOT NULL, subject text NOT NULL, whose text NOT NULL, school text NOT NULL,
    PRIMARY KEY (document, verification)
);
CREATE UNIQUE INDEX issued_document_verification ON {schema}.issued_document (verification);
CREATE INDEX issued_document_subject ON {schema}.issued_document (subject);
CREATE TABLE {schema}.document_file (
    document text NOT NULL, digest bytea NOT NULL, kid text NOT NULL, context text NOT NULL, box bytea NOT NULL, PRIMARY KEY (document, digest)
);
CREATE TABLE {schema}.emblem (digest text PRIMARY KEY, picture text NOT NULL);
GRANT SELECT, INSERT ON {schema}.issued_document, {schema}.document_file, {schema}.emblem TO {role};
