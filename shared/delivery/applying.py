"""Applies the events of another service in order and exactly once: the checkpoint moves in the handler's own append (decision 11).

Events that arrive together are decided together and stored as one item (a unit of work). If that fails, they are applied one by one.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import groupby
from typing import Any, ClassVar, Protocol, runtime_checkable
from uuid import UUID

import structlog

from shared.delivery.epochs import AnotherEpoch
from shared.delivery.feed import FeedClient
from shared.delivery.parked import ParkingLot
from shared.errors import LaterRelease, Unavailable
from shared.eventstore.epochs import FIRST
from shared.eventstore.store import Checkpoint, Conflict, Duplicate, EventStore, Hole, Item, Outcome
from shared.eventstore.unit import Alone, UnitOfWork
from shared.heartbeat import Pulse
from shared.message import Recorded
from shared.tracing import traces

log = structlog.get_logger()

Handler = Callable[[Recorded, Checkpoint | None], Awaitable[Outcome | None]]
"""Appends one item with the checkpoint and returns its outcome. Returns None if the event needs no append; its checkpoint is then stored later.
On replay of a parked event the checkpoint is None, and derived ids make a second run harmless. Raises `Unavailable` in an outage, which never
counts as a try."""


@runtime_checkable
class TakesMany(Protocol):
    """A handler that takes some events together, because each alone would be a statement. crowd: their types."""

    crowd: ClassVar[frozenset[str]]

    async def __call__(self, event: Recorded, checkpoint: Checkpoint | None) -> Outcome | None:
        """As any `Handler`."""

    async def many(self, events: Sequence[Recorded]) -> Sequence[Recorded]:
        """Takes events of these types alone, and returns those that are to be handled one by one as well. A second run is harmless."""


Handling = Callable[[EventStore], Handler]
"""Makes a handler that appends to this store: the service's own, or a unit of work."""

TRIES = 5
TOGETHER = 48
"""Most events of one append, because its commit holds the store's lock for some milliseconds."""

CROWD = 500
"""Most events that a handler takes together: one statement for all of them."""

AT_ONCE = 24
"""Ordering keys decided concurrently over all partitions, because their statements share a small pool."""

CONFLICTS = 3
"""How often events are decided together before they are taken one by one, when others write to their streams."""


def longest_pause(attempt: int) -> float:
    """Most seconds before an event is tried again; attempt: how often it failed before, from 0."""
    return 0.05 * 2.0**attempt


class _Failed(Exception):
    """A handler failed on this event while it was decided together with others."""

    def __init__(self, event: Recorded) -> None:
        super().__init__(event.type)
        self.event = event


class Applying:
    """Applies events and tracks how far `consumer` has read each partition of the feed's source."""

    def __init__(self, name: str, consumer: str, store: EventStore, handling: Handling, parking: ParkingLot, feed: FeedClient, pulse: Pulse) -> None:
        self.cursors: dict[int, int] = {}
        self.epoch = FIRST
        self.kept: dict[int, int] = {}
        self.progress = 0.0
        self._name, self._consumer, self._source = name, consumer, feed.source
        self._store, self._handling, self._parking, self._feed, self._pulse = store, handling, parking, feed, pulse
        self.handler = handling(store)
        self._crowd = self.handler.crowd if isinstance(self.handler, TakesMany) else frozenset[str]()
        self._locks = {partition: asyncio.Lock() for partition in range(store.partitions)}
        self._last: dict[int, Recorded] = {}
        self._parked: set[str] = set()
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def load(self, epoch: UUID = FIRST) -> None:
        """Reads the checkpoints from the store; epoch: of the source, that they are of. Raises: Unavailable."""
        self.epoch = epoch
        for partition in self._locks:
            self.cursors[partition] = await self._store.checkpoint(self._consumer, self._source, partition)
        self.kept = dict(self.cursors)
        await self.look_for_parked()
        self.moved()

    async def look_for_parked(self) -> None:
        """Learns of parked keys. Keys parked since are kept, and a stale key does no harm."""
        self._parked |= await self._parking.keys(self._consumer, self._source)

    async def take(self, events: Sequence[Recorded]) -> None:
        """Applies events of one partition from Redis. Skips those already applied; if some are missing in between, pulls from the feed."""
        partition = events[0].partition
        async with self._locks[partition]:
            await self._apply_all(list(_following(events, self.cursors[partition])))
            if any(event.position > self.cursors[partition] for event in events):
                await self._pull(partition)

    async def pull(self, partition: int) -> None:
        """Pulls and applies all events of the owner after our checkpoint. Raises: AnotherEpoch."""
        async with self._locks[partition]:
            await self._pull(partition)

    async def keep(self) -> None:
        """Stores checkpoints that moved without an append. Raises: Unavailable."""
        for partition, lock in self._locks.items():
            if self.kept[partition] < self.cursors[partition]:
                async with lock:
                    await self._keep(partition)

    def moved(self) -> None:
        """Notes progress: an event was applied, or the feed was asked."""
        self.progress = asyncio.get_running_loop().time()

    async def _pull(self, partition: int) -> None:
        while True:
            self._pulse.working(partition)
            page = await _patiently(lambda: self._feed.pull(partition, self.cursors[partition]))
            self._pulse.idle(partition)
            if page.epoch != self.epoch:
                raise AnotherEpoch
            await self._apply_all([event for event in page.events if event.position > self.cursors[partition]])
            if self.cursors[partition] >= page.head or not page.events:
                return

    async def _keep(self, partition: int) -> None:
        if self.kept[partition] < self.cursors[partition]:
            await self._store.append(Item(checkpoint=self._checkpoint(self._last[partition])))
            self.kept[partition] = self.cursors[partition]

    def _checkpoint(self, event: Recorded) -> Checkpoint:
        before = self.kept[event.partition]
        return Checkpoint(self._consumer, self._source, event.partition, before, event.position, event.id, event.recorded_at)

    async def _apply_all(self, events: Sequence[Recorded]) -> None:
        for together in _groups(events, self._crowd):
            group = [event for event in together if event.position > self.cursors[event.partition]]
            if len(group) <= 1 or any(event.key in self._parked for event in group):
                await self._one_by_one(group)
            else:
                await self._together(group)

    # together -----------------------------------------------------------------------------------------------------

    async def _together(self, events: Sequence[Recorded]) -> None:
        last = events[-1]
        self._pulse.working(last.partition)
        try:
            outcome = await _patiently(lambda: self._as_one(events))
        except _Failed as failed:
            await self._one_by_one(events, failed=failed.event)
        except Exception:  # noqa: BLE001 - one needs its own append, or the store refuses one: taken one by one, it shows
            await self._one_by_one(events)
        else:
            if isinstance(outcome, Conflict):
                await self._one_by_one(events)
            else:
                self._settle(last, outcome)

    async def _as_one(self, events: Sequence[Recorded]) -> Outcome | None:
        """Decides all events, those of one ordering key in sequence, and appends once. Returns the last conflict if there are too many."""
        checkpoint = self._checkpoint(events[-1])
        outcome: Outcome | None = None
        for _ in range(CONFLICTS):
            unit = UnitOfWork(self._store)
            handler = self._handling(unit)
            left = await handler.many(events) if isinstance(handler, TakesMany) and events[0].type in handler.crowd else events
            ended = await asyncio.gather(*(self._in_order(handler, each, checkpoint) for each in _by_key(left)), return_exceptions=True)
            errors = [each for each in ended if isinstance(each, BaseException)]
            for error in sorted(errors, key=lambda each: not isinstance(each, Unavailable)):
                raise error
            outcome = await unit.commit(checkpoint)
            if not isinstance(outcome, Conflict):
                break
        return outcome

    async def _in_order(self, handler: Handler, events: Sequence[Recorded], checkpoint: Checkpoint) -> None:
        async with self._at_once:
            for event in events:
                with traces.hearing(self._consumer, self._source, event):
                    await _decided(handler, event, checkpoint)

    # one by one ---------------------------------------------------------------------------------------------------

    async def _one_by_one(self, events: Sequence[Recorded], *, failed: Recorded | None = None) -> None:
        """Applies events one after the other. failed: an event on which the handler has already failed once."""
        for event in events:
            self._pulse.working(event.partition)
            tries = TRIES - 1 if event is failed else TRIES
            outcome = await _patiently(lambda event=event, tries=tries: self._handled(event, tries))  # type: ignore[misc]
            self._settle(event, outcome)

    async def _handled(self, event: Recorded, tries: int) -> Outcome | None:
        checkpoint = self._checkpoint(event)
        if event.key in self._parked and await self._parking.queue_behind(self._consumer, self._source, event):
            return await self._store.append(Item(checkpoint=checkpoint))
        error: Exception | None = None
        for attempt in range(tries):
            try:
                with traces.hearing(self._consumer, self._source, event):
                    return await self.handler(event, checkpoint)
            except Unavailable:
                raise
            except Exception as failed:  # noqa: BLE001 - no error of one event may stop the others
                error = failed
                log.warning("handler-failed", part=self._name, event_id=str(event.id), type=event.type, attempt=attempt, error=type(failed).__name__)
                await asyncio.sleep(random.uniform(0, longest_pause(attempt)))  # noqa: S311 - jitter
        await self._parking.park(self._consumer, self._source, event, TRIES, type(error).__name__)
        self._parked.add(event.key)
        return await self._store.append(Item(checkpoint=checkpoint))

    def _settle(self, event: Recorded, outcome: Outcome | None) -> None:
        """Moves the partition's cursor to this event. Raises: Unavailable: the store has another checkpoint; the partition is read again."""
        partition = event.partition
        self._pulse.idle(partition)
        elsewhere = outcome.checkpoint if isinstance(outcome, Duplicate | Hole) else None
        self.cursors[partition], self._last[partition] = event.position if elsewhere is None else elsewhere, event
        if outcome is not None:
            self.kept[partition] = self.cursors[partition]
        self.moved()
        if self.cursors[partition] < event.position:
            raise Unavailable(f"{self._name}: partition {partition} stands elsewhere in the store than here; reading again")


def _following(events: Sequence[Recorded], cursor: int) -> Iterator[Recorded]:
    """The events after the cursor, each once, up to the first gap."""
    for event in events:
        if event.position <= cursor:
            continue
        if event.previous != cursor:
            return
        cursor = event.position
        yield event


def _groups(events: Sequence[Recorded], crowd: frozenset[str]) -> Iterator[Sequence[Recorded]]:
    """Events that are decided together, in order: those of a crowd stand in groups of their own."""
    for in_crowd, run in groupby(events, key=lambda event: event.type in crowd):
        told, most = list(run), CROWD if in_crowd else TOGETHER
        yield from (told[start : start + most] for start in range(0, len(told), most))


def _by_key(events: Sequence[Recorded]) -> list[list[Recorded]]:
    found: dict[str, list[Recorded]] = {}
    for event in events:
        found.setdefault(event.key, []).append(event)
    return list(found.values())


async def _decided(handler: Handler, event: Recorded, checkpoint: Checkpoint) -> None:
    try:
        await handler(event, checkpoint)
    except (Unavailable, Alone):
        raise
    except Exception as error:
        log.warning("handler-failed", event_id=str(event.id), type=event.type, attempt=0, error=type(error).__name__)
        raise _Failed(event) from error


async def _patiently(attempt: Callable[[], Awaitable[Any]]) -> Any:
    """Retries until database, keyring, feed and network answer. An outage never counts as a try.

    Raises: LaterRelease: trying again here would never do; whoever reads lets a process of that release have its place.
    """
    pause = 0.05
    while True:
        try:
            return await attempt()
        except LaterRelease:
            raise
        except Unavailable:
            await asyncio.sleep(pause)
            pause = min(pause * 2, 2.0)
