"""Relay, streams, feed and subscription together, on real servers: in order, exactly once, and nothing stands still for long."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4

import httpx
import orjson
import psycopg
import pytest
import redis.asyncio as redis
from fastapi import FastAPI

from shared import web
from shared.access import Access, Permissions
from shared.clock import SystemClock
from shared.database import Database
from shared.delivery import heartbeat, leases, subscription
from shared.delivery import relay as relaying
from shared.delivery.applying import TRIES, Handling
from shared.delivery.feed import FeedClient, FeedPage, feed_router
from shared.delivery.heartbeat import Heartbeats, health
from shared.delivery.leases import LeaseLost, lease
from shared.delivery.parked import ParkingLot
from shared.delivery.relay import Relay
from shared.delivery.subscription import Subscription
from shared.delivery.wire import FIELD, decode, encode, envelope, stream_key
from shared.errors import Unavailable
from shared.eventstore.partition import partition_of
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.store import NEW, Checkpoint, Item, Stored, Write
from shared.eventstore.unit import require_alone
from shared.message import NewEvent, derived_id
from shared.running import Part, keep_running
from shared.testing import eventually

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
POISON, SILENT = '{"poison":true}', '{"asks":"nothing"}'
PARTITIONS = 2


def keys_of(partition: int) -> Iterator[str]:
    """Ordering keys that all lie in one partition."""
    return (f"key-{number}" for number in range(10_000) if partition_of(f"key-{number}", PARTITIONS) == partition)


def event(key: str, body: str = "{}", *, public: bool = True, **more) -> NewEvent:
    fields = {
        "id": uuid4(), "type": "thing-told", "schema_version": 1, "body": body, "key": key, "public": public, "actor": "somebody",
        "school": "sd1", "happened_at": NOON, "correlation": uuid4(), "causation": uuid4(),
    }  # fmt: skip
    return NewEvent(**fields | more)


class Hearing:
    """A tiny handler: one event in the stream `heard-<key>` for each event told, with the checkpoint in the same item."""

    def __init__(self, store: PostgresEventStore) -> None:
        self.store = store
        self.tries: Counter[int] = Counter()
        self.first_tried: dict[int, float] = {}
        self.mended = False
        self.outages = 0
        self.gates: dict[str, asyncio.Event] = {}

    def over(self, store):
        """The handler over a store or a unit of work."""
        return lambda told, checkpoint: self(told, checkpoint, store)

    async def __call__(self, told, checkpoint, store=None):
        store = store or self.store
        self.tries[told.position] += 1
        self.first_tried.setdefault(told.position, time.monotonic())
        if told.key in self.gates:
            await self.gates[told.key].wait()
        if self.outages:
            self.outages -= 1
            raise Unavailable("planted")
        if told.body == POISON and not self.mended:
            raise ValueError("planted")
        if told.body == SILENT:
            return None
        stream = f"heard-{told.key}"
        heard = event(told.key, f'{{"position":{told.position}}}', id=derived_id(told.id, "heard"), public=False)
        return await store.append(Item((Write(stream, len(await store.entries(stream)), (heard,)),), checkpoint=checkpoint))

    def hold(self, key: str) -> None:
        """Whoever handles an event of this key is stuck from now on."""
        self.gates[key] = asyncio.Event()

    def let_go(self, key: str) -> None:
        self.gates[key].set()


class StoreFeed:
    """Stands for FeedClient and reads the owner's store itself, through the same envelope."""

    source = "intake"

    def __init__(self, store: PostgresEventStore) -> None:
        self.store = store
        self.pulled: list[tuple[int, int]] = []

    async def pull(self, partition: int, after: int, *, limit: int = 500) -> FeedPage:
        self.pulled.append((partition, after))
        events = await self.store.read_after(after, limit=limit, partition=partition, public=True)
        return FeedPage([decode(orjson.loads(orjson.dumps(envelope(each)))) for each in events], await self._head(partition))

    async def heads(self) -> dict[int, int]:
        return {partition: await self._head(partition) for partition in range(PARTITIONS)}

    async def _head(self, partition: int) -> int:
        return await self.store.head(partition=partition, public=True)


class Rig:
    """Intake tells, cases hears: one database, one Redis."""

    def __init__(self, url: str, redis_url: str) -> None:
        self.databases = {name: Database(url, name, size=4) for name in ("intake", "cases")}
        self.owner = PostgresEventStore(self.databases["intake"], partitions=PARTITIONS)
        self.reader = PostgresEventStore(self.databases["cases"], partitions=PARTITIONS)
        self.redis_url = redis_url
        self.redis = redis.Redis.from_url(redis_url)
        self.feed, self.heard = StoreFeed(self.owner), Hearing(self.reader)
        self.parking = ParkingLot(self.databases["cases"])
        self.heartbeats = Heartbeats(self.databases["cases"])

    def relay(self, kind: type[Relay] = Relay, consumers: tuple[str, ...] = ("cases",)) -> Relay:
        return kind(self.owner, self.databases["intake"], self.redis_url, Heartbeats(self.databases["intake"]), consumers)

    def subscription(self, handling: Handling | None = None) -> Subscription:
        return Subscription("cases", self.reader, self.databases["cases"], self.redis_url, self.feed, handling or self.heard.over, self.heartbeats)

    async def tell(self, *keys: str, body: str = "{}") -> list[int]:
        """One event for each key; their positions."""
        positions = []
        for key in keys:
            outcome = await self.owner.append(Item((Write(f"told-{uuid4()}", NEW, (event(key, body),)),)))
            assert isinstance(outcome, Stored)
            positions.append(outcome.position)
        return positions

    async def heard_of(self, key: str) -> list[int]:
        """Positions of what was applied for a key, in the order in which it was."""
        return [orjson.loads(each.body)["position"] for each in await self.reader.read_stream(f"heard-{key}")]

    async def until_heard(self, key: str, positions: list[int], *, within: float = 10.0) -> None:
        async def condition() -> bool:
            return await self.heard_of(key) == positions

        await eventually(condition, within=within)

    async def until_relayed(self, partition: int, entries: int) -> None:
        async def condition() -> bool:
            return await self.redis.xlen(stream_key("intake", partition)) == entries

        await eventually(condition)

    async def until_parked(self, *positions: int) -> None:
        async def condition() -> bool:
            return [each.position for each in await self.parking.list()] == list(positions)

        await eventually(condition)

    async def until_checkpoint(self, partition: int, position: int, *, within: float = 10.0) -> None:
        async def condition() -> bool:
            return await self.reader.checkpoint("cases", "intake", partition) >= position

        await eventually(condition, within=within)

    async def relay_all(self) -> None:
        """Runs a relay until everything told is in Redis and its checkpoint says so."""
        head = await self.owner.head(public=True)
        relay = self.relay()

        async def condition() -> bool:
            return await relay._checkpoint() == head

        async with working(relay):
            await eventually(condition)


@asynccontextmanager
async def working(*parts: Part) -> AsyncIterator[None]:
    running = [asyncio.create_task(keep_running(part)) for part in parts]
    try:
        yield
    finally:
        while pending := [task for task in running if not task.done()]:  # again and again: see the test of a cancellation that is swallowed
            for task in pending:
                task.cancel()
            await asyncio.wait(pending, timeout=4)
        for part in parts:
            if isinstance(part, Subscription):
                await part._stop_broker()


@pytest.fixture
def run(database: str, redis_url: str) -> Callable[[Callable[[Rig], Awaitable[None]]], None]:
    """Runs a scenario on a fresh database and an empty Redis."""

    async def with_rig(scenario: Callable[[Rig], Awaitable[None]]) -> None:
        rig = Rig(database, redis_url)
        for each in rig.databases.values():
            await each.open()
        try:
            await scenario(rig)
        finally:
            await rig.redis.aclose()
            for each in rig.databases.values():
                await each.close()

    return lambda scenario: asyncio.run(with_rig(scenario))


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A subscription that looks around more often than in earnest."""
    monkeypatch.setattr(subscription, "TICK", 0.02)
    monkeypatch.setattr(subscription, "STILL", 0.2)
    monkeypatch.setattr(subscription, "CONFIRM", 0.1)


# over Redis ---------------------------------------------------------------------------------------------------------


def test_what_one_service_tells_the_other_hears_in_order_and_once_and_over_redis(run):
    async def scenario(rig):
        here, there = next(keys_of(0)), next(keys_of(1))
        async with working(rig.relay(), rig.subscription()):
            told = await rig.tell(here, there, here, there, here, there)
            await rig.until_heard(here, told[0::2])
            await rig.until_heard(there, told[1::2])
        assert set(rig.heard.tries.values()) == {1}
        assert rig.feed.pulled == []
        assert [await rig.reader.checkpoint("cases", "intake", partition) for partition in (0, 1)] == told[-2:]

    run(scenario)


def test_private_events_stay_at_home(run):
    async def scenario(rig):
        key = next(keys_of(0))
        await rig.owner.append(Item((Write("told-x", NEW, (event(key, public=False), event(key))),)))
        public = await rig.owner.head(public=True)
        async with working(rig.relay(), rig.subscription()):
            await rig.until_heard(key, [public])
        assert await rig.redis.xlen(stream_key("intake", 0)) == 1
        assert list(rig.heard.tries) == [public]

    run(scenario)


def test_what_another_process_appends_behind_our_private_events_is_told_at_the_next_look(run):
    async def scenario(rig):
        key = next(keys_of(0))
        another = PostgresEventStore(rig.databases["intake"], partitions=PARTITIONS)
        async with working(rig.relay()):
            await rig.tell(key)
            await rig.until_relayed(0, 1)
            await rig.owner.append(Item((Write("told-x", NEW, (event(key, public=False),)),)))
            await another.append(Item((Write("told-y", NEW, (event(key),)),)))  # rings another doorbell
            await rig.until_relayed(0, 2)

    run(scenario)


def test_a_subscription_that_starts_again_goes_on_from_its_checkpoint(run):
    async def scenario(rig):
        key = next(keys_of(0))
        async with working(rig.relay()):
            before = await rig.tell(key, key)
            async with working(rig.subscription()):
                await rig.until_heard(key, before)
            between = await rig.tell(key, key)
            async with working(rig.subscription()):
                await rig.until_heard(key, before + between)
        assert set(rig.heard.tries.values()) == {1}
        assert rig.feed.pulled == []

    run(scenario)


def test_entries_that_come_twice_are_applied_once(run):
    async def scenario(rig):
        key = next(keys_of(0))
        told = await rig.tell(key, key)
        await rig.relay_all()
        first, second = await rig.owner.read_after(0, public=True)
        for place, again in enumerate((first, second, first)):
            await rig.redis.xadd(stream_key("intake", 0), {FIELD: await encode(again)}, id=f"{told[1]}-{place + 1}")
        async with working(rig.relay(), rig.subscription()):
            told += await rig.tell(key)
            await rig.until_heard(key, told)
        assert set(rig.heard.tries.values()) == {1}
        assert rig.feed.pulled == []

    run(scenario)


@pytest.mark.parametrize("garbage", [{FIELD: b"\x00garbage"}, {FIELD: b'{"not":"ours"}'}, {"other": b"field"}], ids=["bytes", "json", "field"])
def test_an_entry_that_nobody_can_read_loses_nothing(run, soon, garbage):
    async def scenario(rig):
        key = next(keys_of(0))
        told = await rig.tell(key, key)
        await rig.relay_all()
        await rig.redis.xadd(stream_key("intake", 0), garbage, id=f"{told[1]}-1")
        async with working(rig.relay(), rig.subscription()):
            told += await rig.tell(key)
            await rig.until_heard(key, told)
        assert set(rig.heard.tries.values()) == {1}
        assert await rig.parking.list() == []

    run(scenario)


# what Redis does not have --------------------------------------------------------------------------------------------


def test_a_hole_in_redis_is_pulled_from_the_feed(run):
    async def scenario(rig):
        key = next(keys_of(0))
        told = await rig.tell(*[key] * 5)
        await rig.relay_all()
        assert await rig.redis.xdel(stream_key("intake", 0), f"{told[1]}-0", f"{told[2]}-0") == 2
        async with working(rig.subscription()):
            await rig.until_heard(key, told)
        assert (0, told[0]) in rig.feed.pulled
        assert set(rig.heard.tries.values()) == {1}

    run(scenario)


def test_a_hole_at_the_tail_is_pulled_from_the_feed(run, soon):
    async def scenario(rig):
        key = next(keys_of(0))
        told = await rig.tell(*[key] * 4)
        await rig.relay_all()
        assert await rig.redis.xdel(stream_key("intake", 0), f"{told[2]}-0", f"{told[3]}-0") == 2
        async with working(rig.subscription()):
            await rig.until_heard(key, told)
        assert rig.feed.pulled
        assert set(rig.heard.tries.values()) == {1}

    run(scenario)


def test_the_tail_is_asked_for_after_a_few_seconds():
    assert subscription.STILL <= 5


def test_a_redis_that_forgot_everything_loses_and_doubles_nothing(run, soon):
    async def scenario(rig):
        key = next(keys_of(0))
        async with working(rig.relay()):
            told = await rig.tell(key, key)
            await rig.until_relayed(0, 2)
            await rig.redis.flushall()
            async with working(rig.subscription()):
                told += await rig.tell(key)
                await rig.until_heard(key, told)
                await rig.redis.flushall()
                told += await rig.tell(key, key)
                await rig.until_heard(key, told)
        assert set(rig.heard.tries.values()) == {1}

    run(scenario)


def test_without_redis_the_feed_carries_and_the_relay_goes_on_when_it_is_back(run, soon, redis_server):
    async def scenario(rig):
        key = next(keys_of(0))
        async with working(rig.relay(), rig.subscription()):
            told = await rig.tell(key)
            await rig.until_heard(key, told)
            redis_server.kill()
            try:
                told += await rig.tell(key, key)
                await rig.until_heard(key, told)
                assert rig.feed.pulled
            finally:
                redis_server.restart(empty=True)
            await rig.until_relayed(0, 2)
            told += await rig.tell(key)
            await rig.until_relayed(0, 3)
            await rig.until_heard(key, told)
        assert set(rig.heard.tries.values()) == {1}

    run(scenario)


def test_the_feed_over_http_gives_what_the_store_holds_and_only_to_services(run):
    async def scenario(rig):
        here, there = next(keys_of(0)), next(keys_of(1))
        told = await rig.tell(here, there, here)
        app = FastAPI()
        app.state.kernel = SimpleNamespace(access=Access(b"k" * 32, Permissions(), SystemClock()))
        web.install(app)
        app.include_router(feed_router("intake", rig.owner))

        async def asking(key: bytes) -> FeedClient:
            client = FeedClient("cases", "intake", "http://intake", key, SystemClock())
            await client.close()
            client._client = httpx.AsyncClient(transport=httpx.ASGITransport(app))
            return client

        ours, foreign = await asking(b"k" * 32), await asking(b"x" * 32)
        page = await ours.pull(0, told[0])
        assert [(each.position, each.previous, each.key) for each in page.events] == [(told[2], told[0], here)]
        assert page.head == told[2]
        assert (await ours.heads())[1] == told[1]
        with pytest.raises(Unavailable):
            await foreign.pull(0, 0)
        await ours.close()
        await foreign.close()

    run(scenario)


# together ------------------------------------------------------------------------------------------------------------


async def stored_at(rig: Rig, key: str) -> set[datetime]:
    """When the events of a key were recorded: one moment for what one item stored."""
    return {each.recorded_at for each in await rig.reader.read_stream(f"heard-{key}")}


def test_what_comes_together_is_stored_as_one_item_each_key_in_order(run):
    async def scenario(rig):
        one, other = (key for _, key in zip(range(2), keys_of(0), strict=False))
        told = await rig.tell(*[one, other] * 10)
        await rig.relay_all()
        async with working(rig.subscription()):
            await rig.until_heard(one, told[0::2])
            await rig.until_heard(other, told[1::2])
        assert await stored_at(rig, one) == await stored_at(rig, other)
        assert len(await stored_at(rig, one)) == 1
        assert set(rig.heard.tries.values()) == {1}
        assert await rig.reader.checkpoint("cases", "intake", 0) == told[-1]

    run(scenario)


def test_somebody_else_who_writes_to_one_of_the_streams_meanwhile_loses_nothing_and_breaks_nothing(run):
    async def scenario(rig):
        one, other = (key for _, key in zip(range(2), keys_of(0), strict=False))
        told = await rig.tell(one, other, one)
        await rig.relay_all()
        meanwhile = []

        def interrupted(store):
            async def handle(event, checkpoint):
                outcome = await rig.heard(event, checkpoint, store)
                if not meanwhile:
                    meanwhile.append(await rig.reader.append(Item((Write(f"heard-{one}", NEW, (somebody_else(),)),))))
                return outcome

            return handle

        async with working(rig.subscription(interrupted)):
            await rig.until_heard(one, [-1, told[0], told[2]])
            await rig.until_heard(other, [told[1]])
        assert isinstance(meanwhile[0], Stored)

    run(scenario)


def somebody_else() -> NewEvent:
    return event("elsewhere", '{"position":-1}', public=False)


def test_what_the_store_refuses_of_several_is_parked_and_the_others_flow(run):
    async def scenario(rig):
        sick, sound = (key for _, key in zip(range(2), keys_of(0), strict=False))
        told = await rig.tell(sound, sick, sound)
        await rig.relay_all()

        def refused(store):
            async def handle(told_event, checkpoint):
                if told_event.key != sick:
                    return await rig.heard(told_event, checkpoint, store)
                return await store.append(Item((Write(f"heard-{uuid4()}", NEW, (event(sick, "\x00", public=False),)),), checkpoint=checkpoint))

            return handle

        async with working(rig.subscription(refused)):
            await rig.until_heard(sound, [told[0], told[2]])
            await rig.until_parked(told[1])
        assert await rig.reader.checkpoint("cases", "intake", 0) == told[-1]

    run(scenario)


def test_a_decision_that_must_be_durable_at_once_is_taken_alone(run):
    async def scenario(rig):
        key = next(keys_of(0))
        told = await rig.tell(key, key, key)
        await rig.relay_all()

        def alone(store):
            async def handle(event, checkpoint):
                require_alone(store)
                return await rig.heard(event, checkpoint, store)

            return handle

        async with working(rig.subscription(alone)):
            await rig.until_heard(key, told)
        assert len(await stored_at(rig, key)) == 3
        assert set(rig.heard.tries.values()) == {1}

    run(scenario)


# poison and outages --------------------------------------------------------------------------------------------------


def test_poison_is_logged_and_parked(run):
    async def scenario(rig):
        (poison,) = await rig.tell(next(keys_of(0)), body=POISON)
        async with working(rig.relay(), rig.subscription()):
            await rig.until_checkpoint(0, poison, within=4)
        assert [each.position for each in await rig.parking.list()] == [poison]

    run(scenario)


def test_poison_parks_its_key_within_five_tries_and_the_partition_flows_again_within_two_seconds(run):
    async def scenario(rig):
        sick, sound = (key for _, key in zip(range(2), keys_of(0), strict=False))
        (poison,) = await rig.tell(sick, body=POISON)
        told = await rig.tell(sound, sound)
        async with working(rig.relay(), rig.subscription()):
            await rig.until_heard(sound, told)
            took = time.monotonic() - rig.heard.first_tried[poison]
        (parked,) = await rig.parking.list()
        assert (parked.key, parked.position, parked.tries, parked.error) == (sick, poison, 5, "ValueError")
        assert rig.heard.tries[poison] == 5
        assert took < 2
        assert await rig.reader.checkpoint("cases", "intake", 0) == told[-1]

    run(scenario)


def test_an_event_that_fails_for_a_moment_is_not_parked(run):
    async def scenario(rig):
        key = next(keys_of(0))
        hearing = rig.heard

        async def fails_at_first(told, checkpoint):
            hearing.mended = hearing.tries[told.position] >= TRIES - 1
            return await hearing(told, checkpoint)

        told = await rig.tell(key, body=POISON)
        async with working(rig.relay(), rig.subscription(lambda _: fails_at_first)):
            await rig.until_heard(key, told)
        assert hearing.tries[told[0]] == TRIES
        assert await rig.parking.list() == []

    run(scenario)


def test_later_events_of_a_parked_key_queue_behind_it_untried_also_after_a_restart(run):
    async def scenario(rig):
        sick, sound = (key for _, key in zip(range(2), keys_of(0), strict=False))
        async with working(rig.relay()):
            poison = await rig.tell(sick, body=POISON)
            async with working(rig.subscription()):
                await rig.until_parked(*poison)
                behind = await rig.tell(sick)
                await rig.until_parked(*poison, *behind)
            async with working(rig.subscription()):
                behind += await rig.tell(sick)
                told = await rig.tell(sound)
                await rig.until_heard(sound, told)
        assert [(each.position, each.tries) for each in await rig.parking.list(key=sick)] == [(poison[0], 5), (behind[0], 0), (behind[1], 0)]
        assert [rig.heard.tries[position] for position in behind] == [0, 0]
        assert await rig.heard_of(sick) == []

    run(scenario)


def test_replay_after_the_mend_applies_all_in_order_exactly_once_and_the_key_flows_again(run):
    async def scenario(rig):
        sick, other = (key for _, key in zip(range(2), keys_of(0), strict=False))
        reading = rig.subscription()
        async with working(rig.relay(), reading):
            told = await rig.tell(sick, body=POISON) + await rig.tell(sick) + await rig.tell(sick, body=POISON)
            stays = await rig.tell(other, body=POISON)
            await rig.until_parked(*told, *stays)
            rig.heard.mended = True
            assert await reading.replay(sick) == 3
            assert await rig.heard_of(sick) == told
            told += await rig.tell(sick)
            await rig.until_heard(sick, told)
            assert await reading.replay(sick) == 0
        assert [each.position for each in await rig.parking.list()] == stays
        assert await rig.heard_of(sick) == told

    run(scenario)


def test_what_was_applied_but_is_still_parked_is_not_applied_twice_by_a_replay(run):
    async def scenario(rig):
        sick = next(keys_of(0))
        reading = rig.subscription()
        async with working(rig.relay(), reading):
            told = await rig.tell(sick, body=POISON)
            await rig.until_parked(*told)
            rig.heard.mended = True
            (recorded,) = await rig.owner.read_after(0, public=True)
            await rig.heard(recorded, None)  # a replay that was killed before it released
            assert await reading.replay() == 1
        assert await rig.heard_of(sick) == told
        assert await rig.parking.list() == []

    run(scenario)


def test_replay_without_a_mend_raises_and_keeps_everything_parked(run):
    async def scenario(rig):
        sick = next(keys_of(0))
        reading = rig.subscription()
        async with working(rig.relay(), reading):
            told = await rig.tell(sick, body=POISON) + await rig.tell(sick)
            await rig.until_parked(*told)
            with pytest.raises(ValueError, match="planted"):
                await reading.replay()
        assert [each.position for each in await rig.parking.list()] == told
        assert await rig.heard_of(sick) == []

    run(scenario)


def test_an_outage_parks_nothing_and_is_never_counted_as_a_try(run):
    async def scenario(rig):
        key = next(keys_of(0))
        rig.heard.outages = TRIES + 2
        told = await rig.tell(key, key)
        async with working(rig.relay(), rig.subscription()):
            await rig.until_heard(key, told)
        assert rig.heard.tries == {told[0]: TRIES + 3, told[1]: 1}
        assert await rig.parking.list() == []

    run(scenario)


def test_tries_before_and_after_an_outage_are_not_added_up(run):
    async def scenario(rig):
        key = next(keys_of(0))
        hearing = rig.heard

        async def fails_around_an_outage(told, checkpoint):
            hearing.outages = int(hearing.tries[told.position] == TRIES - 1)
            hearing.mended = hearing.tries[told.position] >= 2 * TRIES - 2
            return await hearing(told, checkpoint)

        told = await rig.tell(key, body=POISON)
        async with working(rig.relay(), rig.subscription(lambda _: fails_around_an_outage)):
            await rig.until_heard(key, told)
        assert hearing.tries[told[0]] == 2 * TRIES - 1
        assert await rig.parking.list() == []

    run(scenario)


def test_an_outage_while_parking_parks_all_the_same_and_once(run, monkeypatch):
    async def scenario(rig):
        sick = next(keys_of(0))
        park, failed = ParkingLot.park, []

        async def unavailable_at_first(self, *given):
            if not failed:
                failed.append(True)
                raise Unavailable("planted")
            await park(self, *given)

        monkeypatch.setattr(ParkingLot, "park", unavailable_at_first)
        told = await rig.tell(sick, body=POISON)
        async with working(rig.relay(), rig.subscription()):
            await rig.until_checkpoint(0, told[0])
        assert [each.position for each in await rig.parking.list()] == told
        assert failed

    run(scenario)


def test_an_event_queued_behind_by_a_process_that_was_killed_then_is_not_applied_out_of_order(run):
    async def scenario(rig):
        sick = next(keys_of(0))
        async with working(rig.relay()):
            poison = await rig.tell(sick, body=POISON)
            async with working(rig.subscription()):
                await rig.until_checkpoint(0, poison[0])
            behind = await rig.tell(sick)
            (recorded,) = await rig.owner.read_after(poison[0], public=True)
            assert await rig.parking.queue_behind("cases", "intake", recorded)  # killed here, before its checkpoint
            async with working(rig.subscription()):
                await rig.until_checkpoint(0, behind[0])
        assert rig.heard.tries[behind[0]] == 0
        assert await rig.heard_of(sick) == []

    run(scenario)


def test_a_key_parked_while_the_parked_keys_are_read_stays_parked(run, soon, monkeypatch):
    async def scenario(rig):
        sick = next(keys_of(0))
        keys, asked, answered = ParkingLot.keys, [], [asyncio.Event() for _ in range(1000)]

        async def slow_keys(self, *given):
            found = await keys(self, *given)
            asked.append(found)
            await answered[len(asked) - 1].wait()
            return found

        async def asked_again() -> bool:
            return len(asked) > 2

        monkeypatch.setattr(ParkingLot, "keys", slow_keys)
        answered[0].set()  # the one of the start
        async with working(rig.relay(), rig.subscription()):

            async def looking() -> bool:
                return len(asked) == 2

            await eventually(looking)
            poison = await rig.tell(sick, body=POISON)
            await rig.until_checkpoint(0, poison[0])
            answered[1].set()
            await eventually(asked_again)
            behind = await rig.tell(sick)
            await rig.until_checkpoint(0, behind[0])
            for each in answered:
                each.set()
        assert rig.heard.tries[behind[0]] == 0

    run(scenario)


# checkpoints ---------------------------------------------------------------------------------------------------------


def test_events_that_ask_for_nothing_move_the_checkpoint_a_little_later(run, soon):
    async def scenario(rig):
        key = next(keys_of(0))
        async with working(rig.relay(), rig.subscription()):
            told = await rig.tell(key, key, key, body=SILENT)
            await rig.until_checkpoint(0, told[-1])
            told += await rig.tell(key)
            await rig.until_heard(key, told[-1:])
        assert set(rig.heard.tries.values()) == {1}

    run(scenario)


def test_an_event_that_asks_for_something_takes_the_quiet_ones_before_it_along(run, monkeypatch):
    monkeypatch.setattr(subscription, "CONFIRM", 3600)

    async def scenario(rig):
        key = next(keys_of(0))
        async with working(rig.relay(), rig.subscription()):
            quiet = await rig.tell(key, key, body=SILENT)
            told = await rig.tell(key)
            await rig.until_heard(key, told)
        assert await rig.reader.checkpoint("cases", "intake", 0) == told[0]
        assert rig.heard.tries == dict.fromkeys((*quiet, *told), 1)
        assert rig.feed.pulled == []

    run(scenario)


def test_a_process_that_was_overtaken_without_knowing_applies_nothing_twice(run):
    async def scenario(rig):
        key = next(keys_of(0))
        rig.heard.hold(key)
        told = await rig.tell(key, key)
        first, second = await rig.owner.read_after(0, public=True)
        ahead = Hearing(rig.reader)

        async def holding() -> bool:
            return rig.heard.tries[told[0]] == 1

        async with working(rig.relay(), rig.subscription()):
            await eventually(holding)
            assert isinstance(await ahead(first, Checkpoint("cases", "intake", 0, 0, told[0])), Stored)
            assert isinstance(await ahead(second, Checkpoint("cases", "intake", 0, told[0], told[1])), Stored)
            rig.heard.let_go(key)
            told += await rig.tell(key)
            await rig.until_heard(key, told)
        assert set(rig.heard.tries.values()) == {1}

    run(scenario)


# the relay -----------------------------------------------------------------------------------------------------------


class KilledAfterAdding(Relay):
    async def _save(self, position: int) -> None:  # noqa: ARG002 - killed before it saves
        raise asyncio.CancelledError


def test_a_relay_killed_between_xadd_and_checkpoint_doubles_nothing(run):
    async def scenario(rig):
        key = next(keys_of(0))
        told = await rig.tell(key, key, key)
        with pytest.raises(asyncio.CancelledError):
            await rig.relay(KilledAfterAdding).run()
        assert await rig.redis.xlen(stream_key("intake", 0)) == 3
        again = rig.relay()
        assert await again._checkpoint() == 0

        async def all_passed_on() -> bool:
            return await again._checkpoint() == told[-1]

        async with working(again, rig.subscription()):
            told += await rig.tell(key)
            await rig.until_heard(key, told)
            await eventually(all_passed_on)
        assert await rig.redis.xlen(stream_key("intake", 0)) == 4
        assert set(rig.heard.tries.values()) == {1}

    run(scenario)


def test_the_ids_of_entries_are_the_positions_of_events(run):
    async def scenario(rig):
        here, there = next(keys_of(0)), next(keys_of(1))
        told = await rig.tell(here, there, here)
        await rig.relay_all()
        kept = {partition: await rig.redis.xrange(stream_key("intake", partition)) for partition in (0, 1)}
        assert [entry for entry, _ in kept[0]] == [f"{told[0]}-0".encode(), f"{told[2]}-0".encode()]
        assert [entry for entry, _ in kept[1]] == [f"{told[1]}-0".encode()]

    run(scenario)


def test_a_relay_trims_only_what_every_consumer_has_confirmed(run):
    async def scenario(rig):
        key, stream = next(keys_of(0)), stream_key("intake", 0)
        events = tuple(event(key) for _ in range(400))
        await rig.owner.append(Item((Write("told-many", NEW, events),)))
        await rig.relay_all()
        told = [each.position for each in await rig.owner.read_after(0, public=True)]
        relay = rig.relay(consumers=("cases", "notifications"))

        async def trimmed(**confirmed: int) -> list[int]:
            mapping = {f"{consumer}:0": position for consumer, position in confirmed.items()}
            await rig.redis.hset("confirmed.intake", mapping=mapping)
            relay._trimmed_at = -relaying.TRIM_EVERY
            await relay._trim(rig.redis)
            return [int(entry.split(b"-")[0]) for entry, _ in await rig.redis.xrange(stream)]

        assert await trimmed(cases=told[-1]) == told
        left = await trimmed(notifications=told[250])
        assert left[-1] == told[-1]
        assert left == told[-len(left) :]
        assert told[0] < left[0] <= told[250]

    run(scenario)


def test_a_subscription_confirms_what_its_own_store_keeps_and_no_more(run, soon):
    async def scenario(rig):
        key = next(keys_of(0))
        told = await rig.tell(key, key)
        rig.heard.hold(key)

        async def confirmed(position: int) -> bool:
            return await rig.redis.hget("confirmed.intake", "cases:0") == str(position).encode()

        async with working(rig.relay(), rig.subscription()):
            await eventually(lambda: confirmed(0))
            rig.heard.let_go(key)
            await eventually(lambda: confirmed(told[-1]))
        assert await rig.reader.checkpoint("cases", "intake", 0) == told[-1]

    run(scenario)


def test_a_stream_that_holds_positions_of_another_history_is_deleted(run):
    async def scenario(rig):
        foreign, own = stream_key("intake", 0), stream_key("intake", 1)
        here, there = next(keys_of(0)), next(keys_of(1))
        told = await rig.tell(here, there)
        await rig.redis.xadd(foreign, {FIELD: b"of another history"}, id="900000-0")
        await rig.redis.xadd(own, {FIELD: b"of ours"}, id=f"{told[1]}-0")
        async with working(rig.relay(), rig.subscription()):
            await rig.until_heard(here, told[:1])
        assert [entry for entry, _ in await rig.redis.xrange(foreign)] == [f"{told[0]}-0".encode()]
        assert await rig.redis.xrange(own) == [(f"{told[1]}-0".encode(), {FIELD: b"of ours"})]

    run(scenario)


# signs of life -------------------------------------------------------------------------------------------------------


@pytest.fixture
def quick_heart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "EVERY", 0.05)
    monkeypatch.setattr(heartbeat, "STUCK", 1.0)


async def unsound(rig: Rig, part: str) -> bool:
    return not (await health(rig.databases["cases"], [part]))[part]["ok"]


async def sound(rig: Rig, part: str) -> bool:
    return not await unsound(rig, part)


def test_a_stuck_handler_shows_in_the_heartbeat_and_the_mend_too(run, quick_heart):
    async def scenario(rig):
        key, reading = next(keys_of(0)), rig.subscription()
        async with working(rig.heartbeats, rig.relay(), reading):
            await eventually(lambda: sound(rig, reading.name))
            rig.heard.hold(key)
            told = await rig.tell(key)
            await eventually(lambda: unsound(rig, reading.name))
            assert "works on one message" in (await health(rig.databases["cases"], [reading.name]))[reading.name]["why"]
            rig.heard.let_go(key)
            await eventually(lambda: sound(rig, reading.name))
            assert await rig.heard_of(key) == told

    run(scenario)


def test_a_stuck_handler_shows_although_other_partitions_go_on(run, quick_heart):
    async def scenario(rig):
        stuck, flowing = next(keys_of(0)), next(keys_of(1))
        reading = rig.subscription()
        rig.heard.hold(stuck)
        async with working(rig.heartbeats, rig.relay(), reading):
            await eventually(lambda: sound(rig, reading.name))
            await rig.tell(stuck)

            async def shows() -> bool:
                await rig.tell(flowing)
                return await unsound(rig, reading.name)

            try:
                await eventually(shows, within=3)
            finally:
                rig.heard.let_go(stuck)

    run(scenario)


def test_a_part_that_stopped_gives_no_sign_of_life_and_one_that_never_ran_says_so(run, monkeypatch):
    monkeypatch.setattr(heartbeat, "EVERY", 0.05)
    monkeypatch.setattr(heartbeat, "LATE", 0.5)

    async def scenario(rig):
        reading = rig.subscription()
        async with working(rig.heartbeats):
            monkeypatch.setattr(subscription, "TICK", 0.05)
            async with working(reading):
                await eventually(lambda: sound(rig, reading.name))
            await eventually(lambda: unsound(rig, reading.name))
            told = await health(rig.databases["cases"], [reading.name, "other"])
        assert "no sign of life" in told[reading.name]["why"]
        assert told["other"]["why"] == "never ran"

    run(scenario)


# leases --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def quick_lease(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Leases that beat often; counts the tries to get one."""
    tries: Counter[str] = Counter()
    attempt = leases._try

    async def counted(connection, name):
        tries[name] += 1
        return await attempt(connection, name)

    monkeypatch.setattr(leases, "BEAT", 0.05)
    monkeypatch.setattr(leases, "_try", counted)
    return tries


def test_only_one_has_a_lease_and_a_standby_gets_it_on_release(run, quick_lease, monkeypatch):
    monkeypatch.setattr(leases, "SILENT", 2.0)

    async def scenario(rig):
        database, entered, leave = rig.databases["cases"], asyncio.Event(), asyncio.Event()

        async def standby() -> None:
            async with lease(database, "work"):
                entered.set()
                await leave.wait()

        async def tried_often() -> bool:
            return quick_lease["work"] > 6

        async def has_it() -> bool:
            return entered.is_set()

        async with lease(database, "work") as held:
            waiting = asyncio.create_task(standby())
            await eventually(tried_often)
            assert not entered.is_set()
            assert not held.done()
            async with lease(database, "other work"):
                assert quick_lease["other work"] == 1
        await eventually(has_it, within=2)
        leave.set()
        await waiting

    run(scenario)


def test_a_holder_that_no_longer_beats_is_evicted_within_ten_seconds(run, quick_lease, monkeypatch):
    assert leases.SILENT + 2.0 <= 10
    monkeypatch.setattr(leases, "SILENT", 0.5)

    async def scenario(rig):
        database = rig.databases["cases"]
        stopped = await database.direct()
        assert await leases._try(stopped, "work")
        async with asyncio.timeout(5), lease(database, "work"):
            assert quick_lease["work"] > 2
        with pytest.raises(psycopg.OperationalError):
            await stopped.execute("SELECT 1")
        await stopped.close()

    run(scenario)


def test_who_lost_the_lease_is_told(run, quick_lease, database):
    async def scenario(rig):
        async with lease(rig.databases["cases"], "work") as held:
            async with await psycopg.AsyncConnection.connect(database, autocommit=True) as administrator:
                await administrator.execute("SELECT pg_terminate_backend(holder) FROM cases.lease WHERE name = 'work'")
            with pytest.raises(LeaseLost):
                async with asyncio.timeout(5):
                    await held

    run(scenario)


def test_of_two_processes_one_works_and_the_other_takes_over_where_it_stopped(run, quick_lease):
    async def scenario(rig):
        key, other = next(keys_of(0)), Hearing(rig.reader)
        first, second = rig.subscription(), rig.subscription(other.over)

        async def both_tried() -> bool:
            return quick_lease[first.name] > 3

        async with working(rig.relay()):
            async with working(first):
                told = await rig.tell(key)
                await rig.until_heard(key, told)
                taking_over = working(second)
                await taking_over.__aenter__()
                await eventually(both_tried)
                told += await rig.tell(key)
                await rig.until_heard(key, told)
                assert not other.tries
            told += await rig.tell(key)
            await rig.until_heard(key, told)
            await taking_over.__aexit__(None, None, None)
        assert other.tries == {told[2]: 1}
        assert set(rig.heard.tries.values()) == {1}

    run(scenario)


def test_a_subscription_that_is_cancelled_while_it_is_handed_a_connection_ends_all_the_same(run, soon):
    async def scenario(rig):
        rig.databases["cases of one connection"] = database = Database(rig.databases["cases"].url, "cases", size=1)
        await database.open()
        reading = Subscription("cases", rig.reader, database, rig.redis_url, rig.feed, rig.heard.over, rig.heartbeats)
        running = asyncio.create_task(reading.run())

        async def reads() -> bool:
            return reading._broker is not None

        async def waits() -> bool:
            return bool(database._pool._waiting)

        await eventually(reads)
        async with database.statement():
            await eventually(waits)
        running.cancel()
        done, _ = await asyncio.wait((running,), timeout=4)
        running.cancel()
        await asyncio.wait((running,))
        await reading._stop_broker()
        assert done

    run(scenario)
