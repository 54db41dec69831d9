"""Building a generation of a read model beside the one that answers, and emptying those that it replaced (decision 18)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from shared.database import Connection, Database
from shared.eventstore import filling, generations
from shared.eventstore.doorbell import Doorbell
from shared.eventstore.filling import Filling, Project, is_last
from shared.eventstore.generations import Generation
from shared.eventstore.later import Known, is_any
from shared.eventstore.store import EventStore
from shared.heartbeat import Heartbeats

Carry = Callable[[Connection, int, int], Awaitable[None]]
"""Takes along, from one generation to the next, what no event tells. It runs in the transaction that lets the next one answer."""

LOOK = 1.0
"""Seconds between two looks for something to build: another process may have been asked to, or was killed while it built."""

EMPTIED = 5_000
"""Rows of one table that leave in one transaction."""

GENTLY = 3
"""How much longer than it takes to empty a portion the builder rests after it: nobody waits for that, and readers go first."""


class Builder:
    """A Part. view: of which generations are built. tables: where their rows are. carry: see `Carry`.

    What a kill leaves behind is built on by the next process. Two processes may build at once: each batch counts for whoever had it first.
    """

    def __init__(
        self,
        view: str,
        store: EventStore,
        database: Database,
        project: Project,
        tables: tuple[str, ...],
        heartbeats: Heartbeats,
        carry: Carry | None,
        known: Known = is_any,
    ) -> None:
        self.name = f"{view}-builder"
        self._view, self._tables, self._carry = view, tables, carry
        self._store, self._database = store, database
        self._filling = Filling(store, database, project, known)
        self._pulse = heartbeats.pulse(self.name)
        self.asked, self.switched = Doorbell(), Doorbell()

    async def run(self) -> None:
        while True:
            heard, began = self.asked.rings, asyncio.get_running_loop().time()
            self._pulse.working()
            built = await self._build()
            emptied = not built and await self._empty()
            self._pulse.idle()
            if not built:
                took = asyncio.get_running_loop().time() - began
                await self.asked.wait(GENTLY * took if emptied else LOOK, heard)

    async def _build(self) -> bool:
        """Applies one batch, or lets the generation answer that is level; whether there was one to build."""
        async with self._database.connection() as connection:
            pair = await generations.side_by_side(connection, self._view)
        if pair is None:
            return False
        old, new = pair
        events = await self._filling.read(new.position)
        if await self._filling.write(new, events, "building") and is_last(events):
            await self.learn()
            await self._switch(old.number, new.number)
        return True

    async def learn(self) -> None:
        async with self._database.statement() as connection:
            await generations.learn_statistics(connection, self._tables)

    async def _switch(self, answering: int, building: int) -> None:
        """The old generation stands still meanwhile, so the new one cannot fall behind what a reader has seen."""
        async with self._database.pipelined() as connection:
            old, new = await generations.hold(connection, answering), await generations.hold(connection, building)
            if old is None or new is None or (old.state, new.state) != ("answering", "building"):
                return
            events = await self._store.follow(new.position, limit=filling.BATCH)
            self._filling.require_known(events)
            new = await self._filling.apply(connection, new, events, "building")
            if not _level(old, new):
                return
            if self._carry:
                await self._carry(connection, old.number, new.number)
            await generations.move(connection, old.number, old.position, "leaving")
            await generations.move(connection, new.number, new.position, "answering")
        self.switched.ring()

    async def _empty(self) -> bool:
        """Takes rows of a generation that has left; whether there were any. Snapshots that were begun before still see them."""
        async with self._database.connection() as connection:
            number = await generations.leaving(connection, self._view)
            if number is None:
                return False
            emptied = [await generations.empty(connection, number, table, EMPTIED) for table in self._tables]
            if not any(emptied):
                await generations.forget(connection, number)
        return True


def _level(old: Generation, new: Generation) -> bool:
    """Whether the new generation has everything that a reader of the old one may have seen."""
    return new.position >= old.position
