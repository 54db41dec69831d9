"""Remembered states: whoever loads a stream gets what folding it from the beginning gives, whoever wrote to it meanwhile and wherever."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Literal
from uuid import uuid4

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.database import Database
from shared.decider import Decider, execute, load, write
from shared.errors import Refused, Unavailable, VersionConflict
from shared.eventstore.codec import EventCodec
from shared.eventstore.memory import InMemoryEventStore
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.states import Loaded, States
from shared.eventstore.store import NEW, Conflict, Entry, EventStore, Item, Outcome, Stored, Write
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


async def note(store: EventStore, stream: str, number: int, *, fresh: bool = False) -> bool:
    """False: refused."""
    try:
        await execute(store, NUMBERS, stream, Note(number=number), Occasion("somebody", None, NOON, TANGGAP, uuid4()), fresh=fresh)
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
    states.keep(loaded(10, "a-1"))
    assert (states.known("a-1"), states.known("a-2")) == (loaded(10), None)


def test_what_was_forgotten_takes_no_place():
    states = States(folded=6)
    states.keep(loaded(3, "a-1"))
    states.keep(loaded(3, "a-2"))
    states.forget("a-1")
    states.forget("a-9")
    assert (states.known("a-1"), states.known("a-2")) == (None, loaded(3, "a-2"))
    states.keep(loaded(3, "a-3"))
    assert states.known("a-2") is not None


def test_a_stream_that_is_too_long_drives_no_other_out():
    states = States(folded=10)
    states.keep(loaded(9, "a-1"))
    states.keep(loaded(1, "a-2"))
    states.keep(loaded(11, "a-1"))
    assert (states.known("a-1"), states.known("a-2")) == (None, loaded(1, "a-2"))


def test_what_was_known_before_an_outage_gives_way():
    states = States()
    states.keep(Loaded("a-1", 7, "before", 0))
    states.keep(Loaded("a-1", 2, "after", 1))
    states.keep(Loaded("a-1", 8, "before", 0))
    assert states.known("a-1") == Loaded("a-1", 2, "after")


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


# after an outage ---------------------------------------------------------------------------------------------------

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
    async with asyncio.timeout(10):
        while True:
            found = await (await connection.execute(query)).fetchone()
            if found and found[0] >= wanted:
                return


async def noted_at_last(store: EventStore, stream: str, number: int) -> None:
    """Its connections were cut too."""
    async with asyncio.timeout(10):
        while True:
            with suppress(Unavailable):
                await note(store, stream, number)
                return


# many at once ------------------------------------------------------------------------------------------------------


class Slow(InMemoryEventStore):
    """Others have their turn before and after each call. chance: how many turns."""

    chance = random.Random()

    async def entries(self, stream: str, *, after: int = 0) -> list[Entry]:
        await self._turns()
        found = await super().entries(stream, after=after)
        await self._turns()
        return found

    async def append(self, item: Item) -> Outcome:
        await self._turns()
        outcome = await super().append(item)
        await self._turns()
        return outcome

    async def _turns(self) -> None:
        for _ in range(self.chance.randrange(5)):
            await asyncio.sleep(0)


async def commit_some(store: Slow) -> None:
    """A unit with some handlers side by side, each with some decisions; three tries, as for events that come together."""
    chance = store.chance
    for _ in range(3):
        unit = UnitOfWork(store)
        unit._states = States(chance.choice((1, 5, 4_000)))

        async def handle(unit: UnitOfWork = unit) -> None:
            for _ in range(chance.randrange(1, 4)):
                await note(unit, chance.choice(STREAMS), chance.choice((0, 1, 1, 2)), fresh=chance.random() < 0.2)

        ended = await asyncio.gather(*(handle() for _ in range(chance.randrange(1, 5))), return_exceptions=True)
        failed = [each for each in ended if each]
        assert all(isinstance(each, VersionConflict) for each in failed)
        if not failed and not isinstance(await unit.commit(), Conflict):
            return


async def work(store: Slow, stream: str) -> None:
    match store.chance.choice(("unit", "unit", "note", "load")):
        case "unit":
            await commit_some(store)
        case "note":
            await note(store, stream, 1)
        case _:
            await load(store, NUMBERS, stream)


async def crowd(chance: random.Random) -> None:
    one, another = Slow(), Slow()
    another.events = one.events
    for store in (one, another):
        store.chance, store._states = chance, States(chance.choice((3, 6, 4_000)))
    crowded = [work(chance.choice((one, another)), chance.choice(STREAMS)) for _ in range(chance.randrange(2, 9))]
    failed = [each for each in await asyncio.gather(*crowded, return_exceptions=True) if each]
    assert all(isinstance(each, VersionConflict) for each in failed), failed
    for stream in STREAMS:
        stored = await whole(one, stream)
        assert not any(stored[place] == stored[place + 1] == stored[place + 2] for place in range(len(stored) - 2))
        for store in (one, another):
            known = store.known(stream)
            assert known is None or known.state == stored[: known.version]
            assert (await load(store, NUMBERS, stream)).state == stored


def test_however_many_decide_at_once_nothing_is_decided_on_less_than_is_stored(monkeypatch):
    """Two processes over one history, units and single decisions side by side: never three in a row, and what is known is what is stored."""
    monkeypatch.setattr("shared.decider.random.uniform", lambda *_: 0.0)  # a seed must give the same run again
    for seed in range(500):
        asyncio.run(crowd(random.Random(seed)))


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
