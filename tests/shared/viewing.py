"""The smallest read model: one row for each event of the store. So a reader who finds fewer rows than there were events has seen a gap."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import psycopg

from shared.database import Connection, Database
from shared.errors import Unavailable
from shared.eventstore.later import Known, is_any
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.projection import Projection, Reading
from shared.heartbeat import Heartbeats
from shared.logins import login_of, owner_of
from shared.message import Recorded
from shared.running import ended
from tests.logins import login
from tests.shared.test_tail import event, item

VIEW = "seen_v1"
SCHEMA = (
    "CREATE TABLE {schema}.seen_v1 (position bigint, generation integer, PRIMARY KEY (generation, position));"
    " GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.seen_v1 TO {role};"
)


async def project(connection: Connection, generation: int, events: Sequence[Recorded]) -> None:
    positions = [each.position for each in events]
    await connection.execute("INSERT INTO seen_v1 (generation, position) SELECT %s, * FROM unnest(%s::bigint[])", (generation, positions))


async def rows(reading: Reading) -> int:
    found = await reading.connection.execute("SELECT count(*) FROM seen_v1 WHERE generation = %s", (reading.generation,))
    (row,) = await found.fetchall()
    return int(row[0])


@dataclass
class Process:
    """What one process has: a store and a view, with their parts running or not."""

    database: Database
    store: PostgresEventStore
    view: Projection
    _running: list[asyncio.Task] = field(default_factory=list)

    def start(self, *, building: bool = True) -> None:
        parts = (self.view, self.view.builder) if building else (self.view,)
        self._running += [asyncio.create_task(part.run()) for part in parts]

    async def stop(self) -> None:
        for task in self._running:
            await ended(task)
        self._running.clear()

    async def append(self, count: int = 1) -> None:
        for _ in range(count):
            await self.store.append(item(event()))

    async def read(self) -> int:
        async with self.view.reading() as reading:
            return await rows(reading)


@dataclass
class Place:
    """One database, for as many processes as a test wants."""

    url: str
    processes: list[Process] = field(default_factory=list)

    async def process(self, apply: Callable = project, known: Known = is_any) -> Process:
        database = Database(login(self.url, "intake"), "intake", size=6)
        await database.open()
        store = PostgresEventStore(database)
        view = Projection(VIEW, store, database, apply, ("seen_v1",), Heartbeats(database), known=known)
        self.processes.append(Process(database, store, view))
        return self.processes[-1]

    async def sql(self, query: str) -> list[tuple]:
        """As the administrator."""
        async with await psycopg.AsyncConnection.connect(self.url, autocommit=True, options="-c search_path=intake") as connection:
            cursor = await connection.execute(query)
            return await cursor.fetchall() if cursor.description else []

    async def generations(self) -> list[tuple]:
        return await self.sql("SELECT state, (SELECT count(*) FROM seen_v1 s WHERE s.generation = v.generation) FROM view_checkpoint v ORDER BY 1")

    async def one_is_left(self) -> bool:
        return len(await self.sql("SELECT DISTINCT generation FROM seen_v1")) == 1 == len(await self.generations())


@asynccontextmanager
async def place(url: str) -> AsyncIterator[Place]:
    there = Place(url)
    await there.sql(f"SET ROLE {owner_of('intake')}; {SCHEMA.format(schema='intake', role=login_of('intake'))}")
    try:
        yield there
    finally:
        for each in there.processes:
            await each.stop()
            await each.database.close()


@dataclass
class Watcher:
    """Reads again and again. gaps: how many rows there were, and should have been. refused: answers that said to ask again."""

    process: Process
    answered: int = 0
    refused: int = 0
    gaps: list[tuple[int, int]] = field(default_factory=list)

    async def run(self) -> None:
        while True:
            wanted = await self.process.store.head()
            try:
                found = await self.process.read()
            except Unavailable:
                self.refused += 1
                continue
            self.answered += 1
            if found < wanted:
                self.gaps.append((found, wanted))


@asynccontextmanager
async def watched(process: Process) -> AsyncIterator[Watcher]:
    """Somebody reads, and somebody writes, as long as this lasts."""
    watcher, lasts = Watcher(process), True

    async def write() -> None:
        while lasts:
            await process.append()

    reading, writing = asyncio.create_task(watcher.run()), asyncio.create_task(write())
    try:
        yield watcher
    finally:
        lasts = False
        await writing  # what was begun is stored before anybody counts
        await ended(reading)
