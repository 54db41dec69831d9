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

-- Ends the connection that holds a lease whose owner no longer beats (stopped, not dead): only then may a standby take over. It works with the rights
-- of who calls: a service may end its own connections, never a neighbour's, whatever it writes into `holder`.
CREATE OR REPLACE FUNCTION {schema}.evict(lease_name text, silent_for interval) RETURNS boolean
    LANGUAGE plpgsql SECURITY INVOKER SET search_path = {schema}, pg_temp AS $$
DECLARE
    holder_pid integer;
BEGIN
    SELECT l.holder INTO holder_pid FROM lease l WHERE l.name = lease_name AND l.beat_at < clock_timestamp() - silent_for;
    RETURN EXISTS (SELECT FROM pg_locks k JOIN pg_stat_activity a USING (pid)
                   WHERE k.pid = holder_pid AND k.locktype = 'advisory' AND a.usename = session_user)
        AND pg_terminate_backend(holder_pid);
END $$;
REVOKE ALL ON FUNCTION {schema}.evict(text, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {schema}.evict(text, interval) TO {role};

-- How far each read model has got. A read model is filled in generations: one answers, another may be built beside it, and one that was replaced
-- is emptied when it has left (eventstore/generations.py). A row of a release that knew no generations becomes one that is built on from where it is,
-- because nobody can tell whether it was whole.
CREATE TABLE IF NOT EXISTS {schema}.view_checkpoint (view text PRIMARY KEY, position bigint NOT NULL) WITH (fillfactor = 50);
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM information_schema.columns WHERE table_schema = '{schema}' AND table_name = 'view_checkpoint'
            AND column_name = 'generation') THEN
        ALTER TABLE {schema}.view_checkpoint DROP CONSTRAINT view_checkpoint_pkey,
            ADD COLUMN generation integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            ADD COLUMN state text NOT NULL DEFAULT 'building' CHECK (state IN ('building', 'answering', 'leaving'));
        CREATE UNIQUE INDEX view_checkpoint_state ON {schema}.view_checkpoint (view, state) WHERE state <> 'leaving';
    END IF;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.view_checkpoint TO {role};

-- A generation that was just built is unknown to the planner, which then may walk through all of it for one page of a list. Only the owner may say
-- ANALYZE.
CREATE OR REPLACE FUNCTION {schema}.learn_statistics(tables text[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY tables LOOP
        EXECUTE format('ANALYZE {schema}.%I', name);
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION {schema}.learn_statistics(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {schema}.learn_statistics(text[]) TO {role};
