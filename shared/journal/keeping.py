"""Keeping the journal of one service: it follows the service's own store, and whoever acknowledges waits until it has got there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import structlog

from shared.clock import Clock
from shared.database import Database
from shared.errors import Unavailable
from shared.eventstore.batching import Batcher
from shared.eventstore.epochs import epochs
from shared.eventstore.store import EventStore, Item, Outcome, Repeated, Stored
from shared.heartbeat import Heartbeats
from shared.journal.entry import Entry, entry_of
from shared.journal.outliving import outliving
from shared.journal.writing import Writer
from shared.keys import Keys

log = structlog.get_logger()

EVERY = 5.0
"""Seconds between two looks for events that another process stored and did not live to write down, and between two heads that say so."""

_STEP = 20_000


class Journal:
    """What the store waits for. folder: where the files are. keys: of this service."""

    def __init__(self, folder: Path, database: Database, keys: Keys, clock: Clock) -> None:
        self._writer, self._database, self._clock = Writer(folder, database.service, keys), database, clock
        self._service, self._types = database.service, outliving()
        self._together: Batcher[EventStore, None] = Batcher(self._write, most=1024)
        self._written: tuple[UUID, int] | None = None
        self._owed: frozenset[str] = frozenset()

    async def follow(self, store: EventStore) -> None:
        """Writes down everything up to the store's head. Raises: Unavailable."""
        await self._together.submit(store)

    async def acknowledge(self, store: EventStore, item: Item, outcome: Outcome) -> None:
        """Returns once everything of this item that must outlive a restore is in the journal. Raises: Unavailable: it cannot be written now."""
        streams = {write.stream for write in item.writes for event in write.events if event.type in self._types}
        if streams and isinstance(outcome, Stored | Repeated):
            self._owed |= streams
            await self.follow(store)

    async def require(self, store: EventStore, stream: str) -> None:
        """Nobody answers by the state of a stream before the journal has it. Raises: Unavailable."""
        if stream in self._owed:
            await self.follow(store)

    async def _write(self, asked: Sequence[EventStore]) -> Sequence[BaseException | None]:
        """One look at the store, and one write to the disk, for all who asked."""
        store, owed = asked[0], self._owed
        epoch, began_after = (await epochs(self._database))[-1]
        after = await self._after(epoch, began_after)
        head = await store.head()  # only now: what another process writes into the journal meanwhile makes no store older than its journal
        entries = await self._entries(store, epoch, after, head)
        try:
            await asyncio.to_thread(self._writer.write, entries, epoch, head, self._clock.now())
        except (OSError, ValueError) as error:
            self._owed |= {each.told.stream for each in entries if each.told}
            raise self._unwritten(error) from None
        self._written = (epoch, head)
        self._owed -= owed
        return [None] * len(asked)

    async def _entries(self, store: EventStore, epoch: UUID, after: int, head: int) -> list[Entry]:
        """What the journal does not have for sure. Whatever another process wrote meanwhile is left out when it is written."""
        found: list[Entry] = []
        if after > head:
            raise Unavailable(f"the store of {self._service} is older than its journal: stop the district, then ./tanggap migrate")
        for begin in range(after, head, _STEP):
            events = await store.read_types(tuple(self._types), begin, min(begin + _STEP, head))
            found += [entry_of(self._service, epoch, event, self._types[event.type]) for event in events]
        return found

    async def _after(self, epoch: UUID, began_after: int) -> int:
        if self._written and self._written[0] == epoch:
            return self._written[1]
        try:
            last = await asyncio.to_thread(self._writer.file.last)
        except (OSError, ValueError) as error:
            raise self._unwritten(error) from None
        if last is None:
            return 0
        return last.position if last.epoch == epoch else began_after

    def _unwritten(self, error: Exception) -> Unavailable:
        log.warning("journal-not-written", error=type(error).__name__)
        return Unavailable(f"the journal of {self._service} cannot be written ({type(error).__name__}): look at its folder and its disk")


class Following:
    """A Part: writes down what nobody waits for, and that the journal is level."""

    name = "journal"

    def __init__(self, journal: Journal, store: EventStore, heartbeats: Heartbeats) -> None:
        self._journal, self._store, self._pulse = journal, store, heartbeats.pulse(self.name)

    async def run(self) -> None:
        while True:
            try:
                await self._journal.follow(self._store)
                self._pulse.lag, self._pulse.detail = 0, ""
            except Unavailable as error:  # marks and endings are refused meanwhile; everything else goes on, and readiness says it
                self._pulse.lag, self._pulse.detail = 1, str(error)
            self._pulse.idle()
            await asyncio.sleep(EVERY)
