-- Keys of persons, one per purpose, wrapped by a master key that the database does not know. One schema for all services, behind
-- functions; who may use which purpose stands in keyring.allowed (architecture, decision 8). Applied as the schema's owner, whom nobody signs in as.
CREATE TABLE IF NOT EXISTS keyring.key (
    kid          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    person       text NOT NULL,
    purpose      text NOT NULL,
    wrapped      bytea,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    destroyed_at timestamptz,
    UNIQUE (person, purpose),
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);

-- Which master key opens the box: '0' is that of the first release, which had no id.
ALTER TABLE keyring.key ADD COLUMN IF NOT EXISTS master text NOT NULL DEFAULT '0';
CREATE INDEX IF NOT EXISTS key_master ON keyring.key (master, kid) WHERE wrapped IS NOT NULL;

CREATE TABLE IF NOT EXISTS keyring.allowed (service text, purpose text, PRIMARY KEY (service, purpose));
DELETE FROM keyring.allowed;
INSERT INTO keyring.allowed VALUES
    ('intake', 'identity'), ('intake', 'contact'), ('intake', 'concern'), ('intake', 'sign-in'),
    ('cases', 'identity'), ('cases', 'concern'), ('cases', 'case'), ('cases', 'counselling'), ('cases', 'guardian-notice'), ('cases', 'package'), ('cases', 'answer'),
    ('notifications', 'identity'), ('notifications', 'contact'), ('notifications', 'guardian-notice'), ('notifications', 'package'), ('notifications', 'answer');

-- The caller's service is the login that the connection was made with: nothing that a session says later changes it.
CREATE OR REPLACE FUNCTION keyring.check_allowed(purposes text[]) RETURNS void LANGUAGE plpgsql SET search_path = keyring, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM unnest(purposes) wanted WHERE NOT EXISTS (
            SELECT FROM allowed a WHERE 'tanggap_' || a.service = session_user AND a.purpose = wanted)) THEN
        RAISE EXCEPTION 'this service may not use keys of that purpose' USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

-- The first release's forms, which knew no master key's id.
DROP FUNCTION IF EXISTS keyring.obtain(text[], text[], bytea[]);
DROP FUNCTION IF EXISTS keyring.open(uuid[]);

-- The keys of (person, purpose) pairs, made from `fresh` (already wrapped, under `masters`) where there is none yet. A destroyed key comes back as
-- NULL.
CREATE OR REPLACE FUNCTION keyring.obtain(persons text[], purposes text[], fresh bytea[], masters text[])
    RETURNS TABLE (person text, purpose text, kid uuid, master text, wrapped bytea)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = keyring, pg_temp AS $$
BEGIN
    PERFORM check_allowed(purposes);
    INSERT INTO key AS k (person, purpose, wrapped, master)
        SELECT w.person, w.purpose, w.wrapped, w.master FROM unnest(persons, purposes, fresh, masters) AS w (person, purpose, wrapped, master)
        WHERE NOT EXISTS (SELECT FROM key x WHERE x.person = w.person AND x.purpose = w.purpose)
        ORDER BY 1, 2
        ON CONFLICT ON CONSTRAINT key_person_purpose_key DO NOTHING;
    RETURN QUERY SELECT k.person, k.purpose, k.kid, k.master, k.wrapped FROM key k
        WHERE (k.person, k.purpose) IN (SELECT * FROM unnest(persons, purposes));
END $$;

CREATE OR REPLACE FUNCTION keyring.open_wrapped(kids uuid[]) RETURNS TABLE (kid uuid, person text, purpose text, master text, wrapped bytea)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = keyring, pg_temp AS $$
BEGIN
    PERFORM check_allowed(ARRAY(SELECT DISTINCT k.purpose FROM key k WHERE k.kid = ANY (kids)));
    RETURN QUERY SELECT k.kid, k.person, k.purpose, k.master, k.wrapped FROM key k WHERE k.kid = ANY (kids);
END $$;

-- Keys of the caller's purposes that lie under this master key, in order of their ids: what is still to be wrapped anew.
CREATE OR REPLACE FUNCTION keyring.wrapped_under(under text, after uuid, most integer)
    RETURNS TABLE (kid uuid, person text, purpose text, wrapped bytea)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = keyring, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT k.kid, k.person, k.purpose, k.wrapped FROM key k
        JOIN allowed a ON 'tanggap_' || a.service = session_user AND a.purpose = k.purpose
        WHERE k.master = under AND k.wrapped IS NOT NULL AND k.kid > after ORDER BY k.kid LIMIT most;
END $$;

-- Puts the same keys into new boxes. A row whose box is not the one that was read, because somebody was faster or the person was erased, stays as
-- it is: what was destroyed never comes back.
CREATE OR REPLACE FUNCTION keyring.rewrap(kids uuid[], befores bytea[], afters bytea[], masters text[]) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = keyring, pg_temp AS $$
DECLARE
    done integer;
BEGIN
    PERFORM check_allowed(ARRAY(SELECT DISTINCT k.purpose FROM key k WHERE k.kid = ANY (kids)));
    UPDATE key k SET wrapped = w.after, master = w.master FROM unnest(kids, befores, afters, masters) AS w (kid, before, after, master)
        WHERE k.kid = w.kid AND k.wrapped = w.before;
    GET DIAGNOSTICS done = ROW_COUNT;
    RETURN done;
END $$;

-- How many keys, of all services, lie under each master key. No ids: a number only.
CREATE OR REPLACE FUNCTION keyring.count_by_master() RETURNS TABLE (master text, keys bigint)
    LANGUAGE sql SECURITY DEFINER SET search_path = keyring, pg_temp AS $$
    SELECT k.master, count(*) FROM key k WHERE k.wrapped IS NOT NULL GROUP BY k.master
$$;

-- Destroys keys of owners, one purpose beside each; how many lived. What has no key yet gets none either: the row stands there as destroyed, and so does
-- the list that a restore applies again. Only the login `tanggap_erasure` may (ADR 50); no service holds this function.
DROP FUNCTION IF EXISTS keyring.destroy(text);
CREATE OR REPLACE FUNCTION keyring.destroy(owners text[], purposes text[]) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = keyring, pg_temp AS $$
DECLARE
    gone integer;
BEGIN
    INSERT INTO key AS k (person, purpose, destroyed_at)
        SELECT DISTINCT w.owner, w.purpose, clock_timestamp() FROM unnest(owners, purposes) AS w (owner, purpose) ORDER BY 1, 2
        ON CONFLICT ON CONSTRAINT key_person_purpose_key DO NOTHING;
    UPDATE key k SET wrapped = NULL, destroyed_at = clock_timestamp()
        WHERE (k.person, k.purpose) IN (SELECT * FROM unnest(owners, purposes)) AND k.wrapped IS NOT NULL;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;

-- How many keys of these owners and purposes still live: a receipt is checked by it, and so is a restore.
CREATE OR REPLACE FUNCTION keyring.count_living(owners text[], purposes text[]) RETURNS integer
    LANGUAGE sql SECURITY DEFINER SET search_path = keyring, pg_temp AS $$
    SELECT count(*)::integer FROM key k WHERE (k.person, k.purpose) IN (SELECT * FROM unnest(owners, purposes)) AND k.wrapped IS NOT NULL
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA keyring FROM PUBLIC;
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT rolname FROM pg_roles WHERE rolname IN ('tanggap_intake', 'tanggap_cases', 'tanggap_notifications') LOOP
        EXECUTE format('GRANT USAGE ON SCHEMA keyring TO %I', name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION keyring.obtain(text[], text[], bytea[], text[]), keyring.open_wrapped(uuid[]) TO %I', name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION keyring.wrapped_under(text, uuid, integer), keyring.count_by_master() TO %I', name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION keyring.rewrap(uuid[], bytea[], bytea[], text[]) TO %I', name);
    END LOOP;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tanggap_erasure') THEN
        GRANT USAGE ON SCHEMA keyring TO tanggap_erasure;
        GRANT EXECUTE ON FUNCTION keyring.destroy(text[], text[]), keyring.count_living(text[], text[]) TO tanggap_erasure;
    END IF;
END $$;
