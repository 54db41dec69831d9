"""The second wall: row security by school behind every reader, for whoever forgets to ask for it in a query (ADR 32)."""

import asyncio
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from shared.database import Acting, Database
from shared.logins import SERVICES
from shared.migrate.preparing import Wanted, prepare
from tests.logins import CODE, PASSWORDS, login, prepared
from tests.shared import catalogue
from tests.shared.catalogue import Table

A, B = "school-a", "school-b"
WALLED = {name: table for name, table in catalogue.listed().items() if not table.open}
READ = [name for name, table in WALLED.items() if table.readers]

OF_A_TYPE = {
    "text": lambda column, school: school if column in ("school", "student_at", "asked_of") else f"{column} of {school}",
    "integer": lambda _, school: 1 + (school == B),
    "bigint": lambda _, school: 1 + (school == B),
    "boolean": lambda *_: False,
    "timestamp with time zone": lambda *_: "2026-11-28 07:00:00+07",
    "jsonb": lambda *_: "{}",
    "ARRAY": lambda *_: [],
    "bytea": lambda _, school: school.encode(),
    "uuid": lambda _, school: f"00000000-0000-7000-8000-00000000000{1 + (school == B)}",
}
"""A value for a column of this type, in a row of this school. What is of no type here fails the test: add one."""


def fill(administrator: psycopg.Connection[Any], name: str, school: str) -> None:
    """One row of this school in a table, past the wall."""
    schema, table = name.split(".")
    told = "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"
    columns = dict(administrator.execute(told, (schema, table)).fetchall())
    row: dict[str, Any] = {column: OF_A_TYPE[kind](column, school) for column, kind in columns.items()}
    row |= {"desk": "school"} if "desk" in row else {}
    row |= {"hash": None} if table == "verifier" else {}
    row |= {"verdict": "clean"} if table == "attachment" else {}
    query = sql.SQL("INSERT INTO {}.{} ({}) VALUES ({})").format(
        sql.Identifier(schema),
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join([sql.Placeholder()] * len(row)),
    )
    administrator.execute(query, list(row.values()))


@pytest.fixture(scope="module")
def two_schools(new_database: Any) -> Iterator[str]:
    """A district with one row of each of two schools in every table behind the wall."""
    with new_database() as url:
        with psycopg.connect(url, autocommit=True) as administrator:
            for name in WALLED:
                fill(administrator, name, A)
                fill(administrator, name, B)
        yield url


@pytest.fixture(scope="module")
def connections(two_schools: str) -> Iterator[dict[str, psycopg.Connection[Any]]]:
    opened = {service: psycopg.connect(login(two_schools, service), options=f"-c search_path={service}") for service in SERVICES}
    yield opened
    for connection in opened.values():
        connection.close()


def seen(connections: dict[str, psycopg.Connection[Any]], name: str, **settings: str) -> list[str]:
    """Of which schools the rows are that a service sees in a table, in one transaction with these settings and a query without any condition."""
    schema, table = name.split(".")
    with connections[schema].transaction() as inside:
        for setting, value in settings.items():
            inside.connection.execute("SELECT set_config('tanggap.' || %s, %s, true)", (setting, value))
        rows = inside.connection.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table))).fetchall()
    return sorted(B if any(mark in row for mark in (B, B.encode().hex(), "000000000002")) else A for (row,) in rows)


# the catalogue -------------------------------------------------------------------------------------------------------


def test_there_is_no_view_around_the_wall_and_no_function_with_its_owner_s_rights_but_the_store_s(two_schools):
    with psycopg.connect(two_schools) as administrator:
        assert catalogue.around(administrator) == [
            f"{each}.{name}" for each in sorted(SERVICES) for name in ("adopt_epochs", "append_batch", "learn_statistics")
        ]
        assert catalogue.granted_to_others(administrator) == []


def test_the_parts_that_the_walls_know_are_those_that_a_service_can_say():
    assert {each for table in WALLED.values() for each in table.work} == set(get_args(Acting))


def test_settings_of_the_wall_are_made_in_three_places_and_for_one_transaction_each():
    """One place where a reader's snapshot begins, one for the own work, one for migrations."""
    code = Path(__file__).parents[2]
    told = {}
    for folder in ("shared", "services", "district"):
        for file in (code / folder).rglob("*.py"):
            if found := re.findall(r"set_config\('tanggap[^)]*\)|tanggap\.(?:acting_as|schools)=", file.read_text(encoding="utf-8")):
                told[str(file.relative_to(code))] = sorted(found)
    assert told == {
        "shared/database.py": ["set_config('tanggap.acting_as', %s, true)"],
        "shared/eventstore/generations.py": [
            "set_config('tanggap.acting_as', %s, true)",
            "set_config('tanggap.acting_as', 'builder', true)",
            "set_config('tanggap.acting_as', 'builder', true)",
            "set_config('tanggap.schools', %s, true)",
        ],
        "shared/migrate/preparing.py": ["tanggap.acting_as=", "tanggap.schools="],
    }


# what is seen --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "schools", [None, "", ",", "school", "school-", "school-a-", "%", "' OR true --", "desk:school-a", "{school-a}", " school-a"]
)
@pytest.mark.parametrize("name", WALLED)
def test_who_says_no_school_of_theirs_is_nobody(connections, name, schools):
    assert seen(connections, name, **({} if schools is None else {"schools": schools})) == []


@pytest.mark.parametrize("name", WALLED)
def test_a_reader_sees_the_own_schools_without_any_condition_in_the_query(connections, name):
    told = WALLED[name]
    reader = {"conflict_v1": f"person:person of {A}"}.get(name.split(".")[1], A)
    assert seen(connections, name, schools=reader) == ([A] if told.readers else [])
    assert seen(connections, name, schools="*") == ([A, B] if told.readers else [])


@pytest.mark.parametrize("name", WALLED)
def test_each_part_of_the_own_work_sees_the_tables_that_it_needs_and_no_other(connections, name):
    told = WALLED[name]
    every = sorted({acting for table in WALLED.values() for acting in table.work})
    assert [each for each in every if seen(connections, name, acting_as=each) == [A, B]] == sorted(told.work)
    assert [each for each in every if seen(connections, name, acting_as=each) not in ([], [A, B])] == []


@pytest.mark.parametrize("name", WALLED)
def test_a_reader_changes_nothing(connections, name):
    schema, table = name.split(".")
    with connections[schema].transaction(force_rollback=True) as inside:
        inside.connection.execute("SELECT set_config('tanggap.schools', '*', true)")
        for change in ("DELETE FROM {}", "INSERT INTO {0} SELECT * FROM {0} LIMIT 1"):
            try:
                with inside.connection.transaction():
                    done = inside.connection.execute(sql.SQL(change).format(sql.Identifier(table)))
                    assert done.rowcount == 0
            except InsufficientPrivilege:
                pass


def test_an_agency_sees_its_own_tasks_and_whoever_is_named_only_that(connections):
    assert seen(connections, "notifications.task_v1", schools=f"agency:agency of {A}") == [A]
    assert seen(connections, "notifications.outbox_v1", schools=f"agency:agency of {A}") == []
    assert seen(connections, "notifications.conflict_v1", schools=A) == []


def test_a_message_goes_with_its_case_to_the_school_where_it_is_now(two_schools, connections):
    moved = "INSERT INTO notifications.case_school_v1 VALUES (%s, %s) ON CONFLICT (case_id) DO UPDATE SET school = excluded.school"
    with psycopg.connect(two_schools, autocommit=True) as administrator:
        administrator.execute(moved, (f"case_id of {A}", B))
        try:
            assert seen(connections, "notifications.outbox_v1", schools=A) == []
            assert seen(connections, "notifications.outbox_v1", schools=B) == [A, B]
            assert seen(connections, "notifications.task_v1", schools=B) == [A, B]
        finally:
            administrator.execute("DELETE FROM notifications.case_school_v1")


# the pool ------------------------------------------------------------------------------------------------------------


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_readers_of_different_schools_who_are_cancelled_at_any_moment_leave_nothing_to_the_next(two_schools, anyio_backend):
    kept = Database(login(two_schools, "cases"), "cases", size=3)
    await kept.open()
    chance = random.Random(32)
    wrong: list[tuple[str, tuple[object, ...]]] = []

    async def reader(school: str) -> None:
        async with kept.connection() as connection:
            await connection.execute("SELECT set_config('tanggap.schools', %s, true)", (school,))
            rows = await (await connection.execute("SELECT DISTINCT school FROM case_list_v1")).fetchall()
        wrong.extend((school, row) for row in rows if row != (school,))

    async def worker() -> None:
        async with kept.acting_as("directory").statement() as connection:
            rows = await (await connection.execute("SELECT count(*), (SELECT count(*) FROM case_list_v1) FROM person_v1")).fetchall()
        wrong.extend(("directory", row) for row in rows if row != (2, 0))

    async def nobody() -> None:
        async with kept.statement() as connection:
            rows = await (await connection.execute("SELECT person FROM person_v1 UNION ALL SELECT case_id FROM case_list_v1")).fetchall()
        wrong.extend(("nobody", row) for row in rows)

    for _ in range(150):
        users = [asyncio.create_task(each) for each in (reader(A), reader(B), worker(), nobody(), reader(A), nobody())]
        await asyncio.sleep(chance.random() * 0.01)
        for user in chance.sample(users, 4):
            user.cancel()
        ended = await asyncio.gather(*users, return_exceptions=True)
        assert {type(each) for each in ended if each is not None} <= {asyncio.CancelledError}
    await asyncio.gather(nobody(), nobody(), nobody())
    await kept.close()
    assert wrong == []


# a store of before --------------------------------------------------------------------------------------------------


def test_what_a_store_of_before_has_stands_behind_the_wall_after_the_migration(empty_database, tmp_path):
    for service in SERVICES:
        shutil.copytree(CODE / service / "schema", tmp_path / service)
        for later in tmp_path.glob(f"{service}/*wall*.sql"):
            later.unlink()
    before = {service: Wanted(PASSWORDS[service], tmp_path / service) for service in SERVICES}
    prepare(empty_database, before)
    with psycopg.connect(empty_database, autocommit=True) as administrator:
        for name in WALLED:
            fill(administrator, name, A)
    prepared(empty_database)
    for service in SERVICES:
        with psycopg.connect(login(empty_database, service), options=f"-c search_path={service}", autocommit=True) as kept:
            mine = {name: table for name, table in WALLED.items() if name.startswith(f"{service}.")}
            assert [name for name in mine if seen({service: kept}, name, schools="school-b")] == []
            assert [name for name, table in mine.items() if seen({service: kept}, name, acting_as=table.work[0]) != [A]] == []
    with psycopg.connect(login(empty_database, "notifications"), autocommit=True) as kept:
        assert kept.execute("SELECT * FROM notifications.case_school_v1").fetchall() == [(f"case_id of {A}", A)]


# the tables that are there -------------------------------------------------------------------------------------------


def test_the_list_of_tables_says_which_wall_each_stands_behind():
    assert len(WALLED) > 25
    assert set(READ) < set(WALLED)
    assert Table("INSERT SELECT", ("reads",)) == WALLED["cases.read_log"]
