"""Several decisions as one append. Their writes are held, later decisions see them, and all are committed as one item or not at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from shared.errors import Unavailable
from shared.eventstore.states import Loaded, States
from shared.eventstore.store import NEW, Checkpoint, Conflict, Entry, EventStore, Item, Outcome, Page, Repeated, Stored, Write
from shared.message import NewEvent, Recorded

HELD = Stored(0, datetime.min.replace(tzinfo=UTC))
"""The outcome of an append to a unit. Nothing is durable before the unit is committed."""


class Alone(Exception):
    """This decision must be durable when it returns, so it cannot be part of a unit."""


def require_alone(store: EventStore) -> None:
    """Raises: Alone: the store is a unit, whose appends become durable only later."""
    if isinstance(store, UnitOfWork):
        raise Alone


class UnitOfWork:
    """An `EventStore` over another. `known`, `entries` and `streams` include held writes; all other methods show stored events only.

    If another decision of the unit wrote to the same stream meanwhile, a decision conflicts as it would in the store, and is repeated.
    """

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self.doorbell, self.partitions, self.outages = store.doorbell, store.partitions, store.outages
        self._loaded: dict[str, _Stored] = {}
        self._held: dict[str, list[NewEvent]] = {}
        self._states = States()

    async def append(self, item: Item) -> Outcome:
        """Holds the item's writes. Its checkpoint and `quiet` are ignored: `commit` takes those of the unit.

        Raises: Alone: the item has an idempotency key, whose answer must become durable with it.
        """
        if item.idempotency:
            raise Alone
        for write in item.writes:
            if write.expected == NEW:
                self._loaded.setdefault(write.stream, _Stored(0, []))  # the commit will find out
            actual = await self._version(write.stream)
            if actual != write.expected:
                return Conflict(write.stream, write.expected, actual)
        for write in item.writes:
            self._held.setdefault(write.stream, []).extend(write.events)
            if write.after:
                self._states.keep(write.after)
        return HELD

    async def commit(self, checkpoint: Checkpoint | None = None, *, quiet: bool = False) -> Outcome | None:
        """Appends all held writes as one item, with the checkpoint. Returns None if nothing is held. quiet: see `Item`.

        Raises: Unavailable: there was an outage since the unit began, so the decisions may rest on another history.
        """
        if not self._held:
            return None
        self._require_no_outage()
        writes = tuple(self._write(stream, events) for stream, events in self._held.items())
        return await self._store.append(Item(writes, checkpoint=checkpoint, quiet=quiet))

    def known(self, stream: str) -> Loaded[Any] | None:
        """Once the unit has read a stream, only the unit's own state counts: newer events in the store show as a conflict at commit."""
        mine = self._states.known(stream)
        return mine if mine or stream in self._loaded else self._store.known(stream)

    async def to_build_on(self, _: str) -> Loaded[Any] | None:
        """A unit reads what it decides on: a conflict at commit would repeat all of its decisions."""
        return None

    def remember(self, loaded: Loaded[Any]) -> None:
        self._states.keep(loaded)

    async def entries(self, stream: str, *, after: int = 0) -> list[Entry]:
        stored = await self._load(stream, after)
        first = max(after, stored.version)
        held = self._held.get(stream, [])[first - stored.version :]
        return [*stored.entries[after - stored.after :], *(_entry(event, stream, version) for version, event in enumerate(held, start=first + 1))]

    async def entries_of(self, after: Mapping[str, int]) -> dict[str, list[Entry]]:
        missing = {stream: version for stream, version in after.items() if stream not in self._loaded}
        for stream, entries in (await self._store.entries_of(missing)).items():
            self._loaded.setdefault(stream, _Stored(missing[stream], entries))
        return {stream: await self.entries(stream, after=version) for stream, version in after.items()}

    async def streams(self, prefix: str) -> list[str]:
        stored = await self._store.streams(prefix)
        return list(dict.fromkeys([*stored, *(stream for stream in self._held if stream.startswith(prefix))]))

    async def replay(self, position: int, *, types: Collection[str] = (), limit: int = 5000) -> Page | None:
        return await self._store.replay(position, types=types, limit=limit)

    async def read_stream(
        self, stream: str, *, after: int = 0, until_version: int | None = None, recorded_by: datetime | None = None
    ) -> list[Recorded]:
        return await self._store.read_stream(stream, after=after, until_version=until_version, recorded_by=recorded_by)

    async def read_after(self, position: int, *, limit: int = 500, partition: int | None = None, public: bool = False) -> list[Recorded]:
        return await self._store.read_after(position, limit=limit, partition=partition, public=public)

    async def read_types(self, types: Collection[str], after: int, upto: int) -> list[Recorded]:
        return await self._store.read_types(types, after, upto)

    async def follow(self, position: int, *, limit: int = 500, public: bool = False) -> list[Recorded]:
        return await self._store.follow(position, limit=limit, public=public)

    async def head(self, *, partition: int | None = None, public: bool = False) -> int:
        return await self._store.head(partition=partition, public=public)

    async def find(self, event_id: UUID) -> Recorded | None:
        return await self._store.find(event_id)

    async def repeated(self, scope: str, key: str) -> Repeated | None:
        return await self._store.repeated(scope, key)

    async def checkpoint(self, consumer: str, source: str, partition: int) -> int:
        return await self._store.checkpoint(consumer, source, partition)

    async def _load(self, stream: str, after: int = 0) -> _Stored:
        if stream not in self._loaded:
            self._loaded.setdefault(stream, _Stored(after, await self._store.entries(stream, after=after)))
        stored = self._loaded[stream]
        if after < stored.after:
            whole = await self._store.entries(stream)
            self._require_no_outage()
            stored = self._loaded[stream] = _Stored(0, whole[: stored.version])
        return stored

    def _require_no_outage(self) -> None:
        if self._store.outages != self.outages:
            raise Unavailable("the database went away while several decisions were made; try again")

    async def _version(self, stream: str) -> int:
        known = self._loaded.get(stream) or await self._load(stream)
        return known.version + len(self._held.get(stream, ()))

    def _write(self, stream: str, events: Sequence[NewEvent]) -> Write:
        expected, after = self._loaded[stream].version, self._states.known(stream)
        return Write(stream, expected, tuple(events), after if after and after.version == expected + len(events) else None)


class _Stored(NamedTuple):
    """The stored events of a stream after a version, as the unit first read them."""

    after: int
    entries: list[Entry]

    @property
    def version(self) -> int:
        return self.after + len(self.entries)


def _entry(event: NewEvent, stream: str, version: int) -> Entry:
    return Entry(stream, version, 0, event.type, event.schema_version, event.body)
