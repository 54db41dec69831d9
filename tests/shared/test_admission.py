"""A service serves only when it signed in as itself, can become nobody else, and finds the newest schema; otherwise it says what to do."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from shared import schemas
from shared.database import Database
from shared.errors import StartRefused
from shared.logins import address_of, owner_of
from tests.logins import CODE, login, prepared

CASES = CODE / "cases" / "schema"


def refused(url: str, service: str = "cases", migrations: Path = CASES) -> str:
    with pytest.raises(StartRefused) as caught:
        asyncio.run(Database(url, service, migrations=migrations).open(within=0.3))
    assert "password" not in str(caught.value)
    return str(caught.value)


def admitted(url: str, service: str = "cases", migrations: Path = CASES) -> bool:
    async def opened() -> bool:
        database = Database(url, service, migrations=migrations)
        await database.open()
        await database.close()
        return True

    return asyncio.run(opened())


def test_its_own_login_and_the_newest_schema_are_admitted(database):
    assert admitted(login(database, "cases"))


def test_the_administrator_s_address_is_refused(database):
    told = refused(database)
    assert told.startswith("DATABASE_URL: this is the administrator's address, which is for ./tanggap migrate alone; cases signs in as tanggap_cases")


def test_another_service_s_address_is_refused(database):
    assert refused(login(database, "notifications")).startswith("DATABASE_URL: this is the address of tanggap_notifications, another service")


def test_a_stranger_s_address_is_refused(database):
    with psycopg.connect(database, autocommit=True) as administrator:
        administrator.execute("CREATE ROLE stranger LOGIN PASSWORD 'x'")
        try:
            told = refused(make_conninfo(database, user="stranger", password="x"))
        finally:
            administrator.execute("DROP ROLE stranger")
    assert told.startswith("DATABASE_URL: this is the address of stranger; cases signs in as tanggap_cases")


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("ALTER ROLE tanggap_cases SUPERUSER", ""), ("ALTER ROLE tanggap_cases CREATEROLE", ""), ("ALTER ROLE tanggap_cases CREATEDB", ""),
        ("ALTER ROLE tanggap_cases BYPASSRLS", ""), ("ALTER ROLE tanggap_cases REPLICATION", ""),
        (f"GRANT {owner_of('cases')} TO tanggap_cases", ""), ("GRANT pg_read_all_data TO tanggap_cases", ""),
        ("GRANT tanggap_intake TO tanggap_cases", ""), ("ALTER TABLE cases.event OWNER TO tanggap_cases", ""),
        ("ALTER SCHEMA cases OWNER TO tanggap_cases", ""), ("ALTER FUNCTION cases.append_batch(jsonb) OWNER TO tanggap_cases", ""),
        ("CREATE TABLE public.mine (); ALTER TABLE public.mine OWNER TO tanggap_cases", "DROP TABLE public.mine"),
    ],
)  # fmt: skip
def test_a_login_that_may_do_more_is_refused_and_the_next_migration_takes_it_back(database, given, taken):
    try:
        with psycopg.connect(database, autocommit=True) as administrator:
            administrator.execute(given)
        assert refused(login(database, "cases")).startswith(
            "DATABASE_URL: the login tanggap_cases may do more than its service needs: run ./tanggap migrate"
        )
    finally:
        with psycopg.connect(database, autocommit=True) as administrator:
            administrator.execute(taken)
        prepared(database)
    assert admitted(login(database, "cases"))


def test_a_wrong_password_is_refused_without_being_quoted(database):
    told = refused(address_of("cases", database, "kenari"))
    assert told.startswith("DATABASE_URL: PostgreSQL does not let tanggap_cases in there")
    assert "./tanggap migrate" in told
    assert "kenari" not in told


def test_a_database_that_was_not_prepared_is_refused(postgres):
    told = refused(login(postgres.url("template1"), "cases"))
    assert told == "the database was not prepared for cases: run ./tanggap migrate"


def test_a_migration_that_is_missing_is_named(database, tmp_path):
    for each in CASES.glob("*.sql"):
        (tmp_path / each.name).write_text(each.read_text())
    (tmp_path / "9999_next.sql").write_text("SELECT 1")
    told = refused(login(database, "cases"), migrations=tmp_path)
    assert told == "the schema of cases is not the newest, it lacks 9999_next.sql: run ./tanggap migrate"


def test_a_kernel_that_changed_is_a_migration_too(database, tmp_path, monkeypatch):
    changed = tmp_path / "schema.sql"
    changed.write_text(schemas._KERNEL["delivery"].read_text() + "\n-- changed")
    monkeypatch.setitem(schemas._KERNEL, "delivery", changed)
    told = refused(login(database, "cases"))
    assert told.startswith("the schema of cases is not the newest, it lacks delivery ")
    assert len(prepared(database)) == 3
    assert admitted(login(database, "cases"))


def test_a_service_of_the_release_before_may_start_on_a_schema_that_is_newer(database, tmp_path, monkeypatch):
    changed = tmp_path / "schema.sql"
    changed.write_text(schemas._KERNEL["delivery"].read_text() + "\n-- changed")
    with monkeypatch.context() as next_release:
        next_release.setitem(schemas._KERNEL, "delivery", changed)
        prepared(database)
    assert admitted(login(database, "cases"))


@pytest.mark.parametrize("service", ["intake", "cases", "notifications"])
def test_no_service_starts_with_the_administrator_s_address_or_where_it_could_read_it(database, redis_url, service):
    key = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
    environment = {"PATH": os.environ["PATH"], "REDIS_URL": redis_url, "TANGGAP_MASTER_KEY": key, "TANGGAP_TOKEN_KEY": key, "PORT": "0"}
    for given in ({"DATABASE_URL": database}, {"DATABASE_URL": login(database, service), "DATABASE_ADMIN_URL": database}):
        done = subprocess.run(
            (sys.executable, "-m", f"services.{service}"),
            cwd=CODE.parent,
            env=environment | given,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert (done.returncode, "administrator's address" in done.stderr.splitlines()[-1]) == (2, True), done.stderr
