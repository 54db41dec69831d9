"""Delivery between two services without the services: what one says, what the other hears, and the parts between."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

import orjson
import redis.asyncio as redis

from shared.database import Database
from shared.delivery.applying import Handling
from shared.delivery.feed import FeedClient, FeedPage, Heads
from shared.delivery.parked import ParkingLot
from shared.delivery.relay import Relay
from shared.delivery.subscription import Subscription
from shared.delivery.wire import decode, envelope, stream_key
from shared.errors import Unavailable
from shared.eventstore.epochs import Epoch, epochs
from shared.eventstore.partition import partition_of
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.store import NEW, Item, Stored, Write
from shared.heartbeat import Heartbeats, health
from shared.message import NewEvent, derived_id
from shared.running import Part, keep_running
from shared.testing import eventually
from tests.logins import login

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


POISON, SILENT = '{"poison":true}', '{"asks":"nothing"}'


PARTITIONS = 2


def keys_of(partition: int) -> Iterator[str]:
    """Ordering keys that all lie in one partition."""
    return (f"key-{number}" for number in range(10_000) if partition_of(f"key-{number}", PARTITIONS) == partition)


def event(key: str, body: str = "{}", *, public: bool = True, **more) -> NewEvent:
    fields: dict[str, Any] = {
        "id": uuid4(), "type": "thing-told", "schema_version": 1, "body": body, "key": key, "public": public, "actor": "somebody",
        "school": "sd1", "happened_at": NOON, "correlation": uuid4(), "causation": uuid4(),
    }  # fmt: skip
    return NewEvent(**fields | more)


class Hearing:
    """A tiny handler: one event in the stream `heard-<key>` for each event told, with the checkpoint in the same item."""

    def __init__(self, store: PostgresEventStore) -> None:
        self.store = store
        self.tries: Counter[int] = Counter()
        self.mended = False
        self.outages = 0
        self.gates: dict[str, asyncio.Event] = {}

    def over(self, store):
        """The handler over a store or a unit of work."""
        return lambda told, checkpoint: self(told, checkpoint, store)

    async def __call__(self, told, checkpoint, store=None):
        store = store or self.store
        self.tries[told.position] += 1
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
        return await self._page(partition, after, limit)

    async def at(self, partition: int, position: int) -> FeedPage:
        return await self._page(partition, position - 1, 1)

    async def _page(self, partition: int, after: int, limit: int) -> FeedPage:
        events = await self.store.read_after(after, limit=limit, partition=partition, public=True)
        told = [decode(orjson.loads(orjson.dumps(envelope(each)))) for each in events]
        return FeedPage(told, await self._head(partition), (await self.epochs())[-1].id)

    async def heads(self) -> Heads:
        return Heads({partition: await self._head(partition) for partition in range(PARTITIONS)}, (await self.epochs())[-1].id)

    async def epochs(self) -> Sequence[Epoch]:
        return await epochs(self.store.database)

    async def _head(self, partition: int) -> int:
        return await self.store.head(partition=partition, public=True)


class Rig:
    """Intake tells, cases hears: one database, one Redis."""

    def __init__(self, url: str, redis_url: str) -> None:
        self.databases = {name: Database(login(url, name), name, size=4) for name in ("intake", "cases")}
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
        return Subscription(
            "cases", self.reader, self.databases["cases"], self.redis_url, cast("FeedClient", self.feed), handling or self.heard.over, self.heartbeats
        )

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

    async def until_heard(self, key: str, positions: list[int]) -> None:
        async def condition() -> bool:
            return await self.heard_of(key) == positions

        await eventually(condition)

    async def until_relayed(self, partition: int, entries: int) -> None:
        async def condition() -> bool:
            return await self.redis.xlen(stream_key("intake", partition)) == entries

        await eventually(condition)

    async def until_parked(self, *positions: int) -> None:
        async def condition() -> bool:
            return [each.position for each in await self.parking.list()] == list(positions)

        await eventually(condition)

    async def until_checkpoint(self, partition: int, position: int) -> None:
        async def condition() -> bool:
            return await self.reader.checkpoint("cases", "intake", partition) >= position

        await eventually(condition)

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


async def unsound(rig: Rig, part: str) -> bool:
    return not (await health(rig.databases["cases"], [part]))[part]["ok"]


async def sound(rig: Rig, part: str) -> bool:
    return not await unsound(rig, part)
