"""Read models: a checkpointed reader of the own store fills versioned tables (architecture, decision 9).

The table's rows and the reader's checkpoint move in one transaction, so nothing is applied twice. No side effects.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from shared.database import Connection, Database
from shared.delivery.heartbeat import Heartbeats
from shared.eventstore.doorbell import Doorbell, first_ring
from shared.eventstore.store import EventStore
from shared.message import Recorded
from shared.pace import Pace

Project = Callable[[Connection, Sequence[Recorded]], Awaitable[None]]

BATCH = 2000
IDLE = 1.0

_PROMPT = Pace(together=1, beat=0.0)


class Projection:
    """A Part. name: of the view and its version. project: applies a batch of events in order. tables: what a rebuild empties.

    pace: lets events come together before one transaction takes them all; nobody who waits for the view waits for this.

    `applied` rings after each batch, for parts that work from the tables.
    """

    def __init__(
        self,
        name: str,
        store: EventStore,
        database: Database,
        project: Project,
        tables: tuple[str, ...],
        heartbeats: Heartbeats,
        *,
        pace: Pace = _PROMPT,
    ) -> None:
        self.name = name
        self._pace = replace(pace)
        self.tables = tables
        self._store, self._database, self._project = store, database, project
        self._pulse = heartbeats.pulse(name)
        self._position = -1
        self._ahead: tuple[int, asyncio.Future[list[Recorded]]] | None = None
        self.applied = Doorbell()
        self._hurry = Doorbell()

    async def run(self) -> None:
        while True:
            heard, hurried = self._store.doorbell.rings, self._hurry.rings
            applied = await self.step()
            if applied < BATCH:
                now = asyncio.get_running_loop().time
                self._pace.pause(applied, now())
                self._pulse.idle()
                await first_ring(IDLE, (self._store.doorbell, heard), (self._hurry, hurried))
                await self._hurry.wait(self._pace.pause(0, now()), hurried)

    async def step(self) -> int:
        """Applies the next batch; how many events. Another process may share the work: the row lock orders them.

        The commit does not wait for the disk: what a crash takes away, rows and checkpoint together, is folded again.
        """
        self._pulse.working()
        async with self._database.pipelined() as connection:
            position = await self._lock(connection)
            events = await self._read(position)
            if events:
                await self._project(connection, events)
                position = events[-1].position
                await connection.execute("UPDATE view_checkpoint SET position = %s WHERE view = %s", (position, self.name))
        self._position = position
        self._pulse.idle()
        if events:
            self.applied.ring()
        return len(events)

    async def _read(self, position: int) -> list[Recorded]:
        """The events after a position. Behind a full batch the next one is read while this one is written."""
        ahead, self._ahead = self._ahead, None
        if ahead and ahead[0] == position:
            events = await ahead[1]
        else:
            if ahead:
                ahead[1].cancel()
            events = await self._store.follow(position, limit=BATCH)
        if len(events) == BATCH:
            following = events[-1].position
            self._ahead = following, asyncio.ensure_future(self._store.follow(following, limit=BATCH))
        return events

    async def caught_up(self, position: int, *, within: float = 1.0) -> bool:
        """Waits until the view has this position, at most `within` seconds: whoever just wrote reads what they wrote."""
        deadline = time.monotonic() + within
        while self._position < position and time.monotonic() < deadline:
            self._hurry.ring()
            await self.applied.wait(min(0.05, max(0.001, deadline - time.monotonic())), self.applied.rings)
        return self._position >= position

    async def catch_up(self, *, within: float = 1.0) -> bool:
        """Waits until the view has everything that the store has now."""
        return await self.caught_up(await self._store.head(), within=within)

    async def rebuild(self) -> int:
        """Empties the tables and folds everything again; how many events."""
        async with self._database.connection() as connection:
            await self._lock(connection)
            for table in self.tables:
                await connection.execute(f"DELETE FROM {table}")
            await connection.execute("UPDATE view_checkpoint SET position = 0 WHERE view = %s", (self.name,))
        while await self.step() == BATCH:
            pass
        return await self._store.head()

    async def _lock(self, connection: Connection) -> int:
        query = "SELECT position, set_config('synchronous_commit', 'off', true) FROM view_checkpoint WHERE view = %s FOR UPDATE"
        row = await (await connection.execute(query, (self.name,))).fetchone()
        if row is None:
            await connection.execute("INSERT INTO view_checkpoint VALUES (%s, 0) ON CONFLICT DO NOTHING", (self.name,))
            return await self._lock(connection)
        return int(row[0])
