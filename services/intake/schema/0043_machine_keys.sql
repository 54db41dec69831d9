-- When a machine's key was used last, to the minute (ADR 43). Keys themselves are events; here stand their ids.
CREATE TABLE {schema}.api_key_use (key text PRIMARY KEY, used_at timestamptz NOT NULL);
GRANT SELECT, INSERT, UPDATE ON {schema}.api_key_use TO {role};
