-- Keys of persons, one per purpose, wrapped by a master key that the database does not know. One schema for all services, behind three
-- functions; who may use which purpose stands in keyring.allowed (architecture, decision 8).
CREATE SCHEMA IF NOT EXISTS keyring;

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

CREATE TABLE IF NOT EXISTS keyring.allowed (service text, purpose text, PRIMARY KEY (service, purpose));
INSERT INTO keyring.allowed VALUES
    ('intake', 'identity'), ('intake', 'contact'), ('intake', 'concern'),
    ('cases', 'identity'), ('cases', 'concern'), ('cases', 'case'), ('cases', 'counselling'), ('cases', 'guardian-notice'), ('cases', 'package'), ('cases', 'answer'),
    ('notifications', 'identity'), ('notifications', 'contact'), ('notifications', 'package'), ('notifications', 'answer')
ON CONFLICT DO NOTHING;

-- The caller's service is its role as the pool set it; a SECURITY DEFINER function sees that in the setting `role`.
CREATE OR REPLACE FUNCTION keyring.check_allowed(purposes text[]) RETURNS void LANGUAGE plpgsql SET search_path = keyring, pg_temp AS $$
DECLARE
    caller text := replace(current_setting('role'), 'tanggap_', '');
BEGIN
    IF EXISTS (SELECT FROM unnest(purposes) wanted WHERE NOT EXISTS (
            SELECT FROM allowed a WHERE a.service = caller AND a.purpose = wanted)) THEN
        RAISE EXCEPTION 'this service may not use keys of that purpose' USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

-- The keys of (person, purpose) pairs, made from `fresh` (already wrapped) where there is none yet. A destroyed key comes back as NULL.
CREATE OR REPLACE FUNCTION keyring.obtain(persons text[], purposes text[], fresh bytea[])
    RETURNS TABLE (person text, purpose text, kid uuid, wrapped bytea)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = keyring, pg_temp AS $$
BEGIN
    PERFORM check_allowed(purposes);
    INSERT INTO key AS k (person, purpose, wrapped)
        SELECT w.person, w.purpose, w.wrapped FROM unnest(persons, purposes, fresh) AS w (person, purpose, wrapped)
        WHERE NOT EXISTS (SELECT FROM key x WHERE x.person = w.person AND x.purpose = w.purpose)
        ORDER BY 1, 2
        ON CONFLICT ON CONSTRAINT key_person_purpose_key DO NOTHING;
    RETURN QUERY SELECT k.person, k.purpose, k.kid, k.wrapped FROM key k
        WHERE (k.person, k.purpose) IN (SELECT * FROM unnest(persons, purposes));
END $$;

CREATE OR REPLACE FUNCTION keyring.open(kids uuid[]) RETURNS TABLE (kid uuid, person text, purpose text, wrapped bytea)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = keyring, pg_temp AS $$
BEGIN
    PERFORM check_allowed(ARRAY(SELECT DISTINCT k.purpose FROM key k WHERE k.kid = ANY (kids)));
    RETURN QUERY SELECT k.kid, k.person, k.purpose, k.wrapped FROM key k WHERE k.kid = ANY (kids);
END $$;

-- Destroys every key of a person; the rows stay as the list that a restore applies again.
CREATE OR REPLACE FUNCTION keyring.destroy(whom text) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = keyring, pg_temp AS $$
DECLARE
    gone integer;
BEGIN
    UPDATE key k SET wrapped = NULL, destroyed_at = clock_timestamp() WHERE k.person = whom AND k.wrapped IS NOT NULL;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;

REVOKE ALL ON SCHEMA keyring FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA keyring FROM PUBLIC;
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT rolname FROM pg_roles WHERE rolname IN ('tanggap_intake', 'tanggap_cases', 'tanggap_notifications') LOOP
        EXECUTE format('GRANT USAGE ON SCHEMA keyring TO %I', name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION keyring.obtain(text[], text[], bytea[]), keyring.open(uuid[]) TO %I', name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION keyring.destroy(text) TO %I', name);
    END LOOP;
END $$;
