"""Read models: a checkpointed reader of the own store fills versioned tables (architecture, decisions 9 and 18). No side effects.

A read model is whole or says that it is not: whoever reads gets the rows of one generation in one snapshot, with everything that was stored when they
asked, or an error that says to ask again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import NamedTuple

from shared.database import Acting, Connection, Database
from shared.errors import BehindWrite, StillBuilding, Unavailable
from shared.eventstore import filling, generations
from shared.eventstore.building import Builder, Carry
from shared.eventstore.doorbell import Doorbell, first_ring
from shared.eventstore.filling import Filling, Project, is_last
from shared.eventstore.generations import Answering, Generation
from shared.eventstore.later import Known, is_any
from shared.eventstore.store import EventStore
from shared.heartbeat import Heartbeats
from shared.pace import Pace

IDLE = 1.0

PATIENCE = 1.0
"""Seconds that a reader waits for the view before being told to ask again."""

LOOK = 0.2
"""Seconds between two looks of a waiting reader at the database: another process may be the one that writes."""

_PROMPT = Pace(together=1, beat=0.0)


class Reading(NamedTuple):
    """One snapshot of a view. Every query in it says `generation = …`, with this number."""

    connection: Connection
    generation: int


class Projection:
    """A Part, and `builder` another one. name: of the view and its version. project: applies a batch of events in order.

    tables: where the rows are. pace: lets events come together before one transaction takes them all; nobody who waits for the view waits for this.
    carry: what a rebuild takes along from the generation before (see `Carry`). known: see `Filling`.

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
        carry: Carry | None = None,
        known: Known = is_any,
    ) -> None:
        self.name, self.tables = name, tables
        self._store, self._database = store, database
        self._pace = replace(pace)
        self._filling = Filling(store, database, project, known)
        self._pulse = heartbeats.pulse(name)
        self._at: Generation | None = None
        self._position = -1
        self.applied, self._hurry = Doorbell(), Doorbell()
        self.builder = Builder(name, store, database, project, tables, heartbeats, carry, known)

    # following the store ------------------------------------------------------------------------------------------

    async def run(self) -> None:
        while True:
            heard, hurried = self._store.doorbell.rings, self._hurry.rings
            applied = await self.step()
            if applied < filling.BATCH:
                now = asyncio.get_running_loop().time
                self._pace.pause(applied, now())
                await first_ring(IDLE, (self._store.doorbell, heard), (self._hurry, hurried))
                await self._hurry.wait(self._pace.pause(0, now()), hurried)

    async def step(self) -> int:
        """Applies the next batch to the generation that answers, or to the first one that is built; how many events."""
        self._pulse.working()
        while (applied := await self._next()) is None:
            pass  # another process was faster: look again
        self._pulse.idle()
        if applied:
            self.applied.ring()
        return applied

    async def _next(self) -> int | None:
        at = self._at or await self._look()
        self._at = None  # where this fails, the next look finds how far a process of a later release has got
        events = await self._filling.read(at.position)
        if at.state == "answering" and not events:
            return 0  # the next look asks the database how far another process has got
        whole = is_last(events)
        if at.state == "building" and whole and at.position:
            await self.builder.learn()
        self._at = await self._filling.write(at, events, "answering" if whole else at.state)
        self._note()
        return None if self._at is None else len(events)

    async def _look(self) -> Generation:
        async with self._database.connection() as connection:
            self._at = await generations.current(connection, self.name)
        self._note()
        return self._at

    def _note(self) -> None:
        if self._at and self._at.state == "answering":
            self._position = self._at.position

    # reading ------------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def reading(self, schools: str = "", *, acting: Acting | None = None, about: Sequence[str] | None = None) -> AsyncIterator[Reading]:
        """A snapshot with everything that the store had when this was asked, however many processes write.

        schools: whose rows row security shows: ids with commas, `*` for all. acting: of the service's own work, for which the snapshot is instead.
        about: ids; what does not name one of them may be missing, so that nobody waits for what others write.
        Raises: StillBuilding, BehindWrite: not within `PATIENCE` seconds.
        """
        deadline, asked = time.monotonic() + PATIENCE, None
        while True:
            async with self._database.connection() as connection:
                found = await generations.read_from(connection, self.name, schools, acting)
                if asked is None:
                    asked = found.head if about is None else await generations.last_about(connection, found.position, about)
                if found.number is not None and found.position >= asked:
                    yield Reading(connection, found.number)
                    return
            left = deadline - time.monotonic()
            if left <= 0:
                raise self._not_whole(found)
            await self.caught_up(asked, within=min(LOOK, left))

    @asynccontextmanager
    async def as_it_stands(self, schools: str = "", *, acting: Acting | None = None) -> AsyncIterator[Reading]:
        """A snapshot of the generation that answers, however far it is behind: for who must not wait for what others write.

        Raises: StillBuilding: none answers.
        """
        async with self._database.connection() as connection:
            found = await generations.read_from(connection, self.name, schools, acting)
            if found.number is None:
                raise self._not_whole(found)
            yield Reading(connection, found.number)

    async def caught_up(self, position: int, *, within: float = PATIENCE) -> bool:
        """Waits until this process knows that the view has this position, at most `within` seconds."""
        deadline = time.monotonic() + within
        while self._position < position and time.monotonic() < deadline:
            self._hurry.ring()
            await self.applied.wait(min(0.05, max(0.001, deadline - time.monotonic())), self.applied.rings)
        return self._position >= position

    def _not_whole(self, found: Answering) -> Unavailable:
        if found.number is None:
            return StillBuilding(f"{self.name} is being built: ask again; readyz says how far it has got")
        return BehindWrite(f"{self.name} does not have the last events yet: ask again; readyz says how far it is behind")

    # building anew ------------------------------------------------------------------------------------------------

    async def rebuild(self) -> int:
        """Folds everything again beside what answers, and waits until the new generation answers; its position."""
        async with self._database.connection() as connection:
            number = await generations.begin(connection, self.name)
        self.builder.asked.ring()
        while True:
            heard = self.builder.switched.rings
            async with self._database.connection() as connection:
                found = await generations.look_at(connection, number)
            if found is None or found.state != "building":
                return found.position if found else await self._store.head()
            await self.builder.switched.wait(IDLE, heard)
