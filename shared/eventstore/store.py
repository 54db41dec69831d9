"""The event store's protocol: what `postgres.py` and `memory.py` both keep, and one behaviour suite proves.

An append is one item, all or nothing (architecture, decision 2).
"""

from __future__ import annotations

from collections.abc import Collection
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
    """Events for one stream that must be at version `expected` now. after: the state that they lead to, for whoever loads the stream next."""

    stream: str
    expected: int
    events: tuple[NewEvent, ...]
    after: Loaded[Any] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A client's key, scoped to principal and route; `fingerprint` tells another body; `answer` is what a repeat gets."""

    scope: str
    key: str
    fingerprint: str
    answer: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far `consumer` has read partition `partition` of `source`: moves from `previous` to `position`."""

    consumer: str
    source: str
    partition: int
    previous: int
    position: int


@dataclass(frozen=True, slots=True)
class Item:
    """One append: all of it is stored, or nothing. quiet: nobody waits for it, so no reader is woken: they find it when they look next."""

    writes: tuple[Write, ...] = ()
    idempotency: Idempotency | None = None
    checkpoint: Checkpoint | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """Durable. `position` is the store's head after the item; `recorded_at` the time under the lock."""

    position: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Conflict:
    """`stream` is at `actual`, not at the expected version; nothing was stored."""

    stream: str
    expected: int
    actual: int


@dataclass(frozen=True, slots=True)
class Repeated:
    """Stored before: by idempotency key (then with the first answer and its fingerprint) or because the first event's id is there."""

    position: int
    recorded_at: datetime
    fingerprint: str | None = None
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The consumer's checkpoint is already at or after this message; nothing was stored."""

    checkpoint: int


@dataclass(frozen=True, slots=True)
class Hole:
    """The message does not follow the consumer's checkpoint: something between is missing; nothing was stored."""

    checkpoint: int


Outcome = Stored | Conflict | Repeated | Duplicate | Hole


class Entry(NamedTuple):
    """An event without its envelope: what folding needs, and nothing that costs time."""

    stream: str
    version: int
    position: int
    type: str
    schema_version: int
    body: str


class Page(NamedTuple):
    """Many events for replaying, column by column: making something of each event would cost more than folding it.

    position: of the last event. The columns are equally long and in the order of position. types, schema_versions: None where the type is not one
    that was asked for, because telling them of every event costs a sixth of the whole replay.
    """

    position: int
    streams: list[str]
    types: list[str | None]
    schema_versions: list[int | None]
    bodies: list[str]


class EventStore(Protocol):
    """Append and read. Every method raises `Unavailable` while the database does not answer.

    outages: how often it did not. What was known before may be of another history: the database may have been restored.
    """

    doorbell: Doorbell
    partitions: int

    @property
    def outages(self) -> int: ...

    async def append(self, item: Item) -> Outcome:
        """Stores the item or says why not. An unknown outcome (lost connection) is looked up before it answers."""

    def known(self, stream: str) -> Loaded[Any] | None:
        """A state that the stream has had, to fold on from: what came after it is in `entries`."""

    def remember(self, loaded: Loaded[Any]) -> None:
        """Keeps a state for whoever loads the stream next. Only of what is stored."""

    async def entries(self, stream: str, *, after: int = 0) -> list[Entry]:
        """The stream after a version, for folding; concurrent calls share one query.

        Raises: Unavailable: also where an outage came between, because then nobody knows any more what stands before that version.
        """

    async def streams(self, prefix: str) -> list[str]:
        """Names of the streams that begin with `prefix`, in order."""

    async def replay(self, position: int, *, types: Collection[str] = (), limit: int = 5000) -> Page | None:
        """Events with a larger position in order, for folding everything; None where there are none. types: see `Page`; all events are in it."""

    async def read_stream(
        self, stream: str, *, after: int = 0, until_version: int | None = None, recorded_by: datetime | None = None
    ) -> list[Recorded]:
        """The stream's events in order, versions `after` < v <= `until_version`, the longest prefix recorded by `recorded_by`."""

    async def read_after(self, position: int, *, limit: int = 500, partition: int | None = None, public: bool = False) -> list[Recorded]:
        """Events with a larger position, in order; only one partition and only public ones where asked."""

    async def follow(self, position: int, *, limit: int = 500, public: bool = False) -> list[Recorded]:
        """The same over all partitions, for who was woken by the doorbell: what was appended right here may come from memory, `UNHASHED`.

        Whoever asks for public events only, and was not woken, reads after the position instead: another process may have appended.
        """

    async def head(self, *, partition: int | None = None, public: bool = False) -> int:
        """Position of the last event (0 if none), of one partition and of public events where asked."""

    async def find(self, event_id: UUID) -> Recorded | None:
        """The event with this id."""

    async def repeated(self, scope: str, key: str) -> Repeated | None:
        """What an idempotency key was answered with, so that a repeat costs no decision."""

    async def checkpoint(self, consumer: str, source: str, partition: int) -> int:
        """How far this consumer has read (0 if never)."""
