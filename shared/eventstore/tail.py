"""The newest events of the store, as far as this process appended them. A reader that keeps up gets them without a query.

Only consecutive positions are kept. If another process appended in between, the tail starts again after the gap, and readers that are further
behind query the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shared.eventstore.partition import partition_of
from shared.eventstore.store import Item, Stored
from shared.message import Recorded, recorded

KEPT = 2000
"""Fewest events that are kept, unless their bodies are too large."""

LARGEST = 8_000_000
"""Characters of bodies at which older events may go. At most twice as many characters, and twice as many events, are kept."""


class Tail:
    """Durable events with consecutive positions, without hashes."""

    def __init__(self, partitions: int, *, kept: int = KEPT, largest: int = LARGEST) -> None:
        self._partitions, self._kept, self._largest = partitions, kept, largest
        self._events: list[Recorded] = []
        self._size = 0

    def add(self, item: Item, stored: Stored, previous: Sequence[int | None]) -> None:
        """Adds an item that was just stored. previous: see `Recorded`, for each of its events in order."""
        fresh = list(self._recorded(item, stored, previous))
        if not fresh:
            return
        if self._events and self._events[-1].position + 1 != fresh[0].position:
            self.forget()
        self._events += fresh
        self._size += sum(len(event.body) for event in fresh)
        if len(self._events) > 2 * self._kept or self._size > 2 * self._largest:
            self._shorten()

    def forget(self) -> None:
        """Forgets all events, because the database may hold others now."""
        self._events, self._size = [], 0

    def after(self, position: int, *, limit: int, public: bool) -> list[Recorded] | None:
        """Events after `position`; empty if none of them is public. None: the tail does not reach back that far."""
        place = position + 1 - self._events[0].position if self._events else -1
        if not 0 <= place < len(self._events):
            return None
        if not public:
            return self._events[place : place + limit]
        return [event for event in self._events[place:] if event.public][:limit]

    def _shorten(self) -> None:
        size, place = 0, len(self._events)
        while place > 0 and len(self._events) - place < self._kept and size < self._largest:
            place -= 1
            size += len(self._events[place].body)
        del self._events[:place]
        self._size = size

    def _recorded(self, item: Item, stored: Stored, previous: Sequence[int | None]) -> Iterator[Recorded]:
        """The events of an item, whose positions end with the stored one."""
        events = [(write.stream, version, event) for write in item.writes for version, event in enumerate(write.events, start=write.expected + 1)]
        first = stored.position - len(events) + 1
        for place, (stream, version, event) in enumerate(events):
            partition = partition_of(event.key, self._partitions)
            yield recorded(event, stream, version, first + place, partition, previous[place], stored.recorded_at)
