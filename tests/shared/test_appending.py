"""Items that are appended together each get the answer that they would get one after the other."""

import asyncio
from collections.abc import Sequence
from dataclasses import astuple
from uuid import UUID, uuid5

import psycopg
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.database import Database
from shared.errors import Invalid
from shared.eventstore.batching import Batcher
from shared.eventstore.chain import START, content, link
from shared.eventstore.memory import InMemoryEventStore
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.store import Checkpoint, EventStore, Idempotency, Item, Outcome, Repeated, Stored, Write
from shared.message import TANGGAP
from shared.pace import Pace
from tests.logins import login
from tests.shared.test_store import event

STREAMS = ("a-1", "a-2", "a-3")
IDS = tuple(uuid5(TANGGAP, str(number)) for number in range(12))


def writes(
    ids: Sequence[UUID], cuts: Sequence[int], streams: Sequence[str], expected: Sequence[int], said: Sequence[tuple[str, bool]]
) -> tuple[Write, ...]:
    """The ids, cut into as many writes as there are streams; a write may be empty."""
    places = [0, *sorted(min(cut, len(ids)) for cut in cuts[: len(streams) - 1]), len(ids)]
    told = [event(str(each), id=each, key=key, public=public) for each, (key, public) in zip(ids, said, strict=False)]
    return tuple(
        Write(stream, version, tuple(told[start:end]))
        for stream, version, start, end in zip(streams, expected, places[:-1], places[1:], strict=False)
    )


WRITES = st.builds(
    writes,
    ids=st.lists(st.sampled_from(IDS), unique=True, max_size=5),
    cuts=st.lists(st.integers(0, 5), min_size=2, max_size=2),
    streams=st.lists(st.sampled_from(STREAMS), unique=True, max_size=3, min_size=1),
    expected=st.lists(st.sampled_from((0, 0, 0, 1, 2, 3)), min_size=3, max_size=3),
    said=st.lists(st.tuples(st.sampled_from(("ani", "budi", "citra")), st.booleans()), min_size=5, max_size=5),
)
CHECKPOINTS = st.builds(
    Checkpoint, consumer=st.just("me"), source=st.just("intake"), partition=st.integers(0, 1), previous=st.integers(0, 2), position=st.integers(0, 3)
)
KEYS = st.builds(Idempotency, scope=st.just("ani"), key=st.sampled_from("xyz"), fingerprint=st.sampled_from("fg"), answer=st.just("{}"))
ITEMS = st.builds(Item, writes=WRITES, idempotency=st.none() | KEYS, checkpoint=st.none() | CHECKPOINTS)


async def told(store: EventStore, items: Sequence[Item]) -> list[tuple[object, ...]]:
    """What became of each, without the time."""
    outcomes = await asyncio.gather(*(store.append(each) for each in items), return_exceptions=True)
    return [_timeless(each) for each in outcomes]


def _timeless(outcome: Outcome | BaseException) -> tuple[object, ...]:
    match outcome:
        case Stored(position):
            return ("stored", position)
        case Repeated(position, _, fingerprint, answer):
            return ("repeated", position, fingerprint, answer)
        case Invalid():
            return ("invalid",)
        case BaseException():
            raise outcome
        case _:
            return (type(outcome).__name__.lower(), *astuple(outcome))


async def kept(store: EventStore) -> list[tuple[object, ...]]:
    """Everything of every event but its time and its hashes, which are proven here."""
    events = await store.read_after(0)
    streams, last = dict.fromkeys(STREAMS, START), START
    for each in events:
        digest = content(each)
        assert (each.previous_hash, each.previous_store_hash) == (streams[each.stream], last)
        assert (each.hash, each.store_hash) == (link(each.previous_hash, digest), link(last, digest))
        streams[each.stream], last = each.hash, each.store_hash
    return [(each.id, each.stream, each.version, each.position, each.partition, each.previous, each.body, each.public) for each in events]


def one_of_each() -> list[Item]:
    """Stored, repeated, conflict, duplicate, hole and invalid, in this order."""

    def one(stream: str, *ids: UUID, checkpoint: int | None = None) -> Item:
        place = None if checkpoint is None else Checkpoint("me", "intake", 0, checkpoint - 1, checkpoint)
        return Item((Write(stream, 0, tuple(event(str(each), id=each) for each in ids)),), checkpoint=place)

    return [
        one("a-1", IDS[0], IDS[1], checkpoint=1),
        one("a-1", IDS[0], IDS[1]),
        one("a-1", IDS[2]),
        one("a-2", IDS[3], checkpoint=1),
        one("a-2", IDS[3], checkpoint=3),
        one("a-2", IDS[4], IDS[1]),
    ]


def emptied(url: str) -> None:
    """As if nothing had ever been appended."""
    with psycopg.connect(url, autocommit=True, options="-c search_path=cases -c session_replication_role=replica") as administrator:
        administrator.execute("TRUNCATE event, checkpoint, idempotency, partition_head")
        administrator.execute("UPDATE store_head SET position = 0, store_hash = %s", (START,))


async def opened(url: str) -> PostgresEventStore:
    database = Database(login(url, "cases"), "cases")
    await database.open()
    return PostgresEventStore(database)


def test_a_batch_gives_each_item_what_it_would_have_got_alone(database):
    """PostgreSQL decides many items in one call; in memory they are decided one by one."""
    met: set[object] = set()

    async def compared(store: PostgresEventStore, items: list[Item]) -> None:
        alone = InMemoryEventStore()
        answers = await told(store, items)
        assert answers == await told(alone, items)
        assert await kept(store) == await kept(alone)
        met.update(answer[0] for answer in answers)

    with asyncio.Runner() as runner:
        store = runner.run(opened(database))

        @settings(max_examples=200)
        @example(one_of_each())
        @given(st.lists(ITEMS, min_size=1, max_size=8))
        def together(items: list[Item]) -> None:
            emptied(database)
            runner.run(compared(store, items))

        together()
        runner.run(store.database.close())
    assert met == {"stored", "repeated", "conflict", "duplicate", "hole", "invalid"}


def halves(waiting: int, *, most: int, halved: int | None) -> list[int]:
    """How many are asked with each call where so many wait at once."""
    calls: list[int] = []

    async def call(asked: Sequence[int]) -> Sequence[int]:
        calls.append(len(asked))
        return asked

    async def scenario() -> None:
        batcher: Batcher[int, int] = Batcher(call, most=most, halved=halved)
        assert await asyncio.gather(*(batcher.submit(number) for number in range(waiting))) == list(range(waiting))

    asyncio.run(scenario())
    return calls


@pytest.mark.parametrize(
    ("waiting", "most", "halved", "calls"),
    [
        (3, 128, None, [3]),
        (200, 128, None, [128, 72]),
        (8, 128, 8, [8]),
        (32, 128, 8, [16, 8, 8]),
        (9, 128, 8, [8, 1]),
        (300, 128, 8, [128, 86, 43, 22, 11, 8, 2]),
    ],
)
def test_where_many_wait_half_of_them_go_first(waiting, most, halved, calls):
    assert halves(waiting, most=most, halved=halved) == calls


@pytest.mark.parametrize(
    ("pace", "together"), [(None, False), (Pace(together=1000, beat=0.2), False), (Pace(together=1, beat=0.2), True)], ids=["none", "quiet", "busy"]
)
def test_on_a_busy_day_those_who_ask_one_after_another_go_together(pace, together):
    calls: list[int] = []

    async def call(asked: Sequence[int]) -> Sequence[int]:
        calls.append(len(asked))
        return asked

    async def scenario() -> None:
        batcher: Batcher[int, int] = Batcher(call, most=128, pace=pace)
        await asyncio.gather(*(batcher.submit(number) for number in range(10)))  # tells the rate
        asking = []
        for number in range(20):
            asking.append(asyncio.create_task(batcher.submit(number)))
            for _ in range(10):
                await asyncio.sleep(0)
        assert await asyncio.gather(*asking) == list(range(20))

    asyncio.run(scenario())
    assert sum(calls) == 30
    assert len(calls) <= 6 if together else len(calls) == 21


class ForEver(Pace):
    """A pause that nobody comes back from."""

    def pause(self, events: int, now: float) -> float:
        return super().pause(events, now) + 3600.0


@pytest.mark.parametrize(("takes", "beat", "goes_on"), [(0.0, 600.0, False), (0.02, 0.01, True)], ids=["a quick call", "a call of a whole beat"])
def test_after_a_call_in_which_others_could_come_nobody_is_waited_for(takes, beat, goes_on):
    async def call(asked: Sequence[int]) -> Sequence[int]:
        await asyncio.sleep(takes)
        return asked

    async def scenario() -> bool:
        batcher: Batcher[int, int] = Batcher(call, most=8, pace=ForEver(together=2, beat=beat))
        await batcher.submit(1)
        try:
            async with asyncio.timeout(30 if goes_on else 0.5):
                return await batcher.submit(2) == 2
        except TimeoutError:
            return False

    assert asyncio.run(scenario()) is goes_on


def test_whoever_is_cancelled_gives_up_only_the_answer():
    """What was asked goes its way, and the others hear."""
    heard: list[str] = []

    async def call(asked: Sequence[str]) -> Sequence[str]:
        await asyncio.sleep(0)
        heard.extend(asked)
        return asked

    async def scenario() -> None:
        batcher: Batcher[str, str] = Batcher(call, most=8)
        first, second = asyncio.create_task(batcher.submit("first")), asyncio.create_task(batcher.submit("second"))
        await asyncio.sleep(0)
        first.cancel()
        assert await second == "second"
        with pytest.raises(asyncio.CancelledError):
            await first

    asyncio.run(scenario())
    assert heard == ["first", "second"]
