"""An event store in memory, for unit tests. The same test suite proves that it behaves like the one on PostgreSQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.clock import Clock, SystemClock
from shared.errors import Fault, Invalid
from shared.eventstore.chain import START, content, link
from shared.eventstore.doorbell import Doorbell
from shared.eventstore.partition import PARTITIONS, partition_of
from shared.eventstore.states import Loaded, States
from shared.eventstore.store import Conflict, Duplicate, Entry, Hole, Item, Outcome, Page, Repeated, Stored, Write
from shared.message import NewEvent, Recorded, recorded


@dataclass
class InMemoryEventStore:
    """`EventStore` in dictionaries. clock: by which events are recorded."""

    partitions: int = PARTITIONS
    doorbell: Doorbell = field(default_factory=Doorbell)
    clock: Clock = field(default_factory=SystemClock)
    events: list[Recorded] = field(default_factory=list)
    _by_stream: dict[str, list[Recorded]] = field(default_factory=lambda: defaultdict(list))
    _by_id: dict[UUID, Recorded] = field(default_factory=dict)
    _last_public: dict[int, int] = field(default_factory=dict)
    _states: States = field(default_factory=States)
    _checkpoints: dict[tuple[str, str, int], int] = field(default_factory=dict)
    _idempotency: dict[tuple[str, str], Repeated] = field(default_factory=dict)

    async def append(self, item: Item) -> Outcome:
        _refuse_unstorable(item)
        refused = self._repeated_key(item) or self._misplaced(item) or self._repeated_id(item) or self._conflict(item)
        if refused is not None:
            return refused
        self._refuse_known(item)
        now = max([self.clock.now(), *(event.recorded_at for event in self.events[-1:])])
        for write in item.writes:
            for event in write.events:
                self._add(write.stream, event, now)
            if write.after:
                self._states.keep(write.after)
        self._move(item)
        position = len(self.events)
        if item.idempotency:
            told = item.idempotency
            self._idempotency[told.scope, told.key] = Repeated(position, now, told.fingerprint, told.answer)
        if not item.quiet:
            self.doorbell.ring()
        return Stored(position, now)

    @property
    def outages(self) -> int:
        return 0

    def known(self, stream: str) -> Loaded[Any] | None:
        return self._states.known(stream)

    async def to_build_on(self, stream: str) -> Loaded[Any] | None:
        return self.known(stream)

    def remember(self, loaded: Loaded[Any]) -> None:
        self._states.keep(loaded)

    async def entries(self, stream: str, *, after: int = 0) -> list[Entry]:
        return [_entry(event) for event in self._of(stream)[after:]]

    async def entries_of(self, after: Mapping[str, int]) -> dict[str, list[Entry]]:
        return {stream: await self.entries(stream, after=version) for stream, version in after.items()}

    async def streams(self, prefix: str) -> list[str]:
        return sorted(stream for stream in self._by_stream if stream.startswith(prefix))

    async def replay(self, position: int, *, types: Collection[str] = (), limit: int = 5000) -> Page | None:
        found = self.events[position : position + limit]
        if not found:
            return None
        return Page(
            found[-1].position,
            [event.stream for event in found],
            [event.type if event.type in types else None for event in found],
            [event.schema_version if event.type in types else None for event in found],
            [event.body for event in found],
        )

    async def read_stream(
        self, stream: str, *, after: int = 0, until_version: int | None = None, recorded_by: datetime | None = None
    ) -> list[Recorded]:
        return [
            event
            for event in self._of(stream)[after:]
            if (until_version is None or event.version <= until_version) and (recorded_by is None or event.recorded_at <= recorded_by)
        ]

    async def read_after(self, position: int, *, limit: int = 500, partition: int | None = None, public: bool = False) -> list[Recorded]:
        return list(self._after(position, partition, public=public))[:limit]

    async def read_types(self, types: Collection[str], after: int, upto: int) -> list[Recorded]:
        return [event for event in self.events[after:upto] if event.type in types]

    async def follow(self, position: int, *, limit: int = 500, public: bool = False) -> list[Recorded]:
        return await self.read_after(position, limit=limit, public=public)

    async def head(self, *, partition: int | None = None, public: bool = False) -> int:
        return max((event.position for event in self._after(0, partition, public=public)), default=0)

    async def find(self, event_id: UUID) -> Recorded | None:
        return self._by_id.get(event_id)

    async def repeated(self, scope: str, key: str) -> Repeated | None:
        return self._idempotency.get((scope, key))

    async def checkpoint(self, consumer: str, source: str, partition: int) -> int:
        return self._checkpoints.get((consumer, source, partition), 0)

    def _of(self, stream: str) -> list[Recorded]:
        """The events of a stream; the first one has version 1."""
        return self._by_stream.get(stream, [])

    def _after(self, position: int, partition: int | None, *, public: bool) -> Iterator[Recorded]:
        for event in self.events[position:]:
            if (partition is None or event.partition == partition) and (event.public or not public):
                yield event

    def _repeated_key(self, item: Item) -> Outcome | None:
        return self._idempotency.get((item.idempotency.scope, item.idempotency.key)) if item.idempotency else None

    def _misplaced(self, item: Item) -> Outcome | None:
        if item.checkpoint is None:
            return None
        place = item.checkpoint
        current = self._checkpoints.get((place.consumer, place.source, place.partition), 0)
        if place.position <= current:
            return Duplicate(current)
        return Hole(current) if place.previous != current else None

    def _repeated_id(self, item: Item) -> Outcome | None:
        found = [self._by_id.get(write.events[0].id) if write.events else None for write in item.writes]
        if not found or found[0] is None or None in found:
            return None
        self._move(item)
        return Repeated(found[0].position, found[0].recorded_at)

    def _refuse_known(self, item: Item) -> None:
        if any(event.id in self._by_id for write in item.writes for event in write.events):
            raise Invalid(Fault("", "not-storable"), message="the store refuses this item: a part of it is there already")

    def _conflict(self, item: Item) -> Outcome | None:
        return next((found for write in item.writes if (found := self._stands_elsewhere(write))), None)

    def _stands_elsewhere(self, write: Write) -> Conflict | None:
        actual = len(self._of(write.stream))
        return Conflict(write.stream, write.expected, actual) if actual != write.expected else None

    def _move(self, item: Item) -> None:
        if item.checkpoint:
            place = item.checkpoint
            self._checkpoints[place.consumer, place.source, place.partition] = place.position

    def _add(self, stream: str, event: NewEvent, now: datetime) -> None:
        mine = self._by_stream[stream]
        partition = partition_of(event.key, self.partitions)
        before = self._last_public.get(partition, 0)
        place = (stream, len(mine) + 1, len(self.events) + 1, partition)
        bare = recorded(event, *place, before, now)._replace(
            previous_hash=mine[-1].hash if mine else START,
            previous_store_hash=self.events[-1].store_hash if self.events else START,
        )
        digest = content(bare)
        chained = bare._replace(hash=link(bare.previous_hash, digest), store_hash=link(bare.previous_store_hash, digest))
        self.events.append(chained)
        mine.append(chained)
        self._by_id[chained.id] = chained
        if chained.public:
            self._last_public[partition] = chained.position


def _entry(event: Recorded) -> Entry:
    return Entry(event.stream, event.version, event.position, event.type, event.schema_version, event.body)


def _refuse_unstorable(item: Item) -> None:
    for write in item.writes:
        for event in write.events:
            text = f"{write.stream}{event.body}{event.key}{event.actor}{event.school}"
            try:
                text.encode()
            except UnicodeEncodeError as error:
                raise Invalid(Fault("", "unstorable-character")) from error
            if "\x00" in text:
                raise Invalid(Fault("", "unstorable-character"))
