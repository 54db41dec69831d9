"""Reads the public events of another service and applies each exactly once, from the reader's own checkpoint (decision 11).

FastStream reads the Redis streams, without consumer groups. Events that Redis lost, never had or cannot deliver now are pulled from the owner's
feed. The checkpoint moves in the same append as the handler's events, and only the checkpoint counts.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, NoReturn

from faststream.redis import RedisBroker, StreamSub
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import RedisError

from shared.database import Database
from shared.delivery.agreeing import last_read, told_otherwise
from shared.delivery.applying import Applying, Handling
from shared.delivery.epochs import AnotherEpoch, KnownEpochs
from shared.delivery.feed import FeedClient
from shared.delivery.leases import lease
from shared.delivery.parked import ParkingLot
from shared.delivery.wire import confirmed_key, decode, stream_key
from shared.errors import HistoryBroken, LaterRelease, Unavailable
from shared.eventstore.store import EventStore
from shared.heartbeat import Heartbeats
from shared.pace import Pace
from shared.running import ended

_QUIET = logging.getLogger("tanggap.faststream")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False  # FastStream quotes messages

AT_ONCE = 500
"""Messages read at once from a partition. After a full read more may be waiting, so there is no pause."""

PROMPT = Pace(together=32, beat=0.2)
"""For events that somebody waits for."""

TICK = 0.5
CONFIRM = 3.0
"""Seconds between two rounds of storing checkpoints that moved without an append and confirming positions to the relay."""

STILL = 3.0
"""Seconds without progress after which the owner's feed is asked for events that Redis did not deliver."""


class HeardTasks(list[asyncio.Task[Any]]):
    """Each task is asked how it ended. FastStream 0.7.8 forgets one that fails while it stops, and asyncio reports what nobody asked about."""

    def append(self, task: asyncio.Task[Any]) -> None:
        task.add_done_callback(_ask)
        super().append(task)


def _ask(task: asyncio.Task[Any]) -> None:
    if not task.cancelled():
        task.exception()


class Subscription:
    """A Part: `consumer` reads all partitions of the feed's source.

    One process works at a time, by a lease; another is a hot standby. pace: shared by all partitions.
    """

    def __init__(
        self,
        consumer: str,
        store: EventStore,
        database: Database,
        redis_url: str,
        feed: FeedClient,
        handling: Handling,
        heartbeats: Heartbeats,
        *,
        pace: Pace = PROMPT,
    ) -> None:
        self.source = feed.source
        self.name = f"{consumer}<-{self.source}"
        self.parking = ParkingLot(database)
        self._consumer, self._database, self._redis_url, self._feed = consumer, database, redis_url, feed
        self._pulse = heartbeats.pulse(self.name)
        self.applying = Applying(self.name, consumer, store, handling, self.parking, feed, self._pulse)
        self._pace = replace(pace)
        self._broker: RedisBroker | None = None
        self._epochs, self._restored, self._began_after = KnownEpochs(database, self.source), False, 0
        self._agreed = False

    async def run(self) -> None:
        if self._pulse.broken:
            await asyncio.Event().wait()  # nothing is applied any more in this process
        async with lease(self._database, self.name) as held:
            await self._load()
            watching = asyncio.create_task(self._watch())
            try:
                done, _ = await asyncio.wait((held, watching), return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                await ended(watching)  # wait for it, or it would start a broker again
                await self._stop_broker()

    async def replay(self, key: str | None = None) -> int:
        """Applies parked events in order, of one key or of all, and returns how many. Raises: the handler's error for the first that still fails."""
        replayed = 0
        while parked := await self.parking.list(source=self.source, key=key):
            for each in parked:
                page = await self._feed.pull(each.partition, each.position - 1, limit=1)
                await self.applying.handler(page.events[0], None)
                await self.parking.release(each)
                replayed += 1
        return replayed

    # reading over Redis -------------------------------------------------------------------------------------------

    async def _start_broker(self) -> None:
        retry = Retry(ExponentialWithJitterBackoff(base=0.01, cap=0.5), 3)
        broker = RedisBroker(self._redis_url, apply_types=False, logger=_QUIET, retry=retry, socket_timeout=None, graceful_timeout=2)
        for partition, cursor in self.applying.cursors.items():
            stream = StreamSub(
                stream_key(self.source, partition, self.applying.epoch), last_id=f"{cursor}-0", batch=True, max_records=AT_ONCE, polling_interval=1000
            )
            reading = broker.subscriber(stream=stream)
            reading.tasks = HeardTasks()
            reading(self._receive)
        self._broker = broker
        await broker.start()

    async def _stop_broker(self) -> None:
        broker, self._broker = self._broker, None
        if broker is not None:
            with suppress(RedisError, OSError, asyncio.TimeoutError):
                await broker.stop()

    async def _receive(self, messages: list[dict[str, Any]]) -> None:
        events = [decode(message) for message in messages]
        try:
            await self.applying.take(events)
        except AnotherEpoch:
            self._restored = True  # nothing of it was applied; the watch goes back
        pause = self._pace.pause(len(events), asyncio.get_running_loop().time())
        if len(messages) < AT_ONCE:
            await asyncio.sleep(pause)

    # watching -----------------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        confirmed = 0.0
        await self._patiently(self._agree)
        while True:
            connected = await self._is_connected()
            now = asyncio.get_running_loop().time()
            if not connected or self._restored or now - self.applying.progress > STILL:
                await self._patiently(self._catch_up)
                self.applying.moved()
                await self.applying.look_for_parked()
            if now - confirmed > CONFIRM:
                await self._confirm()
                confirmed = asyncio.get_running_loop().time()
            self._pulse.alive()
            await asyncio.sleep(TICK)

    async def _is_connected(self) -> bool:
        """Starts the broker if it does not run, and replaces it if a subscriber died or spins."""
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
        """A dead task never reads again. More than one task means that it restarts in a hot loop (FastStream 0.7.8)."""
        return all(each.running and len(each.tasks) == 1 and not each.tasks[0].done() for each in broker.subscribers)  # type: ignore[attr-defined]

    async def _patiently(self, ask: Callable[[], Awaitable[None]]) -> None:
        """A feed that does not answer must not stop delivery over Redis. Raises: LaterRelease: the lease goes to another process."""
        try:
            await ask()
            self._pulse.detail = ""
        except LaterRelease:
            raise
        except Unavailable:
            self._pulse.detail = f"the feed of {self.source} does not answer"

    async def _catch_up(self) -> None:
        read = dict(self.applying.cursors)  # before the heads are asked for: what comes over Redis meanwhile lies past them, and nothing is wrong
        told = await self._feed.heads()
        if self._restored or told.epoch != self.applying.epoch:
            await self._go_back()
            return
        heads = told.positions
        self._require_not_older(heads, read)
        await self._agree()
        cursors = self.applying.cursors
        self._pulse.lag = sum(max(0, heads.get(partition, 0) - cursor) for partition, cursor in cursors.items())
        behind = [partition for partition, cursor in cursors.items() if heads.get(partition, 0) > cursor]
        await asyncio.gather(*(self.applying.pull(partition) for partition in behind))
        if behind:
            self._pulse.lag = 0

    async def _go_back(self) -> None:
        """The source was restored: what it tells now is read from where its history and what was read part."""
        await self._stop_broker()
        await self._epochs.adopt(await self._feed.epochs())
        await self._load()
        self._restored = False

    async def _load(self) -> None:
        epoch, self._began_after = await self._epochs.now()
        await self.applying.load(epoch)
        self._agreed = False

    async def _agree(self) -> None:
        """Once after loading, before anything is applied where the feed answers.

        Raises: HistoryBroken: the source has other events where some were read, in the same epoch. Unavailable.
        """
        if self._agreed:
            return
        read = await last_read(self._database, self._consumer, self.source)
        otherwise = await told_otherwise(self._feed, read, self.applying.epoch)
        if otherwise:
            self._break(f"the store of {self.source} was cut and written anew below what was read of it")
        self._agreed = otherwise is False

    def _require_not_older(self, heads: Mapping[int, int], read: Mapping[int, int]) -> None:
        """read: how far each partition was read when the heads were asked for.

        Raises: HistoryBroken: the source has less than was read of it, in the same epoch. It was restored by other means, and not healed.

        Where the epoch began is read of every partition, whether or not the last event before it was one of that partition.
        """
        if any(max(heads.get(partition, 0), self._began_after) < position for partition, position in read.items()):
            self._break(f"the store of {self.source} is older than what was read of it")

    def _break(self, why: str) -> NoReturn:
        self._pulse.broken = f"{why}: stop the district, then ./tanggap migrate"
        raise HistoryBroken(self._pulse.broken)

    async def _confirm(self) -> None:
        """Stores checkpoints that moved without an append, and tells the relay how far it may trim its streams."""
        with suppress(Unavailable):
            await self.applying.keep()
        if self._broker is not None:
            with suppress(RedisError, OSError):
                kept = self.applying.kept.items()
                confirmed: dict[str | bytes, int | str] = {f"{self._consumer}:{partition}": position for partition, position in kept}
                await self._client().hset(confirmed_key(self.source, self.applying.epoch), mapping=confirmed)

    def _client(self) -> Any:
        """The broker's Redis client, for commands that FastStream does not wrap."""
        return self._broker._connection if self._broker else None  # noqa: SLF001 - wrapped here, once
