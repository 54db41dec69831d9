-- What verifies the credentials of accounts. It is no read model: it is filled by whoever adds a credential, no rebuild empties it, and rows of it can be
-- erased. Which of them count, the streams of the accounts say (domain/account.py). sealed: under the person's own key, purpose `sign-in`. hash: keyed, of
-- recovery codes. counter: the last time step of a one-time code, or the signature counter of a passkey, so that none counts twice.
CREATE TABLE {schema}.verifier (
    person text NOT NULL, credential text NOT NULL, part integer NOT NULL, kind text NOT NULL, sealed jsonb, hash bytea,
    counter bigint NOT NULL DEFAULT 0, added_at timestamptz NOT NULL, used_at timestamptz,
    PRIMARY KEY (person, credential, part), CHECK ((sealed IS NULL) <> (hash IS NULL))
);
-- Which account an invitation's link is of: by the hash of its random part.
CREATE TABLE {schema}.invitation_link (hash text PRIMARY KEY, person text NOT NULL, until timestamptz NOT NULL);
CREATE INDEX invitation_link_person ON {schema}.invitation_link (person);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.verifier, {schema}.invitation_link TO {role};
