"""Facts, events, and the envelope of a recorded event.

Every event carries two times (when it happened and when it was recorded), the actor, the school, correlation and causation. `Occasion.follow`
copies them from event to event, so that nobody copies them by hand (architecture, decision 7).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha1
from typing import ClassVar, Literal, NamedTuple
from uuid import NAMESPACE_URL, UUID, SafeUUID, uuid5

from pydantic import BaseModel, ConfigDict

TANGGAP = uuid5(NAMESPACE_URL, "urn:tanggap")

_VERSION_5 = 5 << 76 | 0b10 << 62
"""The bits that say so (RFC 9562)."""

_UNVERSIONED = ~(0b1111 << 76 | 0b11 << 62)
_set = object.__setattr__


def derived_id(cause: UUID, *names: object) -> UUID:
    """An id derived from its cause and names. A retry derives the same id, so nothing is stored twice (decision 4)."""
    digest = sha1(cause.bytes + "/".join(map(str, names)).encode(), usedforsecurity=False).digest()
    derived = object.__new__(UUID)  # as `uuid.uuid5` makes it, in a quarter of the time: every event has one
    _set(derived, "int", int.from_bytes(digest[:16], "big") & _UNVERSIONED | _VERSION_5)
    _set(derived, "is_safe", SafeUUID.unknown)
    return derived


class Fact(BaseModel):
    """Base class of commands and private events. Immutable; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Outlives = Literal["always", "with-its-stream"]
"""Whether an event is told again after a restore that did not have it: always, or only where the restored store has the stream it belongs to."""


class Event(Fact):
    """Something that happened, private to its service. Subclasses set `type` (a literal, never a path) and `version`.

    outlives: a restore must never take this back, so it also goes to the journal (`shared/journal`). Such an event holds ids, codes and times only.
    """

    public: ClassVar[bool] = False
    outlives: ClassVar[Outlives | None] = None
    type: str
    version: int

    @property
    def ordering_key(self) -> str | None:
        """Events with the same key are delivered in order. None: the stream is the key."""
        return None


class PublicEvent(Event):
    """An event that one service publishes to the others. Readers ignore fields that they do not know (decision 7)."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    public: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who did it, for which school, when it happened, and what it follows from.

    actor: id of the acting person or `service:<name>`. cause: id of the command, request or event that this follows.
    """

    actor: str
    school: str | None
    happened_at: datetime
    correlation: UUID
    cause: UUID

    @classmethod
    def follow(cls, recorded: Recorded, service: str) -> Occasion:
        """The occasion of what a service does about an event: the same correlation, with the event as its cause."""
        return cls(f"service:{service}", recorded.school, recorded.happened_at, recorded.correlation, recorded.id)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event ready to be appended. body: the exact JSON text that is stored and hashed."""

    id: UUID
    type: str
    schema_version: int
    body: str
    key: str
    public: bool
    actor: str
    school: str | None
    happened_at: datetime
    correlation: UUID
    causation: UUID


UNHASHED = bytes(32)
"""Stands for the hashes of an event that was not read from its owner's database. Hashes prove only what is stored there."""


class Recorded(NamedTuple):
    """An event as stored, with its whole envelope. A tuple, because every event that is appended or read makes one.

    version: 1, 2, 3 … within the stream. position: increases over the whole store and may have gaps. partition: of the ordering key.
    previous: position of the previous public event of the partition (0 if none); None for private events. hash: over the envelope, the body and
    `previous_hash`, the hash of the stream's previous event. store_hash: over the same content and `previous_store_hash`, that of the store's
    previous event.
    """

    id: UUID
    stream: str
    version: int
    position: int
    partition: int
    previous: int | None
    key: str
    type: str
    schema_version: int
    body: str
    public: bool
    school: str | None
    actor: str
    happened_at: datetime
    recorded_at: datetime
    correlation: UUID
    causation: UUID
    previous_hash: bytes
    hash: bytes
    previous_store_hash: bytes
    store_hash: bytes


def recorded(event: NewEvent, stream: str, version: int, position: int, partition: int, previous: int | None, at: datetime) -> Recorded:
    """The event as stored at this place, `UNHASHED`. previous: see `Recorded`; ignored for private events. at: when it was recorded."""
    return Recorded(
        id=event.id,
        stream=stream,
        version=version,
        position=position,
        partition=partition,
        previous=previous if event.public else None,
        key=event.key,
        type=event.type,
        schema_version=event.schema_version,
        body=event.body,
        public=event.public,
        school=event.school,
        actor=event.actor,
        happened_at=event.happened_at.astimezone(UTC),
        recorded_at=at,
        correlation=event.correlation,
        causation=event.causation,
        previous_hash=UNHASHED,
        hash=UNHASHED,
        previous_store_hash=UNHASHED,
        store_hash=UNHASHED,
    )
