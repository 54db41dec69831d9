"""A store of a release that knew no generations: what its read models hold is kept, and answers only when it is level with the store."""

import shutil
from pathlib import Path

import psycopg
import pytest

from services.cases.app import MIGRATIONS as CASES
from services.cases.reading.projecting import TABLES as OF_CASES
from services.intake.app import MIGRATIONS as INTAKE
from services.intake.views import TABLES as OF_INTAKE
from services.notifications.app import MIGRATIONS as NOTIFICATIONS
from services.notifications.projecting import TABLES as OF_NOTIFICATIONS
from shared.migrate.preparing import Wanted, prepare
from tests.logins import PASSWORDS
from tests.shared.catalogue import listed

pytestmark = pytest.mark.anyio

NOON = "2026-03-02T12:00:00+00:00"
ROW = {
    "school": "s", "person": "p", "student": "m", "kind": "staff", "level": "smp", "name": {}, "roles": ["counsellor"], "locator": "l",
    "concern": "c", "case_id": "1", "state": "queued", "urgency": "low", "named": ["eka"], "desk": "school", "opened_at": NOON, "changed_at": NOON,
    "version": 7, "closed": False, "merged": False, "waiting": False, "worked": True, "stage": "opened", "key": "k", "what": "goal",
    "expected_at": NOON, "step": 0, "position": 3, "stream": "case-1", "happened_at": NOON, "recorded_at": NOON, "codes": {}, "role": "affected",
    "agency": "a", "services": [], "task": "t", "priority": "stat", "respond_by": NOON, "requested_at": NOON, "token_hash": "\\x01", "notice": "n",
    "id": "00000000-0000-0000-0000-000000000001", "receiver": "r", "urgent": True, "attempts": 2, "due_at": NOON, "queued_at": NOON,
}  # fmt: skip
"""What a row of any of these tables holds; each takes the columns that it has."""

SERVICES = {
    "intake": (INTAKE, "intake_directory_v1", OF_INTAKE),
    "cases": (CASES, "case_list_v1", OF_CASES),
    "notifications": (NOTIFICATIONS, "outbox_v1", OF_NOTIFICATIONS),
}
AS_BEFORE = (
    "ALTER TABLE view_checkpoint DROP COLUMN generation, DROP COLUMN state, ADD PRIMARY KEY (view)",
    "INSERT INTO view_checkpoint VALUES (%s, 42)",
)


@pytest.fixture
def anyio_backend():
    return "asyncio"


def prepared(url: str, service: str, migrations: Path) -> None:
    prepare(url, {service: Wanted(PASSWORDS[service], migrations)})


def held(connection: psycopg.Connection, tables: tuple[str, ...]) -> dict[str, list[tuple]]:
    """All rows, without the generation that they are in."""
    return {table: connection.execute(f"SELECT to_jsonb(t) - 'generation' FROM {table} t").fetchall() for table in tables}


def _as_before(row: tuple, known: tuple) -> tuple:
    """Without the columns that a later release added."""
    return ({name: value for name, value in row[0].items() if name in known[0]},)


@pytest.mark.parametrize("service", list(SERVICES))
async def test_what_an_older_release_folded_is_kept_and_built_on(empty_database, tmp_path, service):
    migrations, view, tables = SERVICES[service]
    (generations,) = migrations.glob("*generations.sql")
    for script in migrations.glob("*.sql"):
        if script.name < generations.name:
            shutil.copy(script, tmp_path)
    prepared(empty_database, service, tmp_path)
    with psycopg.connect(empty_database, autocommit=True, options=f"-c search_path={service}") as connection:
        connection.execute(AS_BEFORE[0])
        connection.execute(AS_BEFORE[1], (view,))
        there = {name for (name,) in connection.execute("SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace", (service,))}
        known = tuple(table for table in tables if table in there)
        for table in known:
            row = psycopg.types.json.Json(ROW)
            connection.execute(f"INSERT INTO {table} SELECT * FROM json_populate_record(NULL::{table}, %s)", (row,))
        before = held(connection, known)
        prepared(empty_database, service, migrations)
        prepared(empty_database, service, migrations)  # the next start finds it done
        after = held(connection, known)
        assert {table: [_as_before(row, rows[0]) for row in after[table]] for table, rows in before.items()} == before
        ((number, position, state),) = connection.execute("SELECT generation, position, state FROM view_checkpoint").fetchall()
        assert (position, state) == (42, "building"), "nobody can tell whether it was whole: it answers when it is level"
        for table in known:
            assert connection.execute(f"SELECT generation FROM {table}").fetchall() == [(number,)]


@pytest.mark.parametrize("service", list(SERVICES))
async def test_row_level_security_is_the_same_wall_for_every_generation(empty_database, service):
    migrations, _, tables = SERVICES[service]
    prepared(empty_database, service, migrations)
    with psycopg.connect(empty_database, options=f"-c search_path={service}") as connection:
        query = "SELECT relname FROM pg_class WHERE relname = ANY (%s) AND relnamespace = %s::regnamespace AND relforcerowsecurity"
        walled = {name for (name,) in connection.execute(query, (list(tables), service))}
        assert walled == {table for table in tables if not listed()[f"{service}.{table}"].open}
        policies = [condition for (condition,) in connection.execute("SELECT qual FROM pg_policies WHERE schemaname = %s", (service,))]
        assert all("generation" not in condition for condition in policies)
