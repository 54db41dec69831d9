"""After an outage nothing relies on what was known before it, because the database may have another history."""

import asyncio
from contextlib import suppress
from uuid import uuid4

import psycopg
import pytest

from shared.decider import load, write
from shared.errors import Unavailable
from shared.eventstore.states import Loaded
from shared.eventstore.store import EventStore, Item, Stored
from shared.eventstore.unit import UnitOfWork
from shared.message import TANGGAP, Occasion
from tests.shared.numbers import NUMBERS, Noted, note, two_processes, whole
from tests.shared.test_store import NOON

ELSEWHERE = "-c search_path=cases -c session_replication_role=replica"


GONE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'tanggap-cases'"


def test_after_an_outage_the_database_is_asked_for_everything(database):
    """It may have been restored: here two events are gone, and another stands in place of the first."""

    async def scenario() -> None:
        async with two_processes(database) as (store, another):
            await note(store, "a-1", 7)
            await note(store, "a-1", 8)
            with psycopg.connect(database, autocommit=True, options=ELSEWHERE) as administrator:
                administrator.execute("DELETE FROM event")
                assert await note(another, "a-1", 9)
                administrator.execute(GONE)
            with pytest.raises(Unavailable):
                await store.entries("a-1")
            assert await load(store, NUMBERS, "a-1") == Loaded("a-1", 1, (9,))
            assert store.known("a-1") == Loaded("a-1", 1, (9,))

    asyncio.run(scenario())


def test_who_waited_during_an_outage_does_not_go_on_from_what_was_known_before(database):
    """The first load is under way when the server goes, the second one knows version 2 and waits for the first one's call to end."""

    async def scenario() -> None:
        async with two_processes(database) as (store, another):
            await note(store, "a-1", 7)
            await note(store, "a-1", 8)
            async with await psycopg.AsyncConnection.connect(database, options=ELSEWHERE) as administrator:
                await administrator.execute("LOCK TABLE event IN ACCESS EXCLUSIVE MODE")
                first = asyncio.create_task(load(store, NUMBERS, "b-1"))
                await until(administrator, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'", 1)
                second = asyncio.create_task(load(store, NUMBERS, "a-1"))
                await asyncio.sleep(0)
                await administrator.execute("DELETE FROM event")
                await administrator.execute(GONE)
            for waited in (first, second):
                with pytest.raises(Unavailable):
                    await waited
            await noted_at_last(another, "a-1", 9)
            assert await load(store, NUMBERS, "a-1") == Loaded("a-1", 1, (9,))

    asyncio.run(scenario())


def test_a_unit_that_saw_an_outage_is_not_committed(database):
    async def scenario() -> None:
        async with two_processes(database) as (store, _):
            unit = UnitOfWork(store)
            await note(unit, "a-1", 7)
            store.database.outages += 1
            with pytest.raises(Unavailable):
                await unit.commit()
            assert await whole(store, "a-1") == ()
            again = UnitOfWork(store)
            await note(again, "a-1", 7)
            await again.commit()
            assert store.known("a-1") == Loaded("a-1", 1, (7,))

    asyncio.run(scenario())


def test_what_was_decided_before_an_outage_is_stored_but_not_remembered(database):
    async def scenario() -> None:
        async with two_processes(database) as (store, _):
            await note(store, "a-1", 7)
            before = await load(store, NUMBERS, "a-1")
            store.database.outages += 1
            decided = write(NUMBERS, before, [Noted(number=8)], Occasion("somebody", None, NOON, TANGGAP, uuid4()))
            assert isinstance(await store.append(Item((decided,))), Stored)
            assert store.known("a-1") is None
            assert await load(store, NUMBERS, "a-1") == Loaded("a-1", 2, (7, 8))

    asyncio.run(scenario())


async def until(connection: psycopg.AsyncConnection, query: str, wanted: int) -> None:
    async with asyncio.timeout(30):
        while True:
            found = await (await connection.execute(query)).fetchone()
            if found and found[0] >= wanted:
                return


async def noted_at_last(store: EventStore, stream: str, number: int) -> None:
    """Its connections were cut too."""
    async with asyncio.timeout(30):
        while True:
            with suppress(Unavailable):
                await note(store, stream, number)
                return
