"""What doctor says before an upgrade: whether the release before may run on beside this one (ADR 78)."""

import asyncio
from dataclasses import replace

import psycopg
import pytest

from district.commands.upgrading import takes_away, upgrade
from shared.database import Database
from shared.eventstore.postgres import PostgresEventStore
from shared.logins import SERVICES, login_of
from tests.logins import CODE, login
from tests.shared.test_tail import event, item


@pytest.mark.parametrize(
    "script",
    [
        "ALTER TABLE {schema}.a DROP COLUMN b;", "ALTER TABLE {schema}.a\n  RENAME COLUMN b TO c;", "drop table {schema}.a;",
        "ALTER TABLE {schema}.a ALTER COLUMN b SET NOT NULL;", "REVOKE SELECT ON {schema}.a FROM {login};", "DROP POLICY p ON {schema}.a;",
        "ALTER TABLE {schema}.a ALTER COLUMN b TYPE bigint;",
    ],
)  # fmt: skip
def test_a_script_that_takes_something_away_is_seen(script):
    assert takes_away(script)


@pytest.mark.parametrize(
    "script", ["-- no DROP TABLE here\nCREATE TABLE {schema}.a (b int);", "ALTER TABLE {schema}.a ADD COLUMN c int, ALTER COLUMN b DROP NOT NULL;"]
)
def test_a_script_that_adds_or_allows_takes_nothing_away(script):
    assert not takes_away(script)


def test_no_further_script_takes_anything_away():
    """One more ends running side by side with the release before: it comes a release after the last use of what it takes."""
    found = {f"{service}/{each.name}" for service in SERVICES for each in (CODE / service / "schema").glob("*.sql") if takes_away(each.read_text())}
    assert found == {
        "cases/0004_transfers.sql", "cases/0006_generations.sql", "cases/0032_second_wall.sql", "cases/0050_reads_chained.sql",
        "intake/0002_school_numbers.sql", "intake/0004_generations.sql", "notifications/0004_generations.sql",
    }  # fmt: skip


def test_what_a_later_release_stored_is_named_where_this_one_would_stay(database):
    asyncio.run(stored(database, "alert-sung"))
    assert upgrade(database) == (
        "upgrade",
        False,
        "a later release stored alert-sung, which this one leaves to it: put that release in place of every process (docs/upgrade.md)",
    )


async def stored(url: str, kind: str) -> None:
    service = Database(login(url, "notifications"), "notifications")
    await service.open()
    await PostgresEventStore(service).append(item(replace(event(), type=kind)))
    await service.close()


def forget(url, service, since):
    with psycopg.connect(url) as connection:
        connection.execute(f"DELETE FROM {service}.migration WHERE name >= %s", (since,))


def test_what_only_adds_lets_the_release_before_run_on(database):
    assert upgrade(database) == ("upgrade", True, "nothing to do: all schemas are of this release")
    last = max(each.name for each in (CODE / "cases" / "schema").glob("*.sql"))
    forget(database, "cases", last)
    (_, well, told) = upgrade(database)
    assert well
    assert f"will apply to cases {last}" in told
    assert "Make a backup first. The release before may run on beside this one while its processes are replaced (docs/upgrade.md)" in told


def test_what_takes_away_is_named_and_the_release_before_is_to_be_stopped(database):
    forget(database, "cases", "0050_reads_chained.sql")
    told = upgrade(database)[2]
    assert "cannot run beside this one, because of cases/0050_reads_chained.sql: stop every process of it (docs/upgrade.md)" in told


def test_the_first_release_is_known_by_roles_that_cannot_sign_in(database):
    forget(database, "intake", "0069_unnamed_attachments.sql")
    with psycopg.connect(database) as connection:
        connection.execute(f"ALTER ROLE {login_of('cases')} NOLOGIN")
        connection.commit()
        try:
            told = upgrade(database)[2]
        finally:  # a role is the whole server's: every later test would be kept out
            connection.execute(f"ALTER ROLE {login_of('cases')} LOGIN")
    assert "the first release, which has no backup and cannot run beside this one: stop it, then copy the data folder" in told
