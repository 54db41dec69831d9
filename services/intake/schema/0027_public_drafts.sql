-- What somebody has typed into the public form and not sent yet (ADR 27). The key of a box is in that browser's cookie and nowhere else; `draft` is a
-- hash of the cookie. Rows end half an hour after they were written last, whoever writes one takes the ended ones away.
CREATE TABLE {schema}.public_draft (draft bytea PRIMARY KEY, box bytea NOT NULL, until timestamptz NOT NULL);
CREATE INDEX public_draft_until ON {schema}.public_draft (until);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.public_draft TO {role};
