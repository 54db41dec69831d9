"""Loading a stream always gives what folding it from the beginning gives, no matter who wrote to it in between, in this process or another."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from shared.decider import load
from shared.eventstore.memory import InMemoryEventStore
from shared.eventstore.states import Loaded
from shared.eventstore.store import NEW, Conflict, Entry, EventStore, Item, Write
from shared.eventstore.unit import UnitOfWork
from tests.shared.numbers import NUMBERS, note, two_processes, whole
from tests.shared.test_store import event

Scenario = Callable[[EventStore, EventStore], Awaitable[None]]


@pytest.fixture(params=["memory", "postgresql"])
def run(request: pytest.FixtureRequest) -> Callable[[Scenario], None]:
    """Runs a scenario with one store twice, in memory, or with the stores of two processes."""

    async def scenario_of(scenario: Scenario) -> None:
        if request.param == "memory":
            store = InMemoryEventStore()
            await scenario(store, store)
        else:
            async with two_processes(request.getfixturevalue("database")) as (one, another):
                await scenario(one, another)

    return lambda scenario: asyncio.run(scenario_of(scenario))


def test_entries_begin_after_a_version(run):
    async def scenario(store, _):
        await store.append(Item((Write("a-1", NEW, (event(), event(), event())), Write("a-2", NEW, (event(),)))))
        asked = [store.entries(stream, after=after) for stream, after in (("a-1", 0), ("a-1", 2), ("a-1", 3), ("a-1", 7), ("a-2", 0), ("a-3", 0))]
        found = await asyncio.gather(*asked)
        assert [[each.version for each in entries] for entries in found] == [[1, 2, 3], [3], [], [], [1], []]

    run(scenario)


def test_what_was_appended_here_is_known_and_only_what_came_since_is_read(run):
    async def scenario(store, another):
        await note(store, "a-1", 7)
        assert store.known("a-1") == Loaded("a-1", 1, (7,))
        await note(another, "a-1", 8)
        assert await load(store, NUMBERS, "a-1") == store.known("a-1") == Loaded("a-1", 2, (7, 8))

    run(scenario)


def test_nothing_is_decided_on_what_another_process_has_overtaken(run):
    async def scenario(store, another):
        await note(store, "a-1", 7)
        await note(another, "a-1", 7)
        assert not await note(store, "a-1", 7)
        assert await whole(store, "a-1") == (7, 7)

    run(scenario)


def test_a_refusal_and_silence_are_about_what_another_process_has_stored(run):
    async def scenario(store, another):
        await note(store, "a-1", 7)
        await note(store, "a-1", 7)
        await note(another, "a-1", 8)
        assert await note(store, "a-1", 7)
        await note(another, "a-1", 9)
        assert await note(store, "a-1", 0)
        assert store.known("a-1") == Loaded("a-1", 5, (7, 7, 8, 7, 9))

    run(scenario)


def test_what_is_remembered_is_asked_for_only_where_no_append_proves_it(monkeypatch):
    """A decision that stores something needs one call of the database; one that stores nothing needs to know."""

    async def scenario() -> None:
        store, asked = InMemoryEventStore(), list[int]()
        entries = store.entries

        async def counted(stream: str, *, after: int = 0) -> list[Entry]:
            asked.append(after)
            return await entries(stream, after=after)

        monkeypatch.setattr(store, "entries", counted)
        for number in (7, 8, 8, 8, 0, 9):
            await note(store, "a-1", number)
        assert asked == [0, 3, 3]
        assert await whole(store, "a-1") == (7, 8, 8, 9)

    asyncio.run(scenario())


def test_after_a_conflict_the_stream_is_read_from_its_beginning(run):
    async def scenario(store, another):
        await note(store, "a-1", 7)
        await note(another, "a-1", 8)
        assert isinstance(await store.append(Item((Write("a-1", 1, (event(),)),))), Conflict)
        assert store.known("a-1") is None or store is another
        assert (await load(store, NUMBERS, "a-1")).state == (7, 8)

    run(scenario)


def test_an_item_that_is_not_stored_leaves_nothing_behind(run):
    async def scenario(store, _):
        await note(store, "a-1", 7)
        wrong = Write("a-1", NEW, (event(),), Loaded("a-1", 1, ("never",)))
        assert await store.append(Item((wrong,))) == Conflict("a-1", 0, 1)
        assert (await load(store, NUMBERS, "a-1")).state == (7,)

    run(scenario)


def test_a_unit_knows_what_it_holds_and_the_store_only_what_is_stored(run):
    async def scenario(store, _):
        await note(store, "a-1", 7)
        unit = UnitOfWork(store)
        assert unit.known("a-1") == Loaded("a-1", 1, (7,))
        await note(unit, "a-1", 8)
        await note(unit, "a-2", 9)
        assert unit.known("a-1") == Loaded("a-1", 2, (7, 8))
        assert (store.known("a-1"), store.known("a-2")) == (Loaded("a-1", 1, (7,)), None)
        assert [each.version for each in await unit.entries("a-1", after=1)] == [2]
        assert [each.version for each in await unit.entries("a-1")] == [1, 2]
        await unit.commit()
        assert (store.known("a-1"), store.known("a-2")) == (Loaded("a-1", 2, (7, 8)), Loaded("a-2", 1, (9,)))

    run(scenario)


def test_a_unit_that_is_given_up_leaves_nothing_behind(run):
    async def scenario(store, another):
        unit = UnitOfWork(store)
        await note(unit, "a-1", 8)
        await note(another, "a-1", 7)
        assert await unit.commit() == Conflict("a-1", 0, 1)
        assert await load(store, NUMBERS, "a-1") == Loaded("a-1", 1, (7,))

    run(scenario)


def test_a_unit_stays_with_what_it_saw_first(run):
    """Otherwise it would decide on what its own commit must refuse."""

    async def scenario(store, another):
        await note(store, "a-1", 7)
        unit = UnitOfWork(store)
        assert [each.version for each in await unit.entries("a-1", after=1)] == []
        await note(another, "a-1", 8)
        await load(store, NUMBERS, "a-1")
        assert await load(unit, NUMBERS, "a-1") == Loaded("a-1", 1, (7,))

    run(scenario)
