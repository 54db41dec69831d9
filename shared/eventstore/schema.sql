-- The event store of one service; {schema} and {role}, the service's login, are filled in by shared/schemas.py. Owned by a role that nobody signs in
-- as: the service may read events and call append_batch, nothing else (architecture, decisions 2, 3 and 5). The byte layout of the hashes: chain.py. A
-- database that an older release prepared may also have append_items, with the same laws, which this release does not call.

CREATE TABLE IF NOT EXISTS {schema}.event (
    position            bigint PRIMARY KEY,
    id                  uuid NOT NULL UNIQUE,
    stream              text COLLATE "C" NOT NULL,
    version             integer NOT NULL,
    partition           integer NOT NULL,
    previous            bigint,
    key                 text NOT NULL,
    type                text NOT NULL,
    schema_version      integer NOT NULL,
    body                text NOT NULL,
    public              boolean NOT NULL,
    school              text,
    actor               text NOT NULL,
    happened_at         timestamptz NOT NULL,
    recorded_at         timestamptz NOT NULL,
    correlation         uuid NOT NULL,
    causation           uuid NOT NULL,
    previous_hash       bytea NOT NULL,
    hash                bytea NOT NULL,
    previous_store_hash bytea NOT NULL,
    store_hash          bytea NOT NULL,
    UNIQUE (stream, version)
);
-- Streams are found by the beginning of their name, which only this order can promise.
DO $$ BEGIN
    IF (SELECT collation_name FROM information_schema.columns WHERE table_schema = '{schema}' AND table_name = 'event' AND column_name = 'stream')
            IS DISTINCT FROM 'C' THEN
        ALTER TABLE {schema}.event ALTER COLUMN stream TYPE text COLLATE "C";
    END IF;
END $$;
-- Only append_batch numbers events; asking again at each row cost a tenth of storing it.
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = '{schema}.event'::regclass AND conname = 'event_version_check') THEN
        ALTER TABLE {schema}.event DROP CONSTRAINT event_version_check;
    END IF;
END $$;
CREATE INDEX IF NOT EXISTS event_public ON {schema}.event (partition, position) WHERE public;

CREATE TABLE IF NOT EXISTS {schema}.store_head (
    only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    position    bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    store_hash  bytea NOT NULL
);
INSERT INTO {schema}.store_head VALUES (true, 0, '-infinity', decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS {schema}.partition_head (partition integer PRIMARY KEY, position bigint NOT NULL);

CREATE TABLE IF NOT EXISTS {schema}.checkpoint (
    consumer text, source text, partition integer, position bigint NOT NULL, moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, source, partition)
) WITH (fillfactor = 50);
-- What was read at `event_position`, and when its owner stored it: where the owner does not have that any more, its history was cut and written anew. It
-- counts only while it is where the checkpoint is: an earlier release moves the position alone.
ALTER TABLE {schema}.checkpoint ADD COLUMN IF NOT EXISTS event uuid, ADD COLUMN IF NOT EXISTS event_recorded_at timestamptz,
    ADD COLUMN IF NOT EXISTS event_position bigint;
COMMENT ON COLUMN {schema}.checkpoint.event_position IS 'beside the checkpoint''s own position, which goes back';

CREATE TABLE IF NOT EXISTS {schema}.idempotency (
    scope text, key text, fingerprint text NOT NULL, answer text NOT NULL, position bigint NOT NULL, recorded_at timestamptz NOT NULL,
    PRIMARY KEY (scope, key)
);

-- Heads signed from time to time with a key that the database does not know: whoever recomputes a whole tail cannot sign it.
CREATE TABLE IF NOT EXISTS {schema}.signed_head (
    position bigint PRIMARY KEY, store_hash bytea NOT NULL, signature bytea NOT NULL, signed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- Which key signed. The first release had none to name; its heads are signed once more under a key that has one.
ALTER TABLE {schema}.signed_head ADD COLUMN IF NOT EXISTS key text NOT NULL DEFAULT 'first-release';
DO $$ BEGIN
    IF (SELECT array_length(conkey, 1) FROM pg_constraint WHERE conrelid = '{schema}.signed_head'::regclass AND contype = 'p') = 1 THEN
        ALTER TABLE {schema}.signed_head DROP CONSTRAINT signed_head_pkey, ADD PRIMARY KEY (position, key);
    END IF;
END $$;

-- The public keys that heads are verified with, each as some key vouches for it: signing.py says which are to be believed.
CREATE TABLE IF NOT EXISTS {schema}.head_key (
    key text NOT NULL, public_key bytea NOT NULL, vouched_by text NOT NULL, signature bytea NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (key, vouched_by)
);

CREATE OR REPLACE FUNCTION {schema}.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is never changed: corrections are events of their own';
END $$;

DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = '{schema}.event'::regclass AND tgname = 'event_is_kept') THEN
        CREATE TRIGGER event_is_kept BEFORE UPDATE OR DELETE ON {schema}.event FOR EACH ROW EXECUTE FUNCTION {schema}.refuse_change();
        CREATE TRIGGER events_are_kept BEFORE TRUNCATE ON {schema}.event FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change();
    END IF;
END $$;

CREATE OR REPLACE FUNCTION {schema}.move_checkpoint(part jsonb) RETURNS void LANGUAGE sql SET search_path = {schema}, pg_temp AS $$
    INSERT INTO checkpoint (consumer, source, partition, position, event, event_recorded_at, event_position)
    VALUES (part ->> 'consumer', part ->> 'source', (part ->> 'partition')::integer, (part ->> 'position')::bigint, (part ->> 'event')::uuid,
            (part ->> 'event_recorded_at')::timestamptz, (part ->> 'position')::bigint)
    ON CONFLICT (consumer, source, partition) DO UPDATE SET position = excluded.position, moved_at = clock_timestamp(), event = excluded.event,
        event_recorded_at = excluded.event_recorded_at, event_position = excluded.event_position
$$;
REVOKE ALL ON FUNCTION {schema}.move_checkpoint(jsonb) FROM PUBLIC;

-- Appends a batch of items, each all or nothing; answers one result per item in order. The lock comes first, so that position order is commit
-- order; every check of an item comes before its first write, so that a refused item leaves nothing. Starting a statement costs more than a row:
-- what the batch stands on (heads of streams and of partitions, first ids) is read once and kept up to date in arrays, at the places that the
-- caller gave to their names (appending.py), and all events are inserted at once. An expression with a query in it stands behind a condition of its
-- own, because it is set up each time it is reached.
CREATE OR REPLACE FUNCTION {schema}.append_batch(batch jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
DECLARE
    zero     constant bytea := decode(repeat('00', 32), 'hex');
    items    constant jsonb := batch -> 'items';
    streams  text[];
    versions integer[];
    hashes   bytea[];
    places   integer[];
    befores  bigint[];
    known    bigint[];
    moments  timestamptz[];
    rows     event[] := ARRAY[]::event[];
    results  jsonb[] := ARRAY[]::jsonb[];
    item     jsonb;
    part     jsonb;
    writes   jsonb;
    events   jsonb;
    entry    jsonb;
    head     store_head%ROWTYPE;
    began    bigint;
    at_now   timestamptz;
    at_micro bigint;
    kept     record;
    current  bigint;
    owner    text;
    slot     integer;
    number   integer;
    place    integer;
    chain    bytea;
    digest   bytea;
    next     bytea;
    latest   bytea;
    before   bigint;
    previous bigint[];
    happened timestamptz;
    happened_micro bigint;
    result   jsonb;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('tanggap-append-{schema}', 0));
    SELECT * INTO head FROM store_head;
    at_now := greatest(clock_timestamp(), head.recorded_at);
    at_micro := (extract(epoch FROM at_now) * 1000000)::bigint;
    began := head.position;

    SELECT array_agg(asked.stream ORDER BY asked.slot), array_agg(coalesce(e.version, 0) ORDER BY asked.slot),
            array_agg(coalesce(e.hash, zero) ORDER BY asked.slot) INTO streams, versions, hashes
        FROM jsonb_array_elements_text(batch -> 'streams') WITH ORDINALITY AS asked(stream, slot)
        LEFT JOIN LATERAL (SELECT version, hash FROM event WHERE event.stream = asked.stream ORDER BY version DESC LIMIT 1) e ON true;
    SELECT array_agg(e.position ORDER BY asked.slot), array_agg(e.recorded_at ORDER BY asked.slot) INTO known, moments
        FROM jsonb_array_elements_text(batch -> 'firsts') WITH ORDINALITY AS asked(id, slot)
        LEFT JOIN LATERAL (SELECT position, recorded_at FROM event WHERE event.id = asked.id::uuid LIMIT 1) e ON true;
    IF batch -> 'partitions' <> '[]' THEN
        SELECT array_agg(asked.place::integer ORDER BY asked.slot), array_agg(coalesce(p.position, 0) ORDER BY asked.slot) INTO places, befores
            FROM jsonb_array_elements_text(batch -> 'partitions') WITH ORDINALITY AS asked(place, slot)
            LEFT JOIN LATERAL (SELECT position FROM partition_head WHERE partition = asked.place::integer LIMIT 1) p ON true;
    END IF;

    FOR each_item IN 0 .. jsonb_array_length(items) - 1 LOOP
        item := items -> each_item;
        writes := item -> 'writes';
        result := NULL;

        part := item -> 'idempotency';
        IF part IS NOT NULL THEN
            SELECT i.position, i.recorded_at, i.fingerprint, i.answer INTO kept FROM idempotency i
                WHERE i.scope = part ->> 'scope' AND i.key = part ->> 'key';
            IF FOUND THEN
                result := jsonb_build_object('is', 'repeated', 'position', kept.position, 'at', kept.recorded_at,
                                             'fingerprint', kept.fingerprint, 'answer', kept.answer);
            END IF;
        END IF;

        part := item -> 'checkpoint';
        IF result IS NULL AND part IS NOT NULL THEN
            SELECT c.position INTO current FROM checkpoint c WHERE c.consumer = part ->> 'consumer' AND c.source = part ->> 'source'
                AND c.partition = (part ->> 'partition')::integer;
            current := coalesce(current, 0);
            IF (part ->> 'position')::bigint <= current THEN
                result := jsonb_build_object('is', 'duplicate', 'checkpoint', current);
            ELSIF (part ->> 'previous')::bigint <> current THEN
                result := jsonb_build_object('is', 'hole', 'checkpoint', current);
            END IF;
        END IF;

        -- An item of several decisions is a repeat only as a whole; in part it fails below on the unique id.
        slot := (writes #>> '{{0,events,0,first}}')::integer;
        IF result IS NULL AND known[slot] IS NOT NULL THEN
            IF NOT EXISTS (SELECT FROM jsonb_array_elements(writes) w WHERE known[(w #>> '{{events,0,first}}')::integer] IS NULL) THEN
                result := jsonb_build_object('is', 'repeated', 'position', known[slot], 'at', moments[slot]);
                IF part IS NOT NULL THEN
                    PERFORM move_checkpoint(part);
                END IF;
            END IF;
        END IF;

        IF result IS NULL THEN
            FOR each_write IN 0 .. jsonb_array_length(writes) - 1 LOOP
                part := writes -> each_write;
                slot := (part ->> 'stream')::integer;
                IF versions[slot] <> (part ->> 'expected')::integer THEN
                    result := jsonb_build_object('is', 'conflict', 'stream', streams[slot], 'expected', part -> 'expected',
                                                 'actual', versions[slot]);
                    EXIT;
                END IF;
            END LOOP;
        END IF;

        IF result IS NULL THEN
            previous := ARRAY[]::bigint[];
            FOR each_write IN 0 .. jsonb_array_length(writes) - 1 LOOP
                part := writes -> each_write;
                events := part -> 'events';
                slot := (part ->> 'stream')::integer;
                owner := streams[slot];
                number := (part ->> 'expected')::integer;
                chain := hashes[slot];
                FOR each_event IN 0 .. jsonb_array_length(events) - 1 LOOP
                    entry := events -> each_event;
                    number := number + 1;
                    head.position := head.position + 1;
                    place := (entry ->> 'partition')::integer;
                    happened := (entry ->> 'happened_at')::timestamptz;
                    happened_micro := (extract(epoch FROM happened) * 1000000)::bigint;
                    IF entry ->> 'first' IS NOT NULL THEN
                        known[(entry ->> 'first')::integer] := head.position;
                        moments[(entry ->> 'first')::integer] := at_now;
                    END IF;
                    before := NULL;
                    IF (entry ->> 'public')::boolean THEN
                        before := befores[(entry ->> 'head')::integer];
                        befores[(entry ->> 'head')::integer] := head.position;
                    END IF;
                    digest := sha256(convert_to(concat(
                        length(head.position::text), ':', head.position,
                        '36:', entry ->> 'id',
                        octet_length(owner), ':', owner,
                        length(number::text), ':', number,
                        length(place::text), ':', place,
                        coalesce(length(before::text) || ':' || before, '-'),
                        octet_length(entry ->> 'key'), ':', entry ->> 'key',
                        octet_length(entry ->> 'type'), ':', entry ->> 'type',
                        octet_length(entry ->> 'schema_version'), ':', entry ->> 'schema_version',
                        '1:', CASE WHEN (entry ->> 'public')::boolean THEN 't' ELSE 'f' END,
                        coalesce(octet_length(entry ->> 'school') || ':' || (entry ->> 'school'), '-'),
                        octet_length(entry ->> 'actor'), ':', entry ->> 'actor',
                        length(happened_micro::text), ':', happened_micro,
                        length(at_micro::text), ':', at_micro,
                        '36:', entry ->> 'correlation',
                        '36:', entry ->> 'causation',
                        octet_length(entry ->> 'body'), ':', entry ->> 'body'), 'UTF8'));
                    next := sha256(chain || digest);
                    latest := sha256(head.store_hash || digest);
                    rows := array_append(rows, ROW(
                        head.position, (entry ->> 'id')::uuid, owner, number, place, before, entry ->> 'key', entry ->> 'type',
                        (entry ->> 'schema_version')::integer, entry ->> 'body', (entry ->> 'public')::boolean, entry ->> 'school',
                        entry ->> 'actor', happened, at_now, (entry ->> 'correlation')::uuid, (entry ->> 'causation')::uuid,
                        chain, next, head.store_hash, latest)::event);
                    previous := array_append(previous, before);
                    chain := next;
                    head.store_hash := latest;
                END LOOP;
                versions[slot] := number;
                hashes[slot] := chain;
            END LOOP;

            part := item -> 'checkpoint';
            IF part IS NOT NULL THEN
                PERFORM move_checkpoint(part);
            END IF;
            part := item -> 'idempotency';
            IF part IS NOT NULL THEN
                INSERT INTO idempotency VALUES (part ->> 'scope', part ->> 'key', part ->> 'fingerprint', part ->> 'answer',
                                                head.position, at_now);
            END IF;
            result := jsonb_build_object('is', 'stored', 'position', head.position, 'at', at_now, 'previous', to_jsonb(previous));
        END IF;

        results := array_append(results, result);
    END LOOP;

    INSERT INTO event SELECT each.* FROM unnest(rows) AS each;
    IF places IS NOT NULL THEN
        INSERT INTO partition_head SELECT * FROM unnest(places, befores) AS moved(place, position) WHERE position > began
            ON CONFLICT (partition) DO UPDATE SET position = excluded.position;
    END IF;
    UPDATE store_head SET position = head.position, recorded_at = at_now, store_hash = head.store_hash;
    RETURN to_jsonb(results);
END $$;

REVOKE ALL ON FUNCTION {schema}.append_batch(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {schema}.append_batch(jsonb) TO {role};
GRANT SELECT ON {schema}.event, {schema}.store_head, {schema}.partition_head, {schema}.checkpoint, {schema}.idempotency TO {role};
GRANT SELECT, INSERT ON {schema}.signed_head, {schema}.head_key TO {role};
