"""The protocol of an event store. `postgres.py` and `memory.py` implement it, and one test suite checks both.

An append is one item, all or nothing (architecture, decision 2).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from shared.eventstore.doorbell import Doorbell
from shared.eventstore.states import Loaded
from shared.message import NewEvent, Recorded

NEW = 0
"""Expected version of a stream that must not exist yet. There is no 'any version'."""


@dataclass(frozen=True, slots=True)
class Write:
    """Events for a stream that must be at version `expected`. after: the state after them, remembered for the next load."""

    stream: str
    expected: int
    events: tuple[NewEvent, ...]
    after: Loaded[Any] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A client's key, scoped to principal and route. fingerprint: detects another body. answer: is given to a repeat."""

    scope: str
    key: str
    fingerprint: str
    answer: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far `consumer` has read a partition of `source`. It moves from `previous` to `position`.

    event, event_recorded_at: what it read there and when its owner stored that, so that a history that was cut and written anew shows.
    """

    consumer: str
    source: str
    partition: int
    previous: int
    position: int
    event: UUID | None = None
    event_recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One append, stored whole or not at all. quiet: nobody waits for it, so readers are not woken and find it at their next poll."""

    writes: tuple[Write, ...] = ()
    idempotency: Idempotency | None = None
    checkpoint: Checkpoint | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """The item is durable. position: the store's head after the item. recorded_at: the time, taken under the lock."""

    position: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Conflict:
    """The stream is at version `actual`, not at `expected`. Nothing was stored."""

    stream: str
    expected: int
    actual: int


@dataclass(frozen=True, slots=True)
class Repeated:
    """The item was stored before. fingerprint, answer: of the first time, if the idempotency key was found; None if the first event's id was."""

    position: int
    recorded_at: datetime
    fingerprint: str | None = None
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The consumer's checkpoint is already at or after this message. Nothing was stored."""

    checkpoint: int


@dataclass(frozen=True, slots=True)
class Hole:
    """The message does not follow the consumer's checkpoint, because some in between are missing. Nothing was stored."""

    checkpoint: int


Outcome = Stored | Conflict | Repeated | Duplicate | Hole


class Entry(NamedTuple):
    """An event without its envelope: only what folding needs, because the rest costs time."""

    stream: str
    version: int
    position: int
    type: str
    schema_version: int
    body: str


class Page(NamedTuple):
    """Many events for a replay, as columns, because an object for each event would cost more than folding it.

    position: of the last event. The columns have the same length and are in order of position. types, schema_versions: None for types that were
    not requested, because giving them for every event would take a sixth of the replay.
    """

    position: int
    streams: list[str]
    types: list[str | None]
    schema_versions: list[int | None]
    bodies: list[str]


class EventStore(Protocol):
    """Appends and reads. Every method raises `Unavailable` while the database does not answer.

    outages: how often it did not answer. State from before an outage may belong to another history, because the database may have been restored.
    """

    doorbell: Doorbell
    partitions: int

    @property
    def outages(self) -> int: ...

    async def append(self, item: Item) -> Outcome:
        """Stores the item, or returns why not. If the connection is lost, the outcome is looked up first."""

    def known(self, stream: str) -> Loaded[Any] | None:
        """A remembered state of the stream. `entries` gives the events after it."""

    async def to_build_on(self, stream: str) -> Loaded[Any] | None:
        """A remembered state on which events may be appended right away: the append conflicts where it is not the newest. None: load the stream."""

    def remember(self, loaded: Loaded[Any]) -> None:
        """Remembers a state for the next load. It must rest on stored events only."""

    async def entries(self, stream: str, *, after: int = 0) -> list[Entry]:
        """The stream's events after a version, for folding. Concurrent calls share one query.

        Raises: Unavailable: also after an outage during the call, because the events before that version may have changed.
        """

    async def entries_of(self, after: Mapping[str, int]) -> dict[str, list[Entry]]:
        """`entries` of many streams in one query; of each after this version.

        Raises: Unavailable: as `entries`.
        """

    async def streams(self, prefix: str) -> list[str]:
        """Names of streams that begin with `prefix`, sorted."""

    async def replay(self, position: int, *, types: Collection[str] = (), limit: int = 5000) -> Page | None:
        """Events after a position, in order, for a replay; None if there are none. types: the types to give (see `Page`); all events are included."""

    async def read_stream(
        self, stream: str, *, after: int = 0, until_version: int | None = None, recorded_by: datetime | None = None
    ) -> list[Recorded]:
        """The stream's events in order, with `after` < version <= `until_version`, that were recorded by `recorded_by`."""

    async def read_after(self, position: int, *, limit: int = 500, partition: int | None = None, public: bool = False) -> list[Recorded]:
        """Events after a position, in order; of one partition and only public ones if requested."""

    async def read_types(self, types: Collection[str], after: int, upto: int) -> list[Recorded]:
        """Events of these types with `after` < position <= `upto`, in order."""

    async def follow(self, position: int, *, limit: int = 500, public: bool = False) -> list[Recorded]:
        """`read_after` over all partitions, for a reader that the doorbell woke. Events appended by this process may come from memory, `UNHASHED`.

        A reader of public events that was not woken must use `read_after`, because another process may have appended.
        """

    async def head(self, *, partition: int | None = None, public: bool = False) -> int:
        """Position of the last event, 0 if there is none; of one partition and of public events if requested."""

    async def find(self, event_id: UUID) -> Recorded | None:
        """The event with this id; None if there is none."""

    async def repeated(self, scope: str, key: str) -> Repeated | None:
        """The first answer to an idempotency key, so that a repeat needs no decision; None if the key is new."""

    async def checkpoint(self, consumer: str, source: str, partition: int) -> int:
        """Position up to which this consumer has read; 0 if it never has."""


class Journaling(Protocol):
    """What a store waits for before it acknowledges what must outlive a restore (`shared/journal`). Both raise `Unavailable`."""

    async def acknowledge(self, store: EventStore, item: Item, outcome: Outcome) -> None:
        """Returns once everything of this item that must outlive a restore is in the journal."""

    async def require(self, store: EventStore, stream: str) -> None:
        """Returns once everything of the stream that an append could not write down is in the journal."""
