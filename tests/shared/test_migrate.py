"""Preparing a database: new, again, by two at once, over what a release before this one left, and by an administrator who is no superuser."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from shared import schemas
from shared.database import Database
from shared.errors import StartRefused
from shared.eventstore.appending import as_json
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.store import NEW, Stored
from shared.eventstore.verify import Verified, verify_store
from shared.logins import ERASURE, SERVICES, address_of, owner_of
from shared.migrate import preparing
from shared.migrate.preparing import Applied, Wanted, prepare
from shared.sealing import KeyringVault
from shared.wrapping import MasterKey
from tests.keys import keys
from tests.logins import CODE, PASSWORDS, login, prepared, wanted
from tests.shared import catalogue
from tests.shared.test_store import event, item

BEFORE = Path(__file__).parent / "before_logins"
"""The kernel's SQL as the release before logins had it."""

SCRIPTS = [Applied(service, script.name) for service in SERVICES for script in schemas.newest(service, CODE / service / "schema")]


def works(url: str, service: str) -> bool:
    """The service opens its database, appends and seals."""

    async def scenario() -> bool:
        database = Database(url, service, migrations=CODE / service / "schema")
        await database.open()
        try:
            await KeyringVault(database, MasterKey(b"m" * 32)).seal("budi", "identity", "Budi", "person-1/name")
            return isinstance(await PostgresEventStore(database).append(item(f"new-{uuid4()}", NEW, event())), Stored)
        finally:
            await database.close()

    return asyncio.run(scenario())


def rows(url: str, query: str) -> list[tuple]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query).fetchall()


# once, and again -----------------------------------------------------------------------------------------------------


def test_an_empty_database_is_prepared_for_all_services_and_a_second_time_nothing_is_new(empty_database):
    assert prepared(empty_database) == SCRIPTS
    assert prepared(empty_database) == []
    assert all(works(login(empty_database, service), service) for service in SERVICES)


def test_two_who_prepare_at_once_do_it_one_after_the_other(empty_database):
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(prepared, [empty_database, empty_database])
    assert sorted((first, second), key=len) == [[], SCRIPTS]


def test_what_is_prepared_while_it_is_in_use_keeps_serving(database):
    with psycopg.connect(login(database, "cases"), autocommit=True) as connection:
        prepared(database)
        assert connection.execute("SELECT cases.append_batch(%s) -> 0 ->> 'is'", (as_json([item("a-1", NEW, event())], 8),)).fetchone() == ("stored",)


def test_a_new_password_ends_the_old_one_and_no_connection(database):
    try:
        with psycopg.connect(login(database, "cases"), autocommit=True) as connection:
            prepare(database, wanted() | {"cases": Wanted("another", CODE / "cases" / "schema")})
            assert connection.execute("SELECT 1").fetchone() == (1,)
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(login(database, "cases"))
            psycopg.connect(address_of("cases", database, "another")).close()
    finally:
        prepared(database)


def test_a_purpose_that_was_given_to_a_service_by_hand_is_taken_away(database):
    with psycopg.connect(database, autocommit=True) as administrator:
        administrator.execute("INSERT INTO keyring.allowed VALUES ('notifications', 'case')")
    prepared(database)
    assert rows(database, "SELECT * FROM keyring.allowed WHERE purpose = 'case'") == [("cases", "case")]


# migrations ----------------------------------------------------------------------------------------------------------


def migrating(folder: Path, **scripts: str) -> dict[str, Wanted]:
    """Cases with these scripts behind its own."""
    shutil.copytree(CODE / "cases" / "schema", folder, dirs_exist_ok=True)
    for name, text in scripts.items():
        (folder / f"{name}.sql").write_text(text)
    return {"cases": Wanted(PASSWORDS["cases"], folder)}


def test_a_migration_that_fails_leaves_nothing_behind_and_the_next_run_goes_on_there(database, tmp_path):
    broken = migrating(tmp_path, n9998="CREATE TABLE {schema}.one ()", n9999="CREATE TABLE {schema}.two (); SELECT 1 / 0")
    with pytest.raises(StartRefused, match=r"^n9999\.sql cannot be applied to cases \(DivisionByZero\)"):
        prepare(database, broken)
    assert rows(database, "SELECT relname FROM pg_class WHERE relname IN ('one', 'two')") == [("one",)]
    assert prepare(database, migrating(tmp_path, n9999="CREATE TABLE {schema}.two ()")) == [Applied("cases", "n9999.sql")]


def test_a_migration_works_in_its_own_schema_only_and_as_no_superuser(database, tmp_path):
    for forbidden in ("CREATE TABLE intake.mine ()", "CREATE TABLE public.mine ()", "SELECT * FROM keyring.key", "CREATE ROLE mine"):
        with pytest.raises(StartRefused, match=r"^n9999\.sql cannot be applied to cases \(InsufficientPrivilege\)"):
            prepare(database, migrating(tmp_path, n9999=forbidden))


def test_a_migration_sees_the_rows_of_all_schools_behind_their_wall(database, tmp_path):
    with psycopg.connect(database, autocommit=True) as administrator:
        administrator.execute(
            "INSERT INTO cases.fact_v1 (position, stream, school, kind, happened_at, recorded_at, codes, desk, generation)"
            " SELECT n, 'case-1', 'school-' || n, 'opened', now(), now(), '{}', 'school', 1 FROM generate_series(1, 3) n"
        )
    prepare(database, migrating(tmp_path, n9999="UPDATE {schema}.fact_v1 SET kind = 'changed'"))
    assert rows(database, "SELECT DISTINCT kind FROM cases.fact_v1") == [("changed",)]


def test_what_a_migration_makes_belongs_to_the_owner_and_its_functions_to_nobody_else(database, tmp_path):
    made = "CREATE TABLE {schema}.mine (); CREATE FUNCTION {schema}.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'"
    prepare(database, migrating(tmp_path, n9999=made))
    assert rows(database, "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'mine'") == [(owner_of("cases"),)]
    assert rows(database, "SELECT has_function_privilege('tanggap_cases', 'cases.mine()', 'EXECUTE')") == [(False,)]


# what a release before left ------------------------------------------------------------------------------------------


def scripts(service: str) -> list[Path]:
    return sorted((CODE / service / "schema").glob("*.sql"))


def later(service: str) -> list[Path]:
    """The scripts that came after that release; the one of generations was the last that it could have had."""
    (generations,) = (path for path in scripts(service) if path.name.endswith("generations.sql"))
    return [path for path in scripts(service) if path.name > generations.name]


def prepared_before(url: str) -> None:
    """As the release before logins prepared a database: everything belongs to the administrator, the roles cannot sign in."""
    with psycopg.connect(url, autocommit=True) as administrator:
        for service in SERVICES:
            role = f"tanggap_{service}"
            if not administrator.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
                administrator.execute(f"CREATE ROLE {role}")
            administrator.execute(f"ALTER ROLE {role} NOLOGIN INHERIT PASSWORD NULL")
            administrator.execute(f"GRANT {role} TO CURRENT_USER; CREATE SCHEMA {service}; GRANT USAGE ON SCHEMA {service} TO {role}")
            for script in ("eventstore", "delivery"):
                administrator.execute((BEFORE / f"{script}.sql").read_text().format(schema=service, role=role).encode())
            administrator.execute((BEFORE / "keyring.sql").read_text().encode())
            administrator.execute(f"CREATE TABLE {service}.migration (name text PRIMARY KEY, applied_at timestamptz DEFAULT clock_timestamp())")
            for path in sorted(set(scripts(service)) - set(later(service))):
                administrator.execute(path.read_text().format(schema=service, role=role).encode())
                administrator.execute(f"INSERT INTO {service}.migration (name) VALUES (%s)", (path.name,))
            administrator.execute(f"GRANT SELECT ON {service}.migration TO {role}")


def recorded_before(url: str) -> None:
    """Two events of cases and a key, as a session of that release wrote them."""
    with psycopg.connect(url, autocommit=True, options="-c role=tanggap_cases -c search_path=cases") as connection:
        for number in range(2):
            connection.execute("SELECT append_batch(%s)", (as_json([item(f"a-{number}", NEW, event(public=True))], 8),))
        connection.execute("SELECT keyring.obtain(ARRAY['ani'], ARRAY['case'], ARRAY['\\x00'::bytea])")


@pytest.fixture
def before(empty_database):
    """A database that the release before prepared and worked on."""
    try:
        prepared_before(empty_database)
        recorded_before(empty_database)
        yield empty_database
    finally:
        prepared(empty_database)  # the roles belong to the whole server: the other tests' databases use them as well


def test_a_database_of_the_release_before_keeps_its_history_and_is_worked_on(before):
    history = rows(before, "SELECT * FROM cases.event ORDER BY position")
    boxes = "SELECT kid, person, purpose, wrapped, created_at, destroyed_at FROM keyring.key"
    keys = rows(before, boxes)
    kernel = {service: [each.name for each in (schemas.keyring_script(), *schemas.kernel_scripts(service))] for service in SERVICES}
    assert prepared(before) == [
        Applied(service, name) for service in SERVICES for name in (*kernel[service], *(path.name for path in later(service)))
    ]  # fmt: skip
    assert (rows(before, "SELECT * FROM cases.event ORDER BY position"), rows(before, boxes)) == (history, keys)
    assert all(works(login(before, service), service) for service in SERVICES)
    assert asyncio.run(verified(login(before, "cases"))) == Verified("cases", 3, 3, None)


async def verified(url: str) -> Verified:
    database = Database(url, "cases")
    await database.open()
    try:
        return await verify_store(database, keys("cases"))
    finally:
        await database.close()


def test_nothing_in_a_database_of_the_release_before_stays_with_the_administrator(before):
    prepared(before)
    owners = rows(
        before,
        "SELECT DISTINCT n.nspname, pg_get_userbyid(o.owner) FROM pg_namespace n JOIN (SELECT oid AS namespace, nspowner AS owner FROM pg_namespace"
        " UNION ALL SELECT relnamespace, relowner FROM pg_class UNION ALL SELECT pronamespace, proowner FROM pg_proc) o ON o.namespace = n.oid"
        " WHERE n.nspname IN ('intake', 'cases', 'notifications', 'keyring')",
    )
    assert sorted(owners) == sorted((schema, owner_of(schema)) for schema in (*SERVICES, "keyring"))


def test_in_a_database_of_the_release_before_no_service_serves_until_it_is_migrated(before):
    with pytest.raises(StartRefused, match=r"\./tanggap migrate"):
        asyncio.run(Database(login(before, "cases"), "cases").open(within=0.3))


# who may prepare -----------------------------------------------------------------------------------------------------


@pytest.fixture
def manager(postgres):
    """The address of an administrator as managed servers give one: no superuser, may create roles, owns the database. Its roles go with it."""
    names = [f"tanggap_{each}{suffix}" for each in (*SERVICES, "keyring", ERASURE) for suffix in ("", "_owner")]
    with psycopg.connect(postgres.url(), autocommit=True) as administrator:
        known = [name for name in names if administrator.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone()]
        for name in known:
            administrator.execute(f"ALTER ROLE {name} RENAME TO aside_{name}")
        administrator.execute("CREATE ROLE manager LOGIN CREATEROLE PASSWORD 'x'")
        administrator.execute("CREATE DATABASE managed OWNER manager")
        yield make_conninfo(postgres.url("managed"), user="manager", password="x")
        administrator.execute("DROP DATABASE managed WITH (FORCE)")
        for name in reversed(names):
            administrator.execute(f"DROP ROLE IF EXISTS {name}")
        administrator.execute("DROP ROLE manager")
        for name in known:
            administrator.execute(f"ALTER ROLE aside_{name} RENAME TO {name}")
    prepared(postgres.url("prepared"))


def test_an_administrator_who_is_no_superuser_prepares_a_database_of_its_own(manager, prepared_database):
    assert prepared(manager) == SCRIPTS
    assert prepared(manager) == []
    assert all(works(login(manager, service), service) for service in SERVICES)
    with psycopg.connect(login(manager, "cases"), autocommit=True) as connection:
        for statement in ("CREATE TEMP TABLE mine ()", "CREATE TABLE public.mine ()", f"SET ROLE {owner_of('cases')}", "SET ROLE manager"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_a_service_s_own_address_is_not_enough(database):
    with pytest.raises(StartRefused, match=r"may not do this .* it should be a superuser, or one that may create roles and owns the database"):
        prepared(login(database, "cases"))


@pytest.mark.parametrize("passwords", [("a", "b", "a"), ("a", "b", ""), ("a", "b", None)])
def test_two_logins_never_share_a_password(postgres, passwords):
    told = [postgres.password if each is None else each for each in passwords]
    with pytest.raises(StartRefused, match="a password of its own"):
        prepare(postgres.url(), {service: Wanted(password, CODE / service / "schema") for service, password in zip(SERVICES, told, strict=True)})


@pytest.mark.parametrize("url", ["mysql://u:kenari@127.0.0.1/x", "postgresql://u:kenari@127.0.0.1:1/x", "host=kenari por=1"])
def test_an_administrator_s_address_that_leads_nowhere_is_named_and_not_quoted(url, monkeypatch):
    monkeypatch.setattr(preparing, "WAIT", 0.1)
    with pytest.raises(StartRefused) as caught:
        prepared(url)
    assert str(caught.value).startswith("DATABASE_ADMIN_URL")
    assert "kenari" not in str(caught.value)


# a server that goes away, or is locked -------------------------------------------------------------------------------


def test_what_is_interrupted_is_begun_again(database, monkeypatch):
    really, failing = preparing._prepared, [psycopg.errors.DeadlockDetected("planted"), psycopg.OperationalError("planted")]

    def fails_first(*given):
        if failing:
            raise failing.pop()
        return really(*given)

    monkeypatch.setattr(preparing, "_prepared", fails_first)
    assert prepared(database) == []
    assert not failing


def test_what_stays_locked_is_refused_after_a_while(database, monkeypatch):
    def fails(*given):
        raise psycopg.errors.DeadlockDetected("planted")

    monkeypatch.setattr(preparing, "_prepared", fails)
    monkeypatch.setattr(preparing, "WAIT", 0.3)
    with pytest.raises(StartRefused, match="could not be prepared"):
        prepared(database)


# in an image of its own ----------------------------------------------------------------------------------------------


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """What the image of `migrate` holds, copied as the Dockerfile says."""
    base, migrate = (CODE.parent / "Dockerfile").read_text().split("FROM ")[1:3]
    assert migrate.startswith("base AS migrate")
    for source, target in re.findall(r"^COPY (\S+/) (\S+/)$", base + migrate, re.MULTILINE):
        shutil.copytree(CODE.parent / source, tmp_path / target)
    return tmp_path


def run(image: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    given = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run((sys.executable, "-m", "shared.migrate", *arguments), cwd=image, env=given, capture_output=True, text=True, check=False)


def secrets(folder: Path) -> dict[str, str]:
    """One given openly, the others in files."""
    files = {}
    for service in ("cases", "notifications"):
        (folder / service).write_text(PASSWORDS[service] + "\n")
        files[f"{service.upper()}_DATABASE_PASSWORD_FILE"] = str(folder / service)
    return {"INTAKE_DATABASE_PASSWORD": PASSWORDS["intake"], **files}


def test_the_image_of_migrate_needs_nothing_else_and_says_what_it_applied(image, empty_database, tmp_path):
    first = run(image, "--json", DATABASE_ADMIN_URL=empty_database, **secrets(tmp_path))
    assert (first.returncode, first.stderr) == (0, "")
    assert json.loads(first.stdout) == {"applied": [{"service": each.service, "script": each.script} for each in SCRIPTS]}
    again = run(image, DATABASE_ADMIN_URL=empty_database, **secrets(tmp_path))
    assert (again.returncode, again.stdout) == (0, "nothing to apply: all schemas are the newest\n")
    assert all(works(login(empty_database, service), service) for service in SERVICES)


@pytest.mark.parametrize(
    ("taken", "given", "said"),
    [
        ("DATABASE_ADMIN_URL", {}, "DATABASE_ADMIN_URL is missing"),
        ("INTAKE_DATABASE_PASSWORD", {}, "INTAKE_DATABASE_PASSWORD is missing"),
        ("", {"CASES_DATABASE_PASSWORD_FILE": "/nowhere"}, "CASES_DATABASE_PASSWORD_FILE: the file cannot be read (FileNotFoundError)"),
    ],
)
def test_what_is_missing_is_named(image, empty_database, tmp_path, taken, given, said):
    environment = {"DATABASE_ADMIN_URL": empty_database, **secrets(tmp_path), **given}
    environment.pop(taken, None)
    done = run(image, **environment)
    assert (done.returncode, done.stdout, said in done.stderr) == (2, "", True), done.stderr


def test_a_wrong_call_is_refused(image, empty_database):
    assert run(image, "cases", DATABASE_ADMIN_URL=empty_database).returncode == 2


# behind which wall ---------------------------------------------------------------------------------------------------


def test_every_table_is_in_the_list_with_its_grants_and_its_wall(database):
    """A new table needs a line in tests/pinned/tables.toml, and row security if people or cases stand in it (ADR 32)."""
    with psycopg.connect(database) as administrator:
        assert catalogue.there(administrator) == catalogue.listed()
