"""Remembered states: whoever loads a stream gets what folding it from the beginning gives, whoever wrote to it meanwhile and wherever."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Literal
from uuid import uuid4

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.database import Database
from shared.decider import Decider, Loaded, execute, load
from shared.errors import Refused, Unavailable
from shared.eventstore.codec import EventCodec
from shared.eventstore.memory import InMemoryEventStore
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.states import States
from shared.eventstore.store import NEW, Conflict, EventStore, Item, Write
from shared.eventstore.unit import UnitOfWork
from shared.message import TANGGAP, Event, Fact, Occasion
from tests.shared.test_store import NOON, event

Numbers = tuple[int, ...]


class Noted(Event):
    type: Literal["noted"] = "noted"
    version: Literal[1] = 1
    number: int


class Note(Fact):
    """Three in a row are refused, so that a decision shows what was known when it was made."""

    number: int


def decide(command: Note, state: Numbers) -> Sequence[Noted]:
    if state[-2:] == (command.number, command.number):
        raise Refused
    return [] if command.number == 0 else [Noted(number=command.number)]


NUMBERS: Decider[Note, Numbers, Noted] = Decider((), decide, lambda state, noted: (*state, noted.number), EventCodec(Noted))
STREAMS = ("a-1", "a-2")


async def note(store: EventStore, stream: str, number: int) -> bool:
    """False: refused."""
    try:
        await execute(store, NUMBERS, stream, Note(number=number), Occasion("somebody", None, NOON, TANGGAP, uuid4()))
    except Refused:
        return False
    return True


async def whole(store: EventStore, stream: str) -> Numbers:
    """Folded from the beginning, event by event."""
    return NUMBERS.fold(NUMBERS.codec.decode(kept) for kept in await store.read_stream(stream))


def noted(numbers: Numbers, number: int) -> Numbers | None:
    """What the numbers should be after a note; None where it is refused."""
    if numbers[-2:] == (number, number):
        return None
    return (*numbers, number) if number else numbers


def loaded(version: int, stream: str = "a-1") -> Loaded[str]:
    return Loaded(stream, version, f"{stream} at {version}")


# what is kept ------------------------------------------------------------------------------------------------------


def test_the_newest_state_is_kept_whatever_comes_later():
    states = States()
    for version in (3, 5, 4):
        states.keep(loaded(version))
    assert states.known("a-1") == loaded(5)


def test_a_stream_without_events_takes_no_place():
    states = States()
    states.keep(loaded(0))
    assert states.known("a-1") is None


def test_where_it_is_too_much_what_was_used_longest_ago_goes():
    states = States(folded=10)
    for stream in ("a-1", "a-2", "a-3"):
        states.keep(loaded(3, stream))
    states.keep(loaded(3, "a-1"))
    states.keep(loaded(3, "a-4"))
    assert [states.known(f"a-{number}") is not None for number in (1, 2, 3, 4)] == [True, False, True, True]


def test_what_grows_weighs_what_it_has_grown_to():
    states = States(folded=10)
    states.keep(loaded(3, "a-1"))
    for version in range(1, 9):
        states.keep(loaded(version, "a-2"))
    assert states.known("a-1") is None
    assert states.known("a-2") == loaded(8, "a-2")
    states.keep(loaded(11, "a-2"))
    assert states.known("a-2") is None
    states.keep(loaded(10, "a-1"))
    assert states.known("a-1") == loaded(10)


def test_one_or_all_are_forgotten():
    states = States(folded=6)
    states.keep(loaded(3, "a-1"))
    states.keep(loaded(3, "a-2"))
    states.forget("a-1")
    states.forget("a-9")
    assert (states.known("a-1"), states.known("a-2")) == (None, loaded(3, "a-2"))
    states.keep(loaded(3, "a-3"))
    assert states.known("a-2") is not None
    states.forget()
    assert (states.known("a-2"), states.known("a-3")) == (None, None)


# what a store does with it -----------------------------------------------------------------------------------------

Scenario = Callable[[EventStore, EventStore], Awaitable[None]]


@asynccontextmanager
async def two_processes(url: str) -> AsyncIterator[tuple[PostgresEventStore, PostgresEventStore]]:
    one, another = Database(url, "cases"), Database(url, "cases")
    await one.open()
    await another.open()
    try:
        yield PostgresEventStore(one), PostgresEventStore(another)
    finally:
        await one.close()
        await another.close()


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


# after an outage ---------------------------------------------------------------------------------------------------


def test_after_an_outage_the_database_is_asked_for_everything(database):
    """It may have been restored: here two events are gone, and another stands in place of the first."""

    async def scenario() -> None:
        async with two_processes(database) as (store, another):
            await note(store, "a-1", 7)
            await note(store, "a-1", 8)
            with psycopg.connect(database, autocommit=True, options="-c search_path=cases -c session_replication_role=replica") as administrator:
                administrator.execute("DELETE FROM event")
                assert await note(another, "a-1", 9)
                administrator.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            with pytest.raises(Unavailable):
                await store.entries("a-1")
            assert await load(store, NUMBERS, "a-1") == Loaded("a-1", 1, (9,))

    asyncio.run(scenario())


# the law -----------------------------------------------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(st.sampled_from(("one", "another", "unit", "loaded", "given up")), st.sampled_from(STREAMS), st.integers(0, 2)), max_size=25
)


def test_however_it_came_there_what_is_loaded_is_what_is_stored(database):
    """Two processes with small memories, units of several decisions, decisions without events and refusals, in any order."""

    async def walk(one: PostgresEventStore, another: PostgresEventStore, steps: list[tuple[str, str, int]]) -> None:
        names = {stream: f"{stream}-{uuid4()}" for stream in STREAMS}
        expected: dict[str, Numbers] = dict.fromkeys(STREAMS, ())
        for how, stream, number in steps:
            name, before = names[stream], expected[stream]
            after = noted(before, number)
            match how:
                case "loaded":
                    assert (await load(one, NUMBERS, name)).state == before
                case "one" | "another":
                    assert await note(one if how == "one" else another, name, number) == (after is not None)
                    expected[stream] = after or before
                case "unit" | "given up":
                    unit = UnitOfWork(one)
                    assert await note(unit, name, number) == (after is not None)
                    await note(unit, name, 3)
                    if how == "unit":
                        await unit.commit()
                        expected[stream] = noted(after or before, 3) or after or before
        for stream, name in names.items():
            for store in (one, another):
                found = await load(store, NUMBERS, name)
                assert (found.version, found.state) == (len(expected[stream]), expected[stream])
            assert await whole(one, name) == expected[stream]

    with asyncio.Runner() as runner:
        stores = two_processes(database)
        one, another = runner.run(stores.__aenter__())

        @settings(max_examples=60, deadline=None)
        @given(STEPS, st.integers(1, 30))
        def law(steps: list[tuple[str, str, int]], folded: int) -> None:
            one._states = States(folded)
            runner.run(walk(one, another, steps))

        law()
        runner.run(stores.__aexit__(None, None, None))
