"""The end of the store as this process wrote it: whoever keeps up with the store need not ask the database for what was appended right here.

Only an unbroken run of positions is kept. Where another process appended between, the run begins anew behind it, and readers who stand before it
ask the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shared.eventstore.partition import partition_of
from shared.eventstore.store import Item, Stored
from shared.message import Recorded, recorded

KEPT = 2000
"""Events that are kept at least, unless their bodies are too large together."""

LARGEST = 8_000_000
"""Characters of all bodies that are kept at least; twice as many at most, and twice as many events."""


class Tail:
    """Events with consecutive positions, without hashes. Everything in it is durable."""

    def __init__(self, partitions: int, *, kept: int = KEPT, largest: int = LARGEST) -> None:
        self._partitions, self._kept, self._largest = partitions, kept, largest
        self._events: list[Recorded] = []
        self._size = 0

    def add(self, item: Item, stored: Stored, previous: Sequence[int | None]) -> None:
        """What was just stored. previous: of each of the item's events, in order."""
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
        """Nothing is known any more: what is in the database may be something else now."""
        self._events, self._size = [], 0

    def after(self, position: int, *, limit: int, public: bool) -> list[Recorded] | None:
        """Events that follow `position` without a gap; empty where none of them is public. None: what follows is not known here."""
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
        """The positions of an item's events end with the one that it was stored with."""
        events = [(write.stream, version, event) for write in item.writes for version, event in enumerate(write.events, start=write.expected + 1)]
        first = stored.position - len(events) + 1
        for place, (stream, version, event) in enumerate(events):
            partition = partition_of(event.key, self._partitions)
            yield recorded(event, stream, version, first + place, partition, previous[place], stored.recorded_at)
