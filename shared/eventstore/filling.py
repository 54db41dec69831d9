"""Filling a generation of a read model with batches of events: rows and position move in one transaction, so nothing is applied twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from shared.database import Connection, Database
from shared.eventstore.generations import Generation, State, hold, move
from shared.eventstore.later import Known, is_any, require_known
from shared.eventstore.store import EventStore
from shared.message import Recorded

Project = Callable[[Connection, int, Sequence[Recorded]], Awaitable[None]]
"""Applies events, in order, to the generation with this number."""

BATCH = 2000


def is_last(events: Sequence[Recorded]) -> bool:
    """Whether nothing followed this batch when it was read."""
    return len(events) < BATCH


class Filling:
    """What fills one generation in this process. It reads ahead of its lock, so that a transaction holds no second connection.

    known: what it may pass. What a later release stored it leaves to a process of that release, whose rows it may have to become.
    """

    def __init__(self, store: EventStore, database: Database, project: Project, known: Known = is_any) -> None:
        self._store, self._database, self._project, self._known = store, database, project, known
        self._ahead: tuple[int, asyncio.Future[list[Recorded]]] | None = None

    async def read(self, position: int) -> list[Recorded]:
        """The next batch after a position. Behind a full batch the one after it is read while this one is written. Raises: LaterRelease."""
        ahead, self._ahead = self._ahead, None
        if ahead and ahead[0] == position:
            events = await ahead[1]
        else:
            if ahead:
                ahead[1].cancel()
            events = await self._store.follow(position, limit=BATCH)
        if not is_last(events):
            following = events[-1].position
            self._ahead = following, asyncio.ensure_future(self._store.follow(following, limit=BATCH))
        self.require_known(events)
        return events

    def require_known(self, events: Sequence[Recorded]) -> None:
        """Raises: LaterRelease: one of these events is of a later release."""
        require_known(((each.type, each.schema_version) for each in events), self._known)

    async def write(self, at: Generation, events: Sequence[Recorded], state: State) -> Generation | None:
        """Applies events to a generation and gives it a state. None: it is no longer `at`, because another process was faster."""
        async with self._database.pipelined() as connection:
            if await hold(connection, at.number) != at:
                return None
            return await self.apply(connection, at, events, state)

    async def apply(self, connection: Connection, at: Generation, events: Sequence[Recorded], state: State) -> Generation:
        """The same for a generation that is held."""
        if events:
            await self._project(connection, at.number, events)
        after = Generation(at.number, events[-1].position if events else at.position, state)
        await move(connection, after.number, after.position, after.state)
        return after
