"""`audit verify` names the exact event for each way of tampering that the owner of the database could use."""

import asyncio

import psycopg
import pytest

from shared.database import Database
from shared.eventstore.chain import START, content, link
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.signing import HeadSigner
from shared.eventstore.store import Item, Write
from shared.eventstore.verify import Broken, Verified, verify_store
from shared.heartbeat import Heartbeats
from tests.keys import keys
from tests.logins import login
from tests.shared.test_store import event

KEYS = keys("cases")


@pytest.fixture
def history(database: str) -> str:
    """Ten events: five streams of two, and the head signed."""

    async def write() -> None:
        opened = Database(login(database, "cases"), "cases")
        await opened.open()
        store = PostgresEventStore(opened)
        for number in range(10):
            stream = f"case-{number % 5}"
            await store.append(Item((Write(stream, number // 5, (event(f'{{"number":{number}}}'),)),)))
        await HeadSigner(opened, KEYS, Heartbeats(opened)).sign_head()
        await opened.close()

    asyncio.run(write())
    return database


def verified(url: str) -> Verified:
    async def verify() -> Verified:
        database = Database(login(url, "cases"), "cases")
        await database.open()
        try:
            return await verify_store(database, KEYS)
        finally:
            await database.close()

    return asyncio.run(verify())


def tamper(url: str, *statements: str) -> None:
    with psycopg.connect(url) as administrator:
        administrator.execute("SET session_replication_role = replica")  # switches the triggers off
        for statement in statements:
            administrator.execute(statement)


def test_an_untouched_history_fits(history):
    assert verified(history) == Verified("cases", 10, 5, None)


def broken(history: str) -> Broken:
    """What does not fit, which there must be."""
    found = verified(history).broken
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("statement", "position"),
    [
        ("UPDATE cases.event SET body = '{}' WHERE position = 4", 4),
        ("UPDATE cases.event SET actor = 'somebody else' WHERE position = 4", 4),
        ("UPDATE cases.event SET happened_at = happened_at - interval '1 day' WHERE position = 7", 7),
        ("UPDATE cases.event SET school = NULL WHERE position = 1", 1),
        ("DELETE FROM cases.event WHERE position = 4", 5),
        ("DELETE FROM cases.event WHERE position = 10", 10),
        ("DELETE FROM cases.event WHERE stream = 'case-2'", 4),
    ],
)
def test_what_was_edited_or_deleted_is_named(history, statement, position):
    tamper(history, statement)
    assert broken(history).position == position


def test_two_swapped_events_are_named(history):
    tamper(
        history,
        "UPDATE cases.event SET body = CASE position WHEN 2 THEN '{\"number\":2}' ELSE '{\"number\":1}' END WHERE position IN (2, 3)",
    )
    assert broken(history).position == 2


def test_a_recomputed_stream_breaks_the_chain_of_the_store(history):
    with psycopg.connect(history) as administrator:
        administrator.execute("SET session_replication_role = replica")
        administrator.execute("UPDATE cases.event SET body = '{\"number\":99}' WHERE position = 3")
    _recompute(history, "case-2")
    found = broken(history)
    assert (found.position, found.what) == (3, "the event was edited and its stream recomputed")


def test_a_recomputed_store_does_not_fit_its_signature(history):
    tamper(history, "UPDATE cases.event SET body = '{\"number\":99}' WHERE position = 3")
    _recompute(history, "case-2")
    _recompute_store(history)
    assert broken(history).what == "the history up to here is not the one that was signed"


def test_a_store_cut_short_with_its_head_is_missed_by_the_signature(history):
    tamper(
        history,
        "DELETE FROM cases.event WHERE position > 8",
        "UPDATE cases.store_head SET position = 8, store_hash = (SELECT store_hash FROM cases.event WHERE position = 8)",
    )
    found = broken(history)
    assert (found.position, found.what) == (9, "the last 2 events are missing")


def _recompute(url: str, stream: str) -> None:
    async def recompute() -> None:
        database = Database(login(url, "cases"), "cases")
        await database.open()
        previous = START
        for each in await PostgresEventStore(database).read_stream(stream):
            digest = link(previous, content(each))
            _set(url, each.position, previous_hash=previous, hash=digest)
            previous = digest
        await database.close()

    asyncio.run(recompute())


def _recompute_store(url: str) -> None:
    async def recompute() -> None:
        database = Database(login(url, "cases"), "cases")
        await database.open()
        previous = START
        for each in await PostgresEventStore(database).read_after(0):
            digest = link(previous, content(each))
            _set(url, each.position, previous_store_hash=previous, store_hash=digest)
            previous = digest
        await database.close()
        with psycopg.connect(url) as administrator:
            administrator.execute("UPDATE cases.store_head SET store_hash = %s", (previous,))

    asyncio.run(recompute())


def _set(url: str, position: int, **hashes: bytes) -> None:
    with psycopg.connect(url) as administrator:
        administrator.execute("SET session_replication_role = replica")
        for name, value in hashes.items():
            administrator.execute(f"UPDATE cases.event SET {name} = %s WHERE position = %s", (value, position))
