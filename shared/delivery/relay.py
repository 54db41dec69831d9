"""The relay copies public events of its own store to Redis, in order, with the position as the entry's id (decision 11).

Redis refuses an id that it has already had, so a kill between XADD and the checkpoint repeats nothing. Redis is only a carrier: when it is down or
comes back empty, consumers pull from the feed, and the relay continues from its checkpoint.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError, ResponseError

from shared.database import Database
from shared.delivery.leases import lease
from shared.delivery.wire import FIELD, confirmed_key, encode, stream_key
from shared.eventstore.epochs import FIRST, epochs
from shared.eventstore.store import EventStore
from shared.heartbeat import Heartbeats
from shared.message import Recorded
from shared.pace import Pace
from shared.running import ended

log = structlog.get_logger()

BATCH = 500
IDLE = 1.0
"""Seconds between polls when the doorbell is silent, because another process may have appended."""

LONGEST = 100_000
"""Most entries of a Redis stream, confirmed or not. The feed has all events."""

TRIM_EVERY = 30.0

SAVE_EVERY = 0.25
"""Seconds between two checkpoints under load. After a kill, Redis refuses the entries that it already has."""


class Relay:
    """A Part. consumers: services that must have confirmed an entry before it may be trimmed."""

    name = "relay"

    def __init__(self, store: EventStore, database: Database, redis_url: str, heartbeats: Heartbeats, consumers: Sequence[str]) -> None:
        self._store, self._database, self._consumers = store, database, consumers
        self._source = database.service
        self._redis_url = redis_url
        self._pulse = heartbeats.pulse(self.name)
        self._trimmed_at = 0.0
        self._saved, self._saved_at = 0, 0.0
        self._pace = Pace(together=16, beat=0.03)
        self._heard = -1
        self._epoch = FIRST

    async def run(self) -> None:
        async with lease(self._database, self.name) as held:
            client = redis.Redis.from_url(self._redis_url, socket_timeout=5, socket_connect_timeout=2)
            working = asyncio.create_task(self._work(client))
            try:
                done, _ = await asyncio.wait((held, working), return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                await ended(working)  # wait for it, or it would continue without the lease
                await client.aclose()

    async def _work(self, client: redis.Redis) -> None:
        position, self._epoch = await self._checkpoint(), (await epochs(self._database))[-1].id
        self._saved = position
        greeted = False
        while True:
            try:
                greeted = greeted or await self._forget_other_history(client)
                position = await self._pass_on(client, position)
                await self._trim(client)
                self._pulse.detail = ""
            except (RedisError, OSError) as error:
                greeted = False
                self._pulse.detail = f"redis: {type(error).__name__}"
                self._pulse.idle()
                await asyncio.sleep(0.2)

    async def _pass_on(self, client: redis.Redis, position: int) -> int:
        woken, self._heard = self._heard != self._store.doorbell.rings, self._store.doorbell.rings
        read = self._store.follow if woken else self._store.read_after
        events = await read(position, limit=BATCH, public=True)
        self._pulse.idle()
        if not events:
            self._pulse.lag = 0
            await self._save_at_times(position, every=0.0)
            await self._store.doorbell.wait(IDLE, self._heard)
            return position
        self._pulse.lag = await self._store.head() - position if len(events) == BATCH else len(events)
        await self._add(client, events)
        await self._save_at_times(events[-1].position, every=SAVE_EVERY)
        pause = self._pace.pause(len(events), asyncio.get_running_loop().time())
        if len(events) < BATCH:
            await asyncio.sleep(pause)
            await self._store.doorbell.wait(IDLE, self._heard)
        return events[-1].position

    async def _add(self, client: redis.Redis, events: Sequence[Recorded]) -> None:
        pipeline = client.pipeline(transaction=False)
        for event in events:
            pipeline.xadd(self._key(event.partition), {FIELD: await encode(event)}, id=f"{event.position}-0", maxlen=LONGEST)
        for answer in await pipeline.execute(raise_on_error=False):
            if isinstance(answer, ResponseError) and "equal or smaller" in str(answer):
                continue  # Redis already had it: a repeat after a kill
            if isinstance(answer, Exception):
                raise answer

    async def _checkpoint(self) -> int:
        async with self._database.statement() as connection:
            row = await (await connection.execute("SELECT position FROM relay_checkpoint WHERE partition = -1")).fetchone()
        return int(row[0]) if row else 0

    async def _save_at_times(self, position: int, *, every: float) -> None:
        now = asyncio.get_running_loop().time()
        if position > self._saved and now - self._saved_at >= every:
            await self._save(position)
            self._saved, self._saved_at = position, now

    async def _save(self, position: int) -> None:
        """Does not wait for the disk. If a crash loses the checkpoint, the entries are offered again, and Redis refuses them."""
        async with self._database.statement() as connection:
            await connection.execute(
                "WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))"
                " INSERT INTO relay_checkpoint SELECT -1, %s FROM quick"
                " ON CONFLICT (partition) DO UPDATE SET position = excluded.position",
                (position,),
            )

    async def _forget_other_history(self, client: redis.Redis) -> bool:
        """Deletes what is of another epoch, and streams with positions that this store does not have: Redis may be ahead of it."""
        ours = {confirmed_key(self._source, self._epoch), *(self._key(partition) for partition in range(self._store.partitions))}
        for pattern in (f"events.{self._source}.*", f"confirmed.{self._source}*"):
            async for found in client.scan_iter(match=pattern):
                if found.decode() not in ours:
                    await client.delete(found)
        for partition in range(self._store.partitions):
            key = self._key(partition)
            if not await client.exists(key):
                continue
            last = int((await client.xinfo_stream(key))["last-generated-id"].split(b"-")[0])
            if last > await self._store.head(partition=partition, public=True):
                await client.delete(key)
                log.warning("stream-deleted", stream=key, reason="holds positions that this store does not have")
        return True

    def _key(self, partition: int) -> str:
        return stream_key(self._source, partition, self._epoch)

    async def _trim(self, client: redis.Redis) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._trimmed_at < TRIM_EVERY:
            return
        self._trimmed_at = now
        confirmed = await client.hgetall(confirmed_key(self._source, self._epoch))
        for partition in range(self._store.partitions):
            positions = [int(confirmed.get(f"{consumer}:{partition}".encode(), b"0")) for consumer in self._consumers]
            if positions and all(positions):
                await client.xtrim(self._key(partition), minid=f"{min(positions)}-0", approximate=True)
