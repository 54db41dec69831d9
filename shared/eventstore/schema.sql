-- The event store of one service; {schema} and {role} are filled in by shared/database.py. Owned by the administrator: the service's role may
-- read events and call append_items, nothing else (architecture, decisions 2, 3 and 5). The byte layout of the hashes: chain.py.

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
-- Only append_items numbers events; asking again at each row cost a tenth of storing it.
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

CREATE TABLE IF NOT EXISTS {schema}.idempotency (
    scope text, key text, fingerprint text NOT NULL, answer text NOT NULL, position bigint NOT NULL, recorded_at timestamptz NOT NULL,
    PRIMARY KEY (scope, key)
);

-- Heads signed from time to time with a key that the database does not know: whoever recomputes a whole tail cannot sign it.
CREATE TABLE IF NOT EXISTS {schema}.signed_head (
    position bigint PRIMARY KEY, store_hash bytea NOT NULL, signature bytea NOT NULL, signed_at timestamptz NOT NULL DEFAULT clock_timestamp()
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
    INSERT INTO checkpoint VALUES (part ->> 'consumer', part ->> 'source', (part ->> 'partition')::integer, (part ->> 'position')::bigint)
    ON CONFLICT (consumer, source, partition) DO UPDATE SET position = excluded.position, moved_at = clock_timestamp()
$$;
REVOKE ALL ON FUNCTION {schema}.move_checkpoint(jsonb) FROM PUBLIC;

-- Appends a batch of items, each all or nothing; answers one result per item in order. The lock comes first, so that position order is commit
-- order; every check of an item comes before its first write, so that a refused item leaves nothing. Loops count instead of selecting and a
-- partition's head is read and written once, because starting a statement costs more than a row.
CREATE OR REPLACE FUNCTION {schema}.append_items(items jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
DECLARE
    zero     constant bytea := decode(repeat('00', 32), 'hex');
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
    number   integer;
    chain    bytea;
    chains   bytea[];
    digest   bytea;
    next     bytea;
    latest   bytea;
    before   bigint;
    befores  bigint[];
    heads    bigint[];
    place    integer;
    result   jsonb;
    happened timestamptz;
    happened_micro bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('tanggap-append-{schema}', 0));
    SELECT * INTO head FROM store_head;
    at_now := greatest(clock_timestamp(), head.recorded_at);
    at_micro := (extract(epoch FROM at_now) * 1000000)::bigint;
    began := head.position;

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

        IF result IS NULL AND item #>> '{{writes,0,events,0,id}}' IS NOT NULL THEN
            SELECT e.position, e.recorded_at INTO kept FROM event e WHERE e.id = (item #>> '{{writes,0,events,0,id}}')::uuid;
            -- An item of several decisions is a repeat only as a whole; in part it fails below on the unique id.
            IF FOUND AND NOT EXISTS (SELECT FROM jsonb_array_elements(item -> 'writes') w
                    WHERE NOT EXISTS (SELECT FROM event e WHERE e.id = (w #>> '{{events,0,id}}')::uuid)) THEN
                result := jsonb_build_object('is', 'repeated', 'position', kept.position, 'at', kept.recorded_at);
                IF part IS NOT NULL THEN
                    PERFORM move_checkpoint(part);
                END IF;
            END IF;
        END IF;

        IF result IS NULL THEN
            chains := ARRAY[]::bytea[];
            FOR each_write IN 0 .. jsonb_array_length(writes) - 1 LOOP
                part := writes -> each_write;
                owner := part ->> 'stream';
                SELECT e.version, e.hash INTO number, chain FROM event e WHERE e.stream = owner ORDER BY e.version DESC LIMIT 1;
                number := coalesce(number, 0);
                IF number <> (part ->> 'expected')::integer THEN
                    result := jsonb_build_object('is', 'conflict', 'stream', owner, 'expected', part -> 'expected', 'actual', number);
                    EXIT;
                END IF;
                chains := array_append(chains, coalesce(chain, zero));
            END LOOP;
        END IF;

        IF result IS NULL THEN
            befores := ARRAY[]::bigint[];
            FOR each_write IN 0 .. jsonb_array_length(writes) - 1 LOOP
                part := writes -> each_write;
                events := part -> 'events';
                chain := chains[each_write + 1];
                owner := part ->> 'stream';
                number := (part ->> 'expected')::integer;
                FOR each_event IN 0 .. jsonb_array_length(events) - 1 LOOP
                    entry := events -> each_event;
                    number := number + 1;
                    head.position := head.position + 1;
                    place := (entry ->> 'partition')::integer;
                    happened := (entry ->> 'happened_at')::timestamptz;
                    happened_micro := (extract(epoch FROM happened) * 1000000)::bigint;
                    before := NULL;
                    IF (entry ->> 'public')::boolean THEN
                        before := heads[place];
                        IF before IS NULL THEN
                            SELECT p.position INTO before FROM partition_head p WHERE p.partition = place;
                            before := coalesce(before, 0);
                        END IF;
                        heads[place] := head.position;
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
                    INSERT INTO event VALUES (
                        head.position, (entry ->> 'id')::uuid, owner, number, place, before, entry ->> 'key', entry ->> 'type',
                        (entry ->> 'schema_version')::integer, entry ->> 'body', (entry ->> 'public')::boolean, entry ->> 'school',
                        entry ->> 'actor', happened, at_now, (entry ->> 'correlation')::uuid, (entry ->> 'causation')::uuid,
                        chain, next, head.store_hash, latest);
                    befores := array_append(befores, before);
                    chain := next;
                    head.store_hash := latest;
                END LOOP;
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
            result := jsonb_build_object('is', 'stored', 'position', head.position, 'at', at_now, 'previous', to_jsonb(befores));
        END IF;

        results := array_append(results, result);
    END LOOP;

    IF heads IS NOT NULL THEN
        INSERT INTO partition_head SELECT each, heads[each] FROM generate_subscripts(heads, 1) AS each WHERE heads[each] > began
            ON CONFLICT (partition) DO UPDATE SET position = excluded.position;
    END IF;
    UPDATE store_head SET position = head.position, recorded_at = at_now, store_hash = head.store_hash;
    RETURN to_jsonb(results);
END $$;

REVOKE ALL ON FUNCTION {schema}.append_items(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {schema}.append_items(jsonb) TO {role};
GRANT SELECT ON {schema}.event, {schema}.store_head, {schema}.partition_head, {schema}.checkpoint, {schema}.idempotency TO {role};
GRANT SELECT, INSERT ON {schema}.signed_head TO {role};
