-- How the last call to an agency's endpoint ended, for the keeper of the directory. Like the attempts it is not folded from events.
CREATE TABLE {schema}.endpoint_outcome (
    agency text PRIMARY KEY, url_hash bytea NOT NULL, at timestamptz NOT NULL, outcome text NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.endpoint_outcome TO {role};
