"""A line of the journal: one event that must outlive a restore, as ids. Each names the line before it and is signed."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Literal, Self, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict

from shared.eventstore.epochs import FIRST
from shared.keys import Key
from shared.message import NewEvent, Outlives, Recorded

BEGINNING = "-"
"""What the first line names as the line before it."""

Line = TypeVar("Line", bound="Signed")


class Signed(BaseModel):
    """Something signed. service: whose journal it is of. key: the public half of the key that signed; signature: over everything else; both in
    hexadecimal. A key is named by itself: after a restore another secret may have the id of one that was lost.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str
    key: str
    signature: str = ""

    def signed(self, key: Key) -> Self:
        """With the signature of this key."""
        named = self.model_copy(update={"key": public_half(key), "signature": ""})
        return named.model_copy(update={"signature": private(key).sign(named.line()).hex()})

    def fits(self) -> bool:
        """Whether the key that it names signed it as it stands."""
        try:
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.key))
            public.verify(bytes.fromhex(self.signature), self.model_copy(update={"signature": ""}).line())
        except (InvalidSignature, ValueError):
            return False
        return True

    def line(self) -> bytes:
        """As it is written."""
        return self.model_dump_json(exclude_defaults=True).encode() + b"\n"


class Told(BaseModel):
    """An event as it is told again. where: whether its stream must be there already."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    where: Outlives
    stream: str
    id: UUID
    type: str
    schema_version: int
    body: str
    ordering_key: str
    public: bool
    actor: str
    school: str | None
    happened_at: datetime
    recorded_at: datetime
    correlation: UUID
    causation: UUID

    def event(self) -> NewEvent:
        """Ready to be appended again, under its own id."""
        return NewEvent(
            self.id, self.type, self.schema_version, self.body, self.ordering_key, self.public, self.actor, self.school, self.happened_at,
            self.correlation, self.causation,
        )  # fmt: skip


class Entry(Signed):
    """One line: an event, or a key that the key which signed it vouches for. previous: SHA-256 of the line before, in hexadecimal.

    epoch, position: of the event in its store (`shared/eventstore/epochs.py`). vouched: the public half of another key, in hexadecimal.
    """

    kind: Literal["event", "key"]
    previous: str = BEGINNING
    epoch: UUID = FIRST
    position: int = 0
    told: Told | None = None
    vouched: str = ""


class Head(Signed):
    """Stands beside the lines, so that a cut end is found. lines: how many there are; last: hash of the last, `BEGINNING` before the first.

    Everything up to `position` of `epoch` of the store that must outlive a restore is in the lines; that was so at `at`.
    """

    lines: int
    last: str
    epoch: UUID
    position: int
    at: datetime


def entry_of(service: str, epoch: UUID, event: Recorded, where: Outlives) -> Entry:
    """The event as a line, to be chained and signed."""
    told = Told(
        where=where, stream=event.stream, id=event.id, type=event.type, schema_version=event.schema_version, body=event.body, ordering_key=event.key,
        public=event.public, actor=event.actor, school=event.school, happened_at=event.happened_at, recorded_at=event.recorded_at,
        correlation=event.correlation, causation=event.causation,
    )  # fmt: skip
    return Entry(service=service, kind="event", key="", epoch=epoch, position=event.position, told=told)


def private(key: Key) -> Ed25519PrivateKey:
    """The half that signs."""
    return Ed25519PrivateKey.from_private_bytes(key.value)


def public_half(key: Key) -> str:
    """The half that verifies, in hexadecimal."""
    return private(key).public_key().public_bytes_raw().hex()


def hash_of(line: bytes) -> str:
    """How the next line names this one."""
    return sha256(line).hexdigest() if line else BEGINNING
