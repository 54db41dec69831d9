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

-- broken: it cannot go on before somebody does what `detail` says.
ALTER TABLE {schema}.heartbeat ADD COLUMN IF NOT EXISTS broken boolean NOT NULL DEFAULT false;

GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.relay_checkpoint, {schema}.parked, {schema}.heartbeat, {schema}.lease TO {role};

-- Ends the connection that holds a lease whose owner no longer beats (stopped, not dead): only then may a standby take over. It works with the rights
-- of who calls: a service may end its own connections, never a neighbour's, whatever it writes into `holder`.
CREATE OR REPLACE FUNCTION {schema}.evict(lease_name text, silent_for interval) RETURNS boolean
    LANGUAGE plpgsql SECURITY INVOKER SET search_path = {schema}, pg_temp AS $$
DECLARE
    holder_pid integer;
BEGIN
    -- A beat in the future is from before the clock was set back: whoever beats has a new one within a second.
    SELECT l.holder INTO holder_pid FROM lease l
        WHERE l.name = lease_name AND l.beat_at NOT BETWEEN clock_timestamp() - silent_for AND clock_timestamp() + silent_for;
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

-- Each restore begins an epoch: positions after `began_after` are other events than those of the epoch before (decision 23). The first has no row.
CREATE TABLE IF NOT EXISTS {schema}.epoch (
    number integer PRIMARY KEY, id uuid NOT NULL UNIQUE, began_after bigint NOT NULL, moment timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- accepted_by: who accepted that something after the moment of what was restored is not known any more; empty: the journal knew it all.
ALTER TABLE {schema}.epoch ADD COLUMN IF NOT EXISTS accepted_by text NOT NULL DEFAULT '';
-- The epochs of its sources as a reader knew them when it read them last.
CREATE TABLE IF NOT EXISTS {schema}.source_epoch (
    source text, number integer, id uuid NOT NULL, began_after bigint NOT NULL, PRIMARY KEY (source, number)
);
-- What a reader had from a source that the source has lost: positions after `after` up to `upto`, never silently passed over.
CREATE TABLE IF NOT EXISTS {schema}.lost_history (
    source text, partition integer, after bigint NOT NULL, upto bigint NOT NULL, found_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (source, partition, after, upto)
);
-- What the operator's backups said of themselves, for readiness, metrics and the page of health.
CREATE TABLE IF NOT EXISTS {schema}.backup_made (
    at timestamptz PRIMARY KEY DEFAULT clock_timestamp(), moment timestamptz, ok boolean NOT NULL, size bigint NOT NULL DEFAULT 0,
    seconds double precision NOT NULL DEFAULT 0, detail text NOT NULL DEFAULT ''
);
GRANT SELECT ON {schema}.epoch, {schema}.backup_made TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.source_epoch, {schema}.lost_history TO {role};

-- A source was restored: its history and what was read of it are one up to `shared`. What was read beyond is lost there; it is named, and reading goes
-- on from `shared`. Columns that keep a position of the source say so in their comment, 'position in <source>', and go back as well: or what it tells
-- now would be taken for older than what is known. Returns of how many partitions something was lost.
CREATE OR REPLACE FUNCTION {schema}.adopt_epochs(told text, chain jsonb, shared bigint) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
DECLARE
    acting constant text := coalesce(current_setting('tanggap.acting_as', true), '');
    seeing constant text := coalesce(current_setting('tanggap.schools', true), '');
    kept record;
    lost bigint;
BEGIN
    PERFORM set_config('tanggap.acting_as', 'migration', true), set_config('tanggap.schools', '*', true);
    INSERT INTO lost_history (source, partition, after, upto)
        SELECT c.source, c.partition, shared, c.position FROM checkpoint c WHERE c.source = told AND c.position > shared ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS lost = ROW_COUNT;
    UPDATE checkpoint SET position = shared, moved_at = clock_timestamp(), event = NULL, event_recorded_at = NULL, event_position = NULL
        WHERE source = told AND position > shared;
    DELETE FROM parked WHERE source = told AND position > shared;
    FOR kept IN SELECT c.relname, a.attname FROM pg_description d JOIN pg_class c ON c.oid = d.objoid AND d.classoid = 'pg_class'::regclass
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid
            WHERE c.relnamespace = '{schema}'::regnamespace AND d.description = 'position in ' || told LOOP
        EXECUTE format('UPDATE %I SET %I = $1 WHERE %I > $1', kept.relname, kept.attname, kept.attname) USING shared;
    END LOOP;
    DELETE FROM source_epoch WHERE source = told;
    INSERT INTO source_epoch (source, number, id, began_after)
        SELECT told, e.number, (e.epoch ->> 'id')::uuid, (e.epoch ->> 'began_after')::bigint
        FROM jsonb_array_elements(chain) WITH ORDINALITY AS e(epoch, number);
    PERFORM set_config('tanggap.acting_as', acting, true), set_config('tanggap.schools', seeing, true);
    RETURN lost;
END $$;
REVOKE ALL ON FUNCTION {schema}.adopt_epochs(text, jsonb, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {schema}.adopt_epochs(text, jsonb, bigint) TO {role};
