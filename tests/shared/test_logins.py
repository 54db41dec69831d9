"""A service's connection in the hands of an attacker (security, row 5): it can become nobody else, and reaches nothing but what the service needs."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import psycopg
import pytest
from psycopg.errors import FeatureNotSupported, InsufficientPrivilege, InvalidParameterValue, RaiseException

from shared.database import Database
from shared.eventstore.appending import as_json
from shared.eventstore.store import NEW
from shared.logins import ERASURE, SERVICES, login_of, owner_of
from shared.sealing import KeyringVault
from shared.wrapping import MasterKey
from tests.logins import login, prepared
from tests.shared.test_store import event, item

MASTER = MasterKey(b"m" * 32)
NARRATIVE = "Didorong di tangga."


@pytest.fixture(scope="module")
def district(new_database: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    """A database with an event of each of two services, and a sealed text of intake's."""
    with new_database() as url:
        prepared(url)  # rights on the database itself are not copied with it
        asyncio.run(seal(url))
        for service in ("intake", "cases"):
            with psycopg.connect(login(url, service)) as connection:
                connection.execute(f"SELECT {service}.append_batch(%s)", (as_json([item("a-1", NEW, event())], 8),))
                connection.execute(f"INSERT INTO {service}.heartbeat VALUES ('part', now(), NULL, 0)")
        yield url


async def seal(url: str) -> None:
    intake = Database(login(url, "intake"), "intake")
    await intake.open()
    await KeyringVault(intake, MASTER).seal("ani", "contact", NARRATIVE, "contact-1/phone")
    await intake.close()


@pytest.fixture
def cases(district: str) -> Iterator[psycopg.Connection]:
    """A connection as cases makes it."""
    with psycopg.connect(login(district, "cases"), autocommit=True, options="-c search_path=cases") as connection:
        yield connection


def who(connection: psycopg.Connection) -> tuple[str, str, bool]:
    found = connection.execute("SELECT session_user, current_user, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)").fetchone()
    assert found
    return found[0], found[1], found[2]


# becoming somebody else ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", ["RESET ROLE", "SET ROLE NONE", "RESET SESSION AUTHORIZATION", "RESET ALL", "DISCARD ALL"])
def test_going_back_to_whoever_signed_in_gains_nothing(cases, statement):
    cases.execute(statement)
    assert who(cases) == ("tanggap_cases", "tanggap_cases", False)
    for refused in ("SELECT * FROM intake.event", "SELECT * FROM keyring.key", "UPDATE cases.event SET body = '{}'"):
        with pytest.raises(InsufficientPrivilege):
            cases.execute(refused)


OTHERS = [
    "postgres", *(owner_of(each) for each in (*SERVICES, "keyring")), "tanggap_intake", "tanggap_notifications", "pg_read_all_data",
    "pg_write_all_data", "pg_read_server_files", "pg_execute_server_program", "pg_signal_backend",
]  # fmt: skip


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize(
    "statement", ["SET ROLE {}", "SET SESSION AUTHORIZATION {}", "GRANT {} TO tanggap_cases", "SELECT set_config('role', '{}', false)"]
)
def test_a_service_becomes_nobody_else(cases, role, statement):
    with pytest.raises(InsufficientPrivilege):
        cases.execute(statement.format(role))
    assert who(cases) == ("tanggap_cases", "tanggap_cases", False)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER ROLE tanggap_cases SUPERUSER", "ALTER ROLE tanggap_cases CREATEROLE", "ALTER ROLE tanggap_cases CREATEDB",
        "ALTER ROLE tanggap_cases BYPASSRLS", "ALTER ROLE tanggap_cases REPLICATION", "ALTER ROLE tanggap_cases INHERIT",
        "ALTER ROLE tanggap_intake RENAME TO me", "ALTER ROLE tanggap_cases VALID UNTIL 'infinity'", "ALTER ROLE tanggap_intake PASSWORD 'known'",
        "ALTER ROLE tanggap_intake SET search_path = public", "ALTER ROLE tanggap_cases_owner LOGIN PASSWORD 'known'", "ALTER ROLE ALL SET jit = on",
        "ALTER ROLE postgres PASSWORD 'known'", "CREATE ROLE helper", "DROP ROLE tanggap_intake", "DROP OWNED BY tanggap_cases_owner",
        "REASSIGN OWNED BY tanggap_intake_owner TO tanggap_cases", "GRANT tanggap_cases TO tanggap_intake",
    ],
)  # fmt: skip
def test_a_service_makes_neither_itself_nor_another_more_powerful(cases, change):
    with pytest.raises(InsufficientPrivilege):
        cases.execute(change)


def test_its_own_password_and_settings_which_postgresql_leaves_to_every_role_are_set_back_by_the_next_migration(district, cases):
    """What it may do here gains it no right; what it leaves behind does not last."""
    try:
        cases.execute("ALTER ROLE tanggap_cases PASSWORD 'known to an attacker'")
        cases.execute("ALTER ROLE tanggap_cases SET row_security = off")
        cases.execute(f"ALTER ROLE tanggap_cases IN DATABASE {cases.info.dbname} SET work_mem = '1GB'")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(login(district, "cases"))
    finally:
        prepared(district)
    with psycopg.connect(login(district, "cases")) as connection:
        found = connection.execute("SELECT count(*) FROM pg_db_role_setting WHERE setrole = 'tanggap_cases'::regrole").fetchone()
        assert (who(connection), found) == (("tanggap_cases", "tanggap_cases", False), (0,))


def test_the_server_keeps_no_password_that_could_be_read(district):
    with psycopg.connect(district) as administrator:
        kept = administrator.execute("SELECT rolpassword FROM pg_authid WHERE rolname LIKE 'tanggap\\_%' AND rolcanlogin").fetchall()
    assert [password.startswith("SCRAM-SHA-256$") for (password,) in kept] == [True] * len((*SERVICES, ERASURE))


# what was recorded ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event SET body = '{}'", "DELETE FROM event", "TRUNCATE event", "INSERT INTO event SELECT * FROM event",
        "COPY event FROM STDIN", "MERGE INTO event USING heartbeat ON true WHEN MATCHED THEN DELETE", "SELECT * FROM event FOR UPDATE",
        "UPDATE store_head SET position = 0", "UPDATE partition_head SET position = 0", "UPDATE checkpoint SET position = 0",
        "DELETE FROM idempotency", "UPDATE signed_head SET signature = ''", "DELETE FROM signed_head", "DELETE FROM read_log",
        "DELETE FROM migration", "SELECT move_checkpoint('{}')", "DO $$ BEGIN LOCK TABLE event IN EXCLUSIVE MODE; END $$",
    ],
)  # fmt: skip
def test_a_service_changes_nothing_that_was_recorded(cases, change):
    before = cases.execute("SELECT * FROM event").fetchall()
    with pytest.raises(InsufficientPrivilege):
        cases.execute(change)
    assert cases.execute("SELECT * FROM event").fetchall() == before


def test_the_owner_of_the_history_itself_is_stopped_by_its_trigger(district):
    with psycopg.connect(district, autocommit=True) as administrator:
        administrator.execute(f"SET ROLE {owner_of('cases')}")
        for change in ("UPDATE cases.event SET body = '{}'", "DELETE FROM cases.event", "TRUNCATE cases.event"):
            with pytest.raises(RaiseException):
                administrator.execute(change)


# making things -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE cases.mine (a int)", "CREATE TABLE public.mine (a int)", "CREATE TEMP TABLE event (a int)", "CREATE TEMP VIEW event AS SELECT 1",
        "SELECT 1 AS a INTO TEMP allowed", "CREATE FUNCTION pg_temp.now() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION cases.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA mine", "CREATE DATABASE mine", "DROP EXTENSION plpgsql", "CREATE FOREIGN DATA WRAPPER mine",
        "CREATE TRIGGER mine AFTER INSERT ON heartbeat FOR EACH ROW EXECUTE FUNCTION refuse_change()", "CREATE INDEX mine ON heartbeat (part)",
        "CREATE RULE mine AS ON INSERT TO heartbeat DO NOTHING", "CREATE POLICY mine ON case_list_v1 USING (true)", "CREATE PUBLICATION mine FOR ALL TABLES",
        "CREATE OR REPLACE FUNCTION cases.append_batch(batch jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT batch'",
        "ALTER FUNCTION append_batch(jsonb) SET search_path = public", "ALTER TABLE event DISABLE TRIGGER ALL", "DROP TABLE event", "DROP SCHEMA cases CASCADE",
        "ALTER TABLE case_list_v1 DISABLE ROW LEVEL SECURITY", "ALTER TABLE case_list_v1 NO FORCE ROW LEVEL SECURITY", "TRUNCATE case_list_v1",
        "DROP POLICY of_school ON case_list_v1", "ALTER TABLE heartbeat OWNER TO tanggap_cases", "COMMENT ON TABLE event IS 'mine'",
        "ALTER SCHEMA cases OWNER TO tanggap_cases", "SELECT lo_create(0)", "SELECT lo_creat(-1)", "SELECT lo_from_bytea(0, 'x')", "SELECT lo_import('/etc/passwd')",
        "CREATE TABLESPACE mine LOCATION '/tmp'", "CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION refuse_change()",
    ],
)  # fmt: skip
def test_a_service_makes_and_alters_no_object(cases, statement):
    with pytest.raises(InsufficientPrivilege):
        cases.execute(statement)


@pytest.mark.parametrize("right", ["SELECT ON event", "INSERT ON heartbeat", "EXECUTE ON FUNCTION append_batch(jsonb)", "USAGE ON SCHEMA cases"])
def test_a_service_hands_no_right_on(district, cases, right):
    cases.execute(f"GRANT {right} TO tanggap_intake")  # PostgreSQL only warns that nothing was granted
    with psycopg.connect(login(district, "intake"), autocommit=True) as intake, pytest.raises(InsufficientPrivilege):
        intake.execute("SELECT * FROM cases.event")


# the neighbours ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM intake.event", "SELECT * FROM intake.person_v1", "SELECT intake.append_batch('{}')", "SELECT intake.evict('x', '0')",
        "INSERT INTO intake.heartbeat VALUES ('x', now(), NULL, 0)", "SELECT * FROM notifications.outbox_v1", "SELECT 'intake.event'::regclass",
    ],
)  # fmt: skip
def test_a_service_reads_and_writes_nothing_of_a_neighbour(cases, statement):
    with pytest.raises(InsufficientPrivilege):
        cases.execute(statement)


def test_a_service_does_not_see_what_a_neighbour_asks(district, cases):
    with psycopg.connect(login(district, "intake"), autocommit=True) as intake:
        intake.execute("SELECT 'Didorong di tangga.'")
        told = cases.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", (intake.info.backend_pid,)).fetchone()
    assert told == ("<insufficient privilege>",)


@pytest.mark.parametrize("function", ["pg_terminate_backend", "pg_cancel_backend"])
def test_a_service_ends_no_connection_of_a_neighbour(district, cases, function):
    with psycopg.connect(login(district, "intake"), autocommit=True) as intake:
        with pytest.raises(InsufficientPrivilege):
            cases.execute(f"SELECT {function}(%s)", (intake.info.backend_pid,))
        assert intake.execute("SELECT 1").fetchone() == (1,)


def test_a_lease_that_names_a_neighbour_s_connection_does_not_end_it(district, cases):
    with psycopg.connect(login(district, "intake"), autocommit=True) as intake:
        intake.execute("SELECT pg_advisory_lock(1)")
        cases.execute("INSERT INTO lease VALUES ('work', %s, now() - interval '1 hour')", (intake.info.backend_pid,))
        assert cases.execute("SELECT evict('work', '1 second')").fetchone() == (False,)
        assert intake.execute("SELECT 1").fetchone() == (1,)


# the keys ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM keyring.key", "UPDATE keyring.key SET wrapped = NULL", "DELETE FROM keyring.key", "SELECT * FROM keyring.allowed",
        "INSERT INTO keyring.allowed VALUES ('cases', 'contact')", "SELECT keyring.check_allowed(ARRAY['case'])",
        "SELECT * FROM keyring.obtain(ARRAY['ani'], ARRAY['contact'], ARRAY['\\x00'::bytea], ARRAY['1'])",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "before", ["SELECT 1", "RESET ROLE", "SET search_path = pg_temp, public, keyring", "SET application_name = 'tanggap-intake'"]
)
def test_the_keyring_opens_no_key_of_another_purpose_whatever_a_session_says(cases, before, statement):
    cases.execute(before)
    with pytest.raises(InsufficientPrivilege):
        cases.execute(statement)


def test_a_key_whose_id_is_known_opens_for_nobody_but_its_services(district, cases):
    with psycopg.connect(district) as administrator:
        ((kid,),) = administrator.execute("SELECT kid FROM keyring.key WHERE purpose = 'contact'").fetchall()
    with pytest.raises(InsufficientPrivilege):
        cases.execute("SELECT * FROM keyring.open_wrapped(ARRAY[%s]::uuid[])", (kid,))
    with psycopg.connect(login(district, "intake")) as intake:
        assert len(intake.execute("SELECT * FROM keyring.open_wrapped(ARRAY[%s]::uuid[])", (kid,)).fetchall()) == 1


def test_not_even_the_administrator_uses_the_keys_as_a_service(district):
    """Who may read the tables still needs the master key, which no database knows."""
    with psycopg.connect(district, autocommit=True) as administrator:
        administrator.execute("SET ROLE tanggap_intake")
        with pytest.raises(InsufficientPrivilege):
            administrator.execute("SELECT * FROM keyring.obtain(ARRAY['ani'], ARRAY['contact'], ARRAY['\\x00'::bytea], ARRAY['1'])")


# the machine ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT pg_read_file('/etc/passwd')", "SELECT pg_read_binary_file('PG_VERSION')", "SELECT pg_ls_dir('.')", "SELECT pg_stat_file('PG_VERSION')",
        "COPY event TO PROGRAM 'cat'", "COPY heartbeat FROM PROGRAM 'id'", "COPY event TO '/tmp/event'", "COPY heartbeat (part) FROM '/etc/passwd'",
        "ALTER SYSTEM SET log_statement = 'all'", "SELECT pg_reload_conf()", "SELECT pg_rotate_logfile()", "SET session_replication_role = replica",
        "SET lo_compat_privileges = on", "SET log_statement = 'all'", "LOAD 'auto_explain'", "SELECT * FROM pg_authid", "SELECT * FROM pg_hba_file_rules",
        "SELECT pg_create_physical_replication_slot('mine')", "CHECKPOINT",
    ],
)  # fmt: skip
def test_a_service_reaches_no_file_program_or_setting_of_the_server(cases, statement):
    with pytest.raises((InsufficientPrivilege, FeatureNotSupported, InvalidParameterValue)):
        cases.execute(statement)


def test_switching_the_wall_between_schools_off_shows_an_error_and_no_row(cases):
    cases.execute("SET row_security = off")
    with pytest.raises(InsufficientPrivilege):
        cases.execute("SELECT * FROM case_list_v1")


# what stands behind all this -----------------------------------------------------------------------------------------


def test_the_logins_own_nothing_and_everything_belongs_to_the_owner_of_its_schema(district):
    with psycopg.connect(district) as administrator:
        found = administrator.execute(
            "SELECT DISTINCT n.nspname, pg_get_userbyid(n.nspowner), pg_get_userbyid(o.owner) FROM pg_namespace n JOIN ("
            " SELECT relnamespace AS namespace, relowner AS owner FROM pg_class UNION ALL SELECT pronamespace, proowner FROM pg_proc) o"
            " ON o.namespace = n.oid WHERE n.nspname IN ('intake', 'cases', 'notifications', 'keyring')"
        ).fetchall()
    assert sorted(found) == sorted((schema, owner_of(schema), owner_of(schema)) for schema in (*SERVICES, "keyring"))


def test_every_function_that_works_with_its_owner_s_rights_says_where_it_looks_for_names(district):
    with psycopg.connect(district) as administrator:
        found = administrator.execute(
            "SELECT n.nspname, p.proname, p.proconfig FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE p.prosecdef AND n.nspname IN ('intake', 'cases', 'notifications', 'keyring')"
        ).fetchall()
    assert {(schema, name) for schema, name, _ in found} == {
        *((service, name) for service in SERVICES for name in ("append_batch", "learn_statistics", "adopt_epochs")),
        *(("keyring", name) for name in ("obtain", "open_wrapped", "wrapped_under", "rewrap", "count_by_master", "destroy", "count_living")),
    }
    assert [told for schema, _, told in found if told != [f"search_path={schema}, pg_temp"]] == []


def test_nobody_signs_in_as_an_owner_and_no_login_is_a_member_of_anything(district):
    with psycopg.connect(district) as administrator:
        roles = administrator.execute(
            "SELECT rolname, rolcanlogin, rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication OR rolinherit,"
            " (SELECT count(*) FROM pg_auth_members WHERE member = r.oid) FROM pg_roles r WHERE rolname LIKE 'tanggap\\_%'"
        ).fetchall()
    owners = [(owner_of(schema), False, False, 0) for schema in (*SERVICES, "keyring")]
    assert sorted(roles) == sorted([*owners, *((login_of(service), True, False, 0) for service in (*SERVICES, ERASURE))])
