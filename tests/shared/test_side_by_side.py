"""However many callers decide at once, and in whatever order, what is loaded is what is stored."""

import asyncio
import random
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.decider import load
from shared.errors import VersionConflict
from shared.eventstore.memory import InMemoryEventStore
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.states import States
from shared.eventstore.store import Conflict, Entry, Item, Outcome
from shared.eventstore.unit import UnitOfWork
from tests.shared.numbers import NUMBERS, Numbers, note, noted, two_processes, whole

STREAMS = ("a-1", "a-2")


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
    another.events, another._by_stream, another._by_id, another._last_public = one.events, one._by_stream, one._by_id, one._last_public
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

        @settings(max_examples=60)
        @given(STEPS, st.integers(1, 30))
        def law(steps: list[tuple[str, str, int]], folded: int) -> None:
            one._states = States(folded)
            runner.run(walk(one, another, steps))

        law()
        runner.run(stores.__aexit__(None, None, None))
