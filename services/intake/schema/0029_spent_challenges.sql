-- Challenges that a passkey has answered: each is answered once. Kept as SHA-256, and only for as long as the cookie that carries one holds.
CREATE TABLE {schema}.spent_challenge (hash bytea PRIMARY KEY, until timestamptz NOT NULL);
CREATE INDEX spent_challenge_until ON {schema}.spent_challenge (until);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.spent_challenge TO {role};
