-- What delivery keeps beside the events; in every service's schema. Nothing here holds content.
CREATE TABLE IF NOT EXISTS {schema}.relay_checkpoint (partition integer PRIMARY KEY, position bigint NOT NULL);

CREATE TABLE IF NOT EXISTS {schema}.parked (
    consumer text, source text, partition integer NOT NULL, key text NOT NULL, position bigint, event_id uuid NOT NULL, type text NOT NULL,
    tries integer NOT NULL, error text NOT NULL, parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, source, position)
);
CREATE INDEX IF NOT EXISTS parked_key ON {schema}.parked (consumer, source, key);

CREATE TABLE IF NOT EXISTS {schema}.heartbeat (
    part text PRIMARY KEY, beat_at timestamptz NOT NULL, working_since timestamptz, lag bigint, detail text NOT NULL DEFAULT ''
) WITH (fillfactor = 50);

CREATE TABLE IF NOT EXISTS {schema}.lease (
    name text PRIMARY KEY, holder integer NOT NULL, beat_at timestamptz NOT NULL
) WITH (fillfactor = 50);

GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.relay_checkpoint, {schema}.parked, {schema}.heartbeat, {schema}.lease TO {role};

-- Ends the connection that holds a lease whose owner no longer beats (stopped, not dead): only then may a standby take over.
CREATE OR REPLACE FUNCTION {schema}.evict(lease_name text, silent_for interval) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
DECLARE
    holder_pid integer;
BEGIN
    SELECT l.holder INTO holder_pid FROM lease l WHERE l.name = lease_name AND l.beat_at < clock_timestamp() - silent_for;
    IF holder_pid IS NULL THEN
        RETURN false;
    END IF;
    RETURN EXISTS (SELECT FROM pg_locks k WHERE k.pid = holder_pid AND k.locktype = 'advisory') AND pg_terminate_backend(holder_pid);
END $$;
REVOKE ALL ON FUNCTION {schema}.evict(text, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {schema}.evict(text, interval) TO {role};

CREATE TABLE IF NOT EXISTS {schema}.view_checkpoint (view text PRIMARY KEY, position bigint NOT NULL) WITH (fillfactor = 50);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.view_checkpoint TO {role};
