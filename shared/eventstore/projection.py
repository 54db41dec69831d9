"""Read models: a checkpointed reader of the own store fills versioned tables (architecture, decision 9).

The table's rows and the reader's checkpoint move in one transaction, so nothing is applied twice. No side effects.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from shared.database import Connection, Database
from shared.delivery.heartbeat import Heartbeats
from shared.errors import Unavailable
from shared.eventstore.doorbell import Doorbell
from shared.eventstore.store import EventStore
from shared.message import Recorded

Project = Callable[[Connection, Recorded], Awaitable[None]]

BATCH = 500
IDLE = 1.0


class Projection:
    """A Part. name: of the view and its version. project: applies one event. tables: what a rebuild empties.

    `applied` rings after each batch, for parts that work from the tables.
    """

    def __init__(self, name: str, store: EventStore, database: Database, project: Project, tables: tuple[str, ...], heartbeats: Heartbeats) -> None:
        self.name = name
        self.tables = tables
        self._store, self._database, self._project = store, database, project
        self._pulse = heartbeats.pulse(name)
        self._position = -1
        self.applied = Doorbell()

    async def run(self) -> None:
        while True:
            heard = self._store.doorbell.rings
            if not await self.step():
                self._pulse.idle()
                await self._store.doorbell.wait(IDLE, heard)

    async def step(self) -> bool:
        """Applies the next batch; whether there was one. Another process may share the work: the row lock orders them."""
        self._pulse.working()
        async with self._database.connection() as connection:
            position = await self._lock(connection)
            events = await self._store.read_after(position, limit=BATCH)
            async with connection.pipeline():  # many small statements, few round trips
                for event in events:
                    await self._project(connection, event)
            if events:
                position = events[-1].position
                await connection.execute("UPDATE view_checkpoint SET position = %s WHERE view = %s", (position, self.name))
        self._position = position
        self._pulse.idle()
        if events:
            self.applied.ring()
        return bool(events)

    async def caught_up(self, position: int, *, within: float = 1.0) -> bool:
        """Waits until the view has this position, at most `within` seconds: whoever just wrote reads what they wrote."""
        deadline = time.monotonic() + within
        while self._position < position and time.monotonic() < deadline:
            await self.applied.wait(min(0.05, max(0.001, deadline - time.monotonic())), self.applied.rings)
        return self._position >= position

    async def rebuild(self) -> int:
        """Empties the tables and folds everything again; how many events."""
        async with self._database.connection() as connection:
            await self._lock(connection)
            for table in self.tables:
                await connection.execute(f"DELETE FROM {table}")
            await connection.execute("UPDATE view_checkpoint SET position = 0 WHERE view = %s", (self.name,))
        while await self.step():
            pass
        return await self._store.head()

    async def _lock(self, connection: Connection) -> int:
        await connection.execute("INSERT INTO view_checkpoint VALUES (%s, 0) ON CONFLICT DO NOTHING", (self.name,))
        cursor = await connection.execute("SELECT position FROM view_checkpoint WHERE view = %s FOR UPDATE", (self.name,))
        row = await cursor.fetchone()
        if row is None:
            raise Unavailable(f"the checkpoint of {self.name} is gone")
        return int(row[0])
