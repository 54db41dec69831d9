"""What is said and what is kept: facts, events, and the envelope around a recorded event.

Two times on every event (when it happened, when it was recorded), the actor, the school, correlation and causation:
copied by construction (`Occasion.follow`), never by hand (architecture, decision 7).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BaseModel, ConfigDict

TANGGAP = uuid5(NAMESPACE_URL, "urn:tanggap")


def derived_id(cause: UUID, *names: object) -> UUID:
    """The id that `cause` gives to the thing called `names`: a retry repeats it, so nothing is ever doubled (decision 4)."""
    return uuid5(cause, "/".join(str(name) for name in names))


class Fact(BaseModel):
    """Base of every command and private event: immutable, and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Event(Fact):
    """Something that happened, private to its service. Subclasses set `type` (a literal, never a path) and `version`."""

    public: ClassVar[bool] = False
    type: str
    version: int

    @property
    def ordering_key(self) -> str | None:
        """What later events must stay in order with; None means: the stream itself."""
        return None


class PublicEvent(Event):
    """Something one service tells the others. Readers tolerate added fields (decision 7)."""

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

    def follow(self, recorded: Recorded) -> Occasion:
        """The occasion of something done because of `recorded`: same correlation, caused by it."""
        return replace(self, school=recorded.school, correlation=recorded.correlation, cause=recorded.id)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event ready to be appended. `body` is the exact JSON text that will be kept and hashed."""

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
"""In place of an event's hashes where it does not come from its owner's database: they are the proof of what lies there."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as kept, with its whole envelope.

    version: 1, 2, 3 … within the stream. position: increasing over the store, may have gaps. partition: of the ordering
    key. previous: position of the public event before this one in its partition (0 if none), None for private events.
    hash: over the envelope, the body and `previous_hash` (the stream's event before). store_hash: the same content chained to
    `previous_store_hash` (the store's event before).
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
    """The event as it is kept at this place, `UNHASHED`. previous: see `Recorded`, where the event is public. at: when it was recorded."""
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
