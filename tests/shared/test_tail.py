"""What a reader at the head gets from memory is what the database has, without a gap, no matter who else appends."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from random import Random
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.database import Database
from shared.eventstore import projection
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.store import NEW, Item, Stored, Write
from shared.eventstore.tail import Tail
from shared.heartbeat import Heartbeats
from shared.message import UNHASHED, NewEvent, Recorded
from shared.running import ended
from tests.logins import login

JAKARTA = timezone(timedelta(hours=7))


def event(*, public: bool = True, key: str = "ani") -> NewEvent:
    return NewEvent(
        uuid4(), "thing-happened", 1, '{"text":"é"}', key, public, "somebody", "sd1", datetime(2026, 3, 2, 12, tzinfo=JAKARTA), uuid4(), uuid4()
    )


def item(*events: NewEvent) -> Item:
    return Item((Write(f"a-{uuid4()}", NEW, events),))


def stored(position: int) -> Stored:
    return Stored(position, datetime.now(UTC))


def unhashed(recorded: Recorded) -> Recorded:
    return recorded._replace(previous_hash=UNHASHED, hash=UNHASHED, previous_store_hash=UNHASHED, store_hash=UNHASHED)


@pytest.fixture
def stores(database):
    """Runs a scenario with two stores over one database, as two processes have them."""

    def running(scenario):
        async def opened():
            databases = [Database(login(database, "cases"), "cases") for _ in range(2)]
            for each in databases:
                await each.open()
            try:
                await scenario(*(PostgresEventStore(each) for each in databases))
            finally:
                for each in databases:
                    await each.close()

        asyncio.run(opened())

    return running


# the law, over the real store ----------------------------------------------------------------------------------------


def test_who_follows_is_told_what_the_database_has(stores):
    random = Random(7)

    async def scenario(one, other):
        for _ in range(40):
            items = [item(*(event(public=random.random() < 0.5, key=random.choice("abc")) for _ in range(random.randint(1, 3)))) for _ in range(3)]
            await asyncio.gather(*(random.choice((one, one, one, other)).append(each) for each in items))
        everything = [unhashed(each) for each in await one.read_after(0, limit=10_000)]
        for store in (one, other):
            for public in (False, True):
                for position in range(len(everything)):
                    told = [unhashed(each) for each in await store.follow(position, limit=7, public=public)]
                    wanted = [each for each in everything[position:] if each.public or not public]
                    assert told == wanted[: len(told)]
                    assert told or not wanted or public  # then only private events follow here, and others are behind them

    stores(scenario)


def test_what_was_appended_right_here_is_not_asked_for(stores):
    async def scenario(one, _):
        await one.append(item(event(), event(public=False)))
        told = await one.follow(0)
        assert [each.hash for each in told] == [UNHASHED, UNHASHED]
        assert [each.hash != UNHASHED for each in await one.read_after(0)] == [True, True]

    stores(scenario)


def test_what_another_process_appended_is_asked_for(stores):
    async def scenario(one, other):
        await one.append(item(event()))
        await other.append(item(event()))
        assert [each.position for each in await one.follow(1)] == [2]
        await one.append(item(event()))
        assert [each.position for each in await one.follow(1)] == [2, 3]
        assert [each.position for each in await one.follow(0)] == [1, 2, 3]

    stores(scenario)


def test_a_refused_item_is_not_told(stores):
    async def scenario(one, _):
        first = item(event())
        assert isinstance(await one.append(first), Stored)
        await one.append(first)
        await one.append(Item((Write(first.writes[0].stream, 7, (event(),)),)))
        assert [each.position for each in await one.follow(0)] == [1]

    stores(scenario)


def test_a_list_does_not_wait_for_the_poll_to_see_what_another_process_appended(stores, monkeypatch):
    monkeypatch.setattr(projection, "IDLE", 60.0)

    async def scenario(one, other):
        seen: list[int] = []

        async def project(_, __, events):
            seen.extend(each.position for each in events)

        view = projection.Projection("view", one, one.database, project, (), Heartbeats(one.database))
        running = asyncio.create_task(view.run())
        try:
            await one.append(item(event()))
            assert await view.caught_up(1, within=30)
            await other.append(item(event()))  # rings another doorbell
            assert await view.caught_up(2, within=30)
            assert seen == [1, 2]
        finally:
            await ended(running)

    stores(scenario)


# the run of positions ------------------------------------------------------------------------------------------------


@given(sizes=st.lists(st.integers(1, 5), max_size=20), gaps=st.lists(st.booleans(), min_size=20, max_size=20), asked=st.integers(0, 120))
def test_the_run_has_no_gap_and_begins_right_behind_the_reader(sizes, gaps, asked):
    tail, position = Tail(8), 0
    for size, gap in zip(sizes, gaps, strict=False):
        position += size + (3 if gap else 0)
        tail.add(item(*(event() for _ in range(size))), stored(position), [0] * size)
    told = [each.position for each in tail.after(asked, limit=50, public=False) or ()]
    assert not told or told[0] == asked + 1
    assert all(before + 1 == after for before, after in pairwise(told))


def positions(tail: Tail, position: int, *, limit: int = 50, public: bool = False) -> list[int]:
    found = tail.after(position, limit=limit, public=public)
    assert found is not None
    return [each.position for each in found]


def test_a_limit_counts_what_is_told_and_not_what_is_passed_over():
    tail = Tail(8)
    tail.add(item(*(event(public=place % 3 == 0) for place in range(30))), stored(30), [None] * 30)
    assert positions(tail, 0, limit=4, public=True) == [1, 4, 7, 10]


def test_only_the_newest_are_kept():
    tail = Tail(8, kept=5)
    for position in range(1, 31):
        tail.add(item(event()), stored(position), [0])
    assert tail.after(3, limit=50, public=False) is None
    assert positions(tail, 26) == [27, 28, 29, 30]


def test_large_events_push_out_the_older_ones_sooner():
    tail = Tail(8, largest=100)
    for position in range(1, 31):
        tail.add(item(replace(event(), body="x" * 30)), stored(position), [0])
    kept = [place for place in range(30) if tail.after(place, limit=50, public=False)]
    assert kept[-1] == 29
    assert len(kept) <= 7


def test_what_is_forgotten_is_not_told():
    tail = Tail(8)
    tail.add(item(event()), stored(1), [0])
    tail.forget()
    assert tail.after(0, limit=50, public=False) is None


def test_that_only_private_events_follow_is_known_and_what_follows_the_last_is_not():
    tail = Tail(8)
    tail.add(item(event(), event(public=False)), stored(2), [0, None])
    assert tail.after(1, limit=50, public=True) == []
    assert tail.after(2, limit=50, public=True) is None
    assert tail.after(2, limit=50, public=False) is None


def test_a_checkpoint_alone_changes_nothing():
    tail = Tail(8)
    tail.add(item(event()), stored(1), [0])
    tail.add(Item(), stored(1), [])
    assert positions(tail, 0) == [1]
