-- The record of reads is chained like the events: each row names the hash of the row before, so that a row that is taken out, changed or put in between
-- shows (ADR 50). The head is signed with a key that the database does not know. What was recorded before is chained now, as it stands.
ALTER TABLE {schema}.read_log ADD COLUMN number bigint, ADD COLUMN previous_hash bytea, ADD COLUMN hash bytea;

CREATE FUNCTION {schema}.read_hash(before bytea, r {schema}.read_log) RETURNS bytea LANGUAGE sql STABLE SET search_path = {schema}, pg_temp AS $$
    SELECT sha256(before || convert_to(concat(
        length(r.number::text), ':', r.number, (extract(epoch FROM r.read_at) * 1000000)::bigint, ':',
        octet_length(r.reader), ':', r.reader, octet_length(r.case_id), ':', r.case_id, octet_length(r.what), ':', r.what, r.version, ':',
        coalesce(octet_length(r.reason) || ':' || r.reason, '-')), 'UTF8'))
$$;

DO $$
DECLARE
    each   {schema}.read_log;
    place  record;
    before bytea := decode(repeat('00', 32), 'hex');
    count  bigint := 0;
BEGIN
    FOR place IN SELECT ctid AS at FROM {schema}.read_log ORDER BY read_at, reader, case_id, what LOOP
        count := count + 1;
        SELECT * INTO each FROM {schema}.read_log WHERE ctid = place.at;
        each.number := count;
        each.previous_hash := before;
        before := {schema}.read_hash(before, each);
        UPDATE {schema}.read_log SET number = count, previous_hash = each.previous_hash, hash = before WHERE ctid = place.at;
    END LOOP;
END $$;
ALTER TABLE {schema}.read_log ALTER COLUMN number SET NOT NULL, ALTER COLUMN previous_hash SET NOT NULL, ALTER COLUMN hash SET NOT NULL;
CREATE UNIQUE INDEX read_log_number ON {schema}.read_log (number);

-- Numbers a read, whatever the caller says of number and hashes. One after the other: the lock is held until the reading's own short transaction ends.
CREATE FUNCTION {schema}.chain_read() RETURNS trigger LANGUAGE plpgsql SET search_path = {schema}, pg_temp AS $$
DECLARE
    head record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('tanggap-reads-{schema}', 0));
    SELECT l.number, l.hash INTO head FROM read_log l ORDER BY l.number DESC LIMIT 1;
    NEW.number := coalesce(head.number, 0) + 1;
    NEW.previous_hash := coalesce(head.hash, decode(repeat('00', 32), 'hex'));
    NEW.hash := read_hash(NEW.previous_hash, NEW);
    RETURN NEW;
END $$;
CREATE TRIGGER reads_are_chained BEFORE INSERT ON {schema}.read_log FOR EACH ROW EXECUTE FUNCTION {schema}.chain_read();
GRANT EXECUTE ON FUNCTION {schema}.read_hash(bytea, {schema}.read_log), {schema}.chain_read() TO {role};

CREATE TABLE {schema}.read_head (
    number bigint NOT NULL, hash bytea NOT NULL, key text NOT NULL, signature bytea NOT NULL, signed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (number, key)
);
GRANT SELECT, INSERT ON {schema}.read_head TO {role};
