"""Reading a neighbour's public events, exactly once into the own store: without consumer groups, from the own checkpoint (decision 11).

FastStream reads the streams of Redis; what Redis lost, never had or cannot bring now is pulled from the owner's feed. The checkpoint moves inside
the handler's own append, and is the only thing that counts.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import structlog
from faststream.redis import RedisBroker, StreamSub
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import RedisError

from shared.database import Database
from shared.delivery.feed import FeedClient
from shared.delivery.heartbeat import Heartbeats
from shared.delivery.leases import lease
from shared.delivery.parked import ParkingLot
from shared.delivery.wire import decode, stream_key
from shared.errors import Unavailable
from shared.eventstore.store import Checkpoint, Duplicate, EventStore, Hole, Item, Outcome
from shared.message import Recorded
from shared.running import ended

log = structlog.get_logger()

_QUIET = logging.getLogger("tanggap.faststream")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False  # FastStream quotes messages

Handler = Callable[[Recorded, Checkpoint | None], Awaitable[Outcome | None]]
"""Appends one item that carries the checkpoint and answers its outcome; None where the event asks for nothing, then the checkpoint follows
later. On replay of a parked event the checkpoint is None: derived ids make a second run harmless. Raises `Unavailable` for outages, which are
never counted as tries."""

TRIES = 5
TICK = 0.5
CONFIRM = 3.0
"""Seconds after which checkpoints of events that asked for nothing are kept, and readers' confirmations told."""

STILL = 3.0
"""Seconds without progress after which the owner is asked whether there is more than Redis brought."""


class Subscription:
    """A Part: `consumer` reads all partitions of `source`.

    One process works at a time (a lease); another is a hot standby.
    """

    def __init__(
        self,
        consumer: str,
        store: EventStore,
        database: Database,
        redis_url: str,
        feed: FeedClient,
        handler: Handler,
        heartbeats: Heartbeats,
    ) -> None:
        self.source = feed.source
        self.name = f"{consumer}<-{self.source}"
        self.parking = ParkingLot(database)
        self._consumer, self._store, self._database = consumer, store, database
        self._redis_url, self._feed, self._handler = redis_url, feed, handler
        self._pulse = heartbeats.pulse(self.name)
        self._cursors: dict[int, int] = {}
        self._kept: dict[int, int] = {}
        self._locks = {partition: asyncio.Lock() for partition in range(store.partitions)}
        self._parked: set[str] = set()
        self._progress = 0.0
        self._broker: RedisBroker | None = None

    async def run(self) -> None:
        async with lease(self._database, self.name) as held:
            await self._load()
            watching = asyncio.create_task(self._watch())
            try:
                done, _ = await asyncio.wait((held, watching), return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                await ended(watching)  # awaited, or it would start a broker again behind our back
                await self._stop_broker()

    async def replay(self, key: str | None = None) -> int:
        """Applies what is parked, of one key or all, in order; how many. Raises: what the handler raises for the first that still fails."""
        replayed = 0
        while parked := await self.parking.list(source=self.source, key=key):
            for each in parked:
                page = await self._feed.pull(each.partition, each.position - 1, limit=1)
                await self._handler(page.events[0], None)
                await self.parking.release(each)
                replayed += 1
        return replayed

    async def _load(self) -> None:
        for partition in self._locks:
            self._cursors[partition] = await self._store.checkpoint(self._consumer, self.source, partition)
        self._kept = dict(self._cursors)
        self._parked = await self.parking.keys(self._consumer, self.source)
        self._moved()

    # reading over Redis -------------------------------------------------------------------------------------------

    async def _start_broker(self) -> None:
        retry = Retry(ExponentialWithJitterBackoff(base=0.01, cap=0.5), 3)
        broker = RedisBroker(self._redis_url, apply_types=False, logger=_QUIET, retry=retry, socket_timeout=None, graceful_timeout=2)
        for partition, cursor in self._cursors.items():
            stream = StreamSub(stream_key(self.source, partition), last_id=f"{cursor}-0", batch=True, max_records=100, polling_interval=1000)
            broker.subscriber(stream=stream)(self._receive)
        self._broker = broker
        await broker.start()

    async def _stop_broker(self) -> None:
        broker, self._broker = self._broker, None
        if broker is not None:
            with suppress(RedisError, OSError, asyncio.TimeoutError):
                await broker.stop()

    async def _receive(self, messages: list[dict[str, Any]]) -> None:
        for message in messages:
            event = decode(message)
            async with self._locks[event.partition]:
                await self._take(event)

    # watching -----------------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        confirmed = 0.0
        while True:
            connected = await self._is_connected()
            now = asyncio.get_running_loop().time()
            if not connected or now - self._progress > STILL:
                await self._catch_up_patiently()
                self._progress = asyncio.get_running_loop().time()
                self._parked |= await self.parking.keys(self._consumer, self.source)  # one parked meanwhile stays; a stale one does no harm
            if now - confirmed > CONFIRM:
                await self._confirm()
                confirmed = asyncio.get_running_loop().time()
            self._pulse.alive()
            await asyncio.sleep(TICK)

    async def _is_connected(self) -> bool:
        """Starts the broker where it does not run; a subscriber that died or spins is replaced."""
        if self._broker is not None and not self._is_sound(self._broker):
            await self._stop_broker()
        try:
            if self._broker is None:
                await self._start_broker()
            return self._broker is not None and await self._broker.ping(timeout=1.0)
        except (RedisError, OSError):
            await self._stop_broker()
            return False

    @staticmethod
    def _is_sound(broker: RedisBroker) -> bool:
        """A dead task never reads again; more than one means that it restarts in a hot loop (FastStream 0.7.8)."""
        return all(each.running and len(each.tasks) == 1 and not each.tasks[0].done() for each in broker.subscribers)  # type: ignore[attr-defined]

    async def _catch_up_patiently(self) -> None:
        """A feed that does not answer now must not stop what comes over Redis."""
        try:
            await self._catch_up()
            self._pulse.detail = ""
        except Unavailable:
            self._pulse.detail = f"the feed of {self.source} does not answer"

    async def _catch_up(self) -> None:
        heads = await self._feed.heads()
        self._pulse.lag = sum(max(0, heads.get(partition, 0) - cursor) for partition, cursor in self._cursors.items())
        behind = [partition for partition, cursor in self._cursors.items() if heads.get(partition, 0) > cursor]
        await asyncio.gather(*(self._pull_partition(partition) for partition in behind))
        if behind:
            self._pulse.lag = 0

    async def _pull_partition(self, partition: int) -> None:
        async with self._locks[partition]:
            await self._pull(partition)

    async def _confirm(self) -> None:
        """Keeps the checkpoints of what asked for nothing, and tells the relay how far its streams may be trimmed."""
        with suppress(Unavailable):
            for partition, lock in self._locks.items():
                if self._kept[partition] < self._cursors[partition]:
                    async with lock:
                        await self._keep(partition)
        if self._broker is not None:
            with suppress(RedisError, OSError):
                confirmed: dict[str | bytes, int | str] = {f"{self._consumer}:{partition}": kept for partition, kept in self._kept.items()}
                await self._client().hset(f"confirmed.{self.source}", mapping=confirmed)

    async def _keep(self, partition: int) -> None:
        if self._kept[partition] < self._cursors[partition]:
            await self._store.append(Item(checkpoint=self._checkpoint(partition, self._cursors[partition])))
            self._kept[partition] = self._cursors[partition]

    def _checkpoint(self, partition: int, position: int) -> Checkpoint:
        return Checkpoint(self._consumer, self.source, partition, self._kept[partition], position)

    def _client(self) -> Any:
        """The broker's own client: what FastStream does not wrap."""
        return self._broker._connection if self._broker else None  # noqa: SLF001 - wrapped here, once

    # taking one event ---------------------------------------------------------------------------------------------

    async def _take(self, event: Recorded) -> None:
        if event.position <= self._cursors[event.partition]:
            return
        if event.previous == self._cursors[event.partition]:
            await self._apply(event)
        else:
            await self._pull(event.partition)

    async def _pull(self, partition: int) -> None:
        """Everything that the owner has after our checkpoint."""
        while True:
            self._pulse.working(partition)
            page = await self._patiently(lambda: self._feed.pull(partition, self._cursors[partition]))
            self._pulse.idle(partition)
            for event in page.events:
                if event.position > self._cursors[partition]:
                    await self._apply(event)
            if self._cursors[partition] >= page.head or not page.events:
                return

    async def _apply(self, event: Recorded) -> None:
        partition = event.partition
        self._pulse.working(partition)
        outcome = await self._patiently(lambda: self._handled(event, self._checkpoint(partition, event.position)))
        self._pulse.idle(partition)
        moved_elsewhere = isinstance(outcome, Duplicate | Hole)
        self._cursors[partition] = outcome.checkpoint if isinstance(outcome, Duplicate | Hole) else event.position
        if outcome is not None:
            self._kept[partition] = self._cursors[partition]
        self._moved()
        if moved_elsewhere and self._cursors[partition] < event.position:
            raise Unavailable(f"{self.name}: partition {partition} stands elsewhere in the store than here; reading again")

    async def _handled(self, event: Recorded, checkpoint: Checkpoint) -> Outcome | None:
        if event.key in self._parked and await self.parking.queue_behind(self._consumer, self.source, event):
            return await self._store.append(Item(checkpoint=checkpoint))
        error: Exception | None = None
        for attempt in range(TRIES):
            try:
                return await self._handler(event, checkpoint)
            except Unavailable:
                raise
            except Exception as failed:  # noqa: BLE001 - whatever it is, it must not stop the world
                error = failed
                log.warning("handler-failed", part=self.name, event_id=str(event.id), type=event.type, attempt=attempt, error=type(failed).__name__)
                await asyncio.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - jitter
        await self.parking.park(self._consumer, self.source, event, TRIES, type(error).__name__)
        self._parked.add(event.key)
        return await self._store.append(Item(checkpoint=checkpoint))

    async def _patiently(self, attempt: Callable[[], Awaitable[Any]]) -> Any:
        """Waits out a database, keyring, feed or network that does not answer; an outage is never a try."""
        pause = 0.05
        while True:
            try:
                return await attempt()
            except Unavailable:
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)

    def _moved(self) -> None:
        self._progress = asyncio.get_running_loop().time()
