"""The event store's behaviour, the same on PostgreSQL and in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from shared.database import Database
from shared.errors import Invalid, Unavailable
from shared.eventstore.chain import START, content, link
from shared.eventstore.memory import InMemoryEventStore
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.store import (
    NEW,
    Checkpoint,
    Conflict,
    Duplicate,
    EventStore,
    Hole,
    Idempotency,
    Item,
    Repeated,
    Stored,
    Write,
)
from shared.eventstore.unit import HELD, Alone, UnitOfWork
from shared.message import NewEvent
from shared.testing import eventually
from tests.logins import login

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
Scenario = Callable[[EventStore], Coroutine[Any, Any, None]]


def event(body: str = '{"text":"é"}', *, key: str = "ani", public: bool = False, **more) -> NewEvent:
    fields: dict[str, Any] = {
        "id": uuid4(), "type": "thing-happened", "schema_version": 1, "body": body, "key": key, "public": public, "actor": "somebody",
        "school": "sd1", "happened_at": NOON, "correlation": uuid4(), "causation": uuid4(),
    }  # fmt: skip
    return NewEvent(**fields | more)


def item(stream: str, expected: int, *events: NewEvent, **more) -> Item:
    return Item((Write(stream, expected, events),), **more)


@pytest.fixture(params=["memory", "postgresql"])
def run(request: pytest.FixtureRequest) -> Callable[[Scenario], None]:
    """Runs a scenario on a fresh store."""

    def on_memory(scenario: Scenario) -> None:
        asyncio.run(scenario(InMemoryEventStore()))

    def on_postgresql(scenario: Scenario) -> None:
        async def with_database() -> None:
            async for store in opened(request.getfixturevalue("database")):
                await scenario(store)

        asyncio.run(with_database())

    return on_memory if request.param == "memory" else on_postgresql


async def opened(url: str) -> AsyncIterator[PostgresEventStore]:
    database = Database(login(url, "cases"), "cases")
    await database.open()
    try:
        yield PostgresEventStore(database)
    finally:
        await database.close()


def test_events_are_kept_as_they_were_written(run):
    async def scenario(store):
        first, second = event('{"b":1, "a": 2}'), event("{}")
        assert isinstance(await store.append(item("a-1", NEW, first, second)), Stored)
        kept = await store.read_stream("a-1")
        assert [(each.id, each.version, each.body) for each in kept] == [(first.id, 1, '{"b":1, "a": 2}'), (second.id, 2, "{}")]
        assert [each.version for each in await store.entries("a-1")] == [1, 2]
        assert kept[0].happened_at == NOON
        assert await store.find(second.id) == kept[1]

    run(scenario)


def test_both_chains_run_over_envelope_and_body(run):
    async def scenario(store):
        await store.append(item("a-1", NEW, event(), event(public=True)))
        await store.append(item("b-1", NEW, event(school=None)))
        one, two, three = await store.read_after(0)
        assert one.previous_hash == one.previous_store_hash == START
        assert two.hash == link(one.hash, content(two))
        assert three.hash == link(START, content(three))
        assert three.store_hash == link(two.store_hash, content(three))

    run(scenario)


def test_a_wrong_expected_version_stores_nothing_of_the_whole_item(run):
    async def scenario(store):
        await store.append(item("a-1", NEW, event()))
        both = Item((Write("b-1", NEW, (event(),)), Write("a-1", NEW, (event(),))), checkpoint=Checkpoint("me", "intake", 0, 0, 9))
        assert await store.append(both) == Conflict("a-1", 0, 1)
        assert await store.read_stream("b-1") == []
        assert await store.checkpoint("me", "intake", 0) == 0

    run(scenario)


def test_a_quiet_item_is_stored_and_wakes_nobody(run):
    async def scenario(store):
        await store.append(item("a-1", NEW, event()))
        heard = store.doorbell.rings
        assert isinstance(await store.append(item("a-2", NEW, event(), quiet=True)), Stored)
        assert store.doorbell.rings == heard == 1
        assert len(await store.read_after(0)) == 2

    run(scenario)


def test_streams_are_found_by_the_beginning_of_their_name(run):
    async def scenario(store):
        for stream in ("a-1-x", "a-1-y", "a-10-x", "a.1-x", "b-1-x"):
            await store.append(item(stream, NEW, event(), event()))
        assert await store.streams("a-1-") == ["a-1-x", "a-1-y"]
        assert await store.streams("c-") == []

    run(scenario)


def test_a_unit_of_work_shows_what_it_holds_and_stores_all_of_it_or_nothing(run):
    async def scenario(store):
        await store.append(item("a-1", NEW, event()))
        unit = UnitOfWork(store)
        first, second, other = event(), event(), event()
        assert await unit.append(item("a-1", 1, first)) == HELD
        assert await unit.append(item("a-1", 1, event())) == Conflict("a-1", 1, 2)
        assert await unit.append(item("a-1", 2, second)) == HELD
        assert await unit.append(item("a-2", NEW, other)) == HELD
        assert [each.version for each in await unit.entries("a-1")] == [1, 2, 3]
        assert await unit.streams("a-") == ["a-1", "a-2"]
        assert await store.streams("a-") == ["a-1"]
        assert isinstance(await unit.commit(Checkpoint("me", "intake", 0, 0, 9)), Stored)
        assert [each.id for each in await store.read_stream("a-1")][1:] == [first.id, second.id]
        assert [each.id for each in await store.read_stream("a-2")] == [other.id]
        assert await store.checkpoint("me", "intake", 0) == 9

    run(scenario)


def test_a_unit_of_work_takes_no_idempotency_key_that_it_would_lose(run):
    async def scenario(store):
        unit = UnitOfWork(store)
        with pytest.raises(Alone):
            await unit.append(item("a-1", NEW, event(), idempotency=Idempotency("somebody", "key", "body", "answer")))
        assert await unit.commit() is None
        assert await store.read_stream("a-1") == []

    run(scenario)


def test_a_unit_of_work_whose_stream_moved_meanwhile_stores_nothing(run):
    async def scenario(store):
        unit = UnitOfWork(store)
        await unit.append(item("a-1", NEW, event()))
        await unit.append(item("a-2", NEW, event()))
        await store.append(item("a-2", NEW, event()))
        assert await unit.commit(Checkpoint("me", "intake", 0, 0, 9)) == Conflict("a-2", 0, 1)
        assert await store.streams("a-") == ["a-2"]
        assert await store.checkpoint("me", "intake", 0) == 0
        assert await UnitOfWork(store).commit(Checkpoint("me", "intake", 0, 0, 9)) is None

    run(scenario)


def test_an_item_of_which_only_a_part_was_stored_before_is_no_repeat(run):
    async def scenario(store):
        known, fresh = event(), event()
        await store.append(item("a-1", NEW, known))
        checkpoint = Checkpoint("me", "intake", 0, 0, 9)
        parts = (Write("a-2", NEW, (known,)), Write("a-3", NEW, (fresh,)))
        with pytest.raises(Invalid):
            await store.append(Item(parts, checkpoint=checkpoint))
        assert await store.streams("a-") == ["a-1"]
        assert await store.checkpoint("me", "intake", 0) == 0
        assert isinstance(await store.append(Item(parts[:1], checkpoint=checkpoint)), Repeated)

    run(scenario)


def test_an_idempotency_key_gives_the_first_answer_again(run):
    async def scenario(store):
        first = Idempotency("ani POST /x", "k1", "fingerprint-a", '{"id":1}')
        stored = await store.append(item("a-1", NEW, event(), idempotency=first))
        again = await store.append(item("a-2", NEW, event(), idempotency=replace(first, fingerprint="fingerprint-b", answer="{}")))
        assert again == Repeated(stored.position, stored.recorded_at, "fingerprint-a", '{"id":1}')
        assert await store.repeated("ani POST /x", "k1") == again
        assert await store.read_stream("a-2") == []

    run(scenario)


def test_the_same_events_again_are_told_as_repeated(run):
    async def scenario(store):
        told = event()
        stored = await store.append(item("a-1", NEW, told))
        again = await store.append(item("a-1", 1, told))
        assert isinstance(again, Repeated)
        assert again.position == stored.position
        assert len(await store.read_stream("a-1")) == 1

    run(scenario)


def test_an_item_is_a_repeat_by_the_first_event_of_each_write_and_what_it_says_beyond_is_not_stored(run):
    """A retry may have decided otherwise, because the cause was told otherwise meanwhile: what was stored first stands (ADR 67)."""

    async def scenario(store):
        first, other = event(), event()
        stored = await store.append(Item((Write("a-1", NEW, (first, event())), Write("b-1", NEW, (other,)))))
        again = Item(
            (Write("a-1", 2, (replace(first, body='{"text":"otherwise"}'), event(), event())), Write("b-1", 1, (other, event()))),
            checkpoint=Checkpoint("me", "intake", 3, 0, 5),
        )
        outcome = await store.append(again)
        assert isinstance(outcome, Repeated)
        assert (outcome.position, outcome.recorded_at) == (1, stored.recorded_at)
        assert [(each.stream, each.body) for each in await store.read_after(0)] == [("a-1", first.body), ("a-1", first.body), ("b-1", other.body)]
        assert await store.checkpoint("me", "intake", 3) == 5

    run(scenario)


def test_an_item_of_which_only_a_part_is_there_is_refused_and_nothing_moves(run):
    """Of one write the first event, or of a write a later one: nobody can say what was meant, so that it is parked for a person (ADR 67)."""

    async def scenario(store):
        first, second = event(), event()
        await store.append(item("a-1", NEW, first, second))
        asked = Checkpoint("me", "intake", 3, 0, 5)
        with pytest.raises(Invalid):
            await store.append(Item((Write("a-1", 2, (first,)), Write("b-1", NEW, (event(),))), checkpoint=asked))
        with pytest.raises(Invalid):
            await store.append(item("c-1", NEW, event(), second, checkpoint=asked))
        assert [each.id for each in await store.read_after(0)] == [first.id, second.id]
        assert await store.checkpoint("me", "intake", 3) == 0

    run(scenario)


def test_a_checkpoint_moves_with_the_item_and_tells_duplicates_from_holes(run):
    async def scenario(store):
        assert isinstance(await store.append(item("a-1", NEW, event(), checkpoint=Checkpoint("me", "intake", 3, 0, 5))), Stored)
        assert await store.append(item("a-2", NEW, event(), checkpoint=Checkpoint("me", "intake", 3, 0, 5))) == Duplicate(5)
        assert await store.append(item("a-3", NEW, event(), checkpoint=Checkpoint("me", "intake", 3, 7, 9))) == Hole(5)
        assert isinstance(await store.append(Item(checkpoint=Checkpoint("me", "intake", 3, 5, 9))), Stored)
        assert await store.checkpoint("me", "intake", 3) == 9
        assert await store.head() == 1

    run(scenario)


def test_public_events_know_the_public_event_before_them_in_their_partition(run):
    async def scenario(store):
        await store.append(item("a-1", NEW, event(public=True), event(), event(public=True)))
        first, private, third = await store.read_stream("a-1")
        assert (first.previous, private.previous, third.previous) == (0, None, first.position)
        assert [each.position for each in await store.read_after(0, public=True, partition=first.partition)] == [1, 3]
        assert await store.head(public=True, partition=first.partition) == 3
        assert await store.head(public=True, partition=(first.partition + 1) % 8) == 0

    run(scenario)


def test_a_stream_is_read_up_to_a_version_or_as_recorded_by_a_moment(run):
    async def scenario(store):
        for version in range(3):
            await store.append(item("a-1", version, event()))
        recorded = [each.recorded_at for each in await store.read_stream("a-1")]
        assert recorded == sorted(recorded)
        assert len(await store.read_stream("a-1", until_version=2)) == 2
        assert len(await store.read_stream("a-1", after=1)) == 2
        assert [each.version for each in await store.read_stream("a-1", recorded_by=recorded[1])][-1] >= 2
        assert await store.read_stream("a-1", recorded_by=datetime(2000, 1, 1, tzinfo=UTC)) == []

    run(scenario)


@pytest.mark.parametrize("body", ["a\x00b", "a\ud800b"])
def test_what_cannot_be_stored_is_refused_and_fails_no_neighbour(run, body):
    async def scenario(store):
        good = asyncio.create_task(store.append(item("a-1", NEW, event())))
        with pytest.raises(Invalid):
            await store.append(item("a-2", NEW, event(body)))
        assert isinstance(await good, Stored)

    run(scenario)


def test_of_many_at_once_exactly_one_gets_each_version_and_none_is_lost(run):
    async def scenario(store):
        outcomes = await asyncio.gather(*(store.append(item(f"a-{number % 10}", NEW, event())) for number in range(100)))
        assert sum(isinstance(each, Stored) for each in outcomes) == 10
        assert sum(isinstance(each, Conflict) for each in outcomes) == 90
        assert [each.position for each in await store.read_after(0)] == list(range(1, 11))

    run(scenario)


def test_a_cancelled_caller_cancels_nobody_else(run):
    async def scenario(store):
        first = asyncio.create_task(store.append(item("a-1", NEW, event())))
        second = asyncio.create_task(store.append(item("a-2", NEW, event())))
        await asyncio.sleep(0)
        first.cancel()
        assert isinstance(await second, Stored)

    run(scenario)


# PostgreSQL alone ------------------------------------------------------------------------------------------------------


def test_a_reader_after_a_position_skips_nothing_while_many_write(database):
    async def scenario():
        async for store in opened(database):
            seen: list[int] = []
            writers = asyncio.gather(*(_write(store, number) for number in range(8)))
            while not writers.done() or await store.head() > (seen or [0])[-1]:
                seen += [each.position for each in await store.read_after(seen[-1] if seen else 0)]
                await asyncio.sleep(0)
            assert seen == list(range(1, 801))

    async def _write(store, writer):
        for number in range(100):
            await store.append(item(f"w-{writer}-{number}", NEW, event()))

    asyncio.run(scenario())


def test_nobody_changes_or_deletes_what_was_recorded(database):
    async def scenario():
        async for store in opened(database):
            await store.append(item("a-1", NEW, event()))
            for statement in ("UPDATE event SET body = '{}'", "DELETE FROM event", "INSERT INTO event SELECT * FROM event"):
                with pytest.raises(psycopg.Error):
                    async with store.database.connection() as connection:
                        await connection.execute(statement)

    asyncio.run(scenario())
    with psycopg.connect(database) as administrator, pytest.raises(psycopg.errors.RaiseException):
        administrator.execute("UPDATE cases.event SET body = '{}'")


def test_the_role_of_one_service_sees_nothing_of_another(database):
    async def scenario():
        intake = Database(login(database, "intake"), "intake")
        await intake.open()
        async for store in opened(database):
            await store.append(item("a-1", NEW, event()))
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                async with intake.connection() as connection:
                    await connection.execute("SELECT * FROM cases.event")
        await intake.close()

    asyncio.run(scenario())


def test_a_database_that_is_gone_is_unavailable_and_what_is_repeated_is_stored_once(database, postgres):
    told = event()

    async def stored(store: PostgresEventStore) -> bool:
        try:
            outcome = await store.append(item("a-2", NEW, told))
            return isinstance(outcome, Stored | Repeated) and len(await store.read_stream("a-2")) == 1
        except Unavailable:
            return False

    async def scenario():
        async for store in opened(database):
            await store.append(item("a-1", NEW, event()))
            with psycopg.connect(postgres.url(), autocommit=True) as administrator:
                administrator.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (database.split("/")[3].split("?")[0],)
                )
            await eventually(partial(stored, store))

    asyncio.run(scenario())
