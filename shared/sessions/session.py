"""What a service knows of a session, and where it asks (architecture, decision 20; ADR 30)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple, Protocol

from shared.events import Level, SessionHolder

IDLE = timedelta(minutes=30)
"""Not used for so long, a session holds no more."""

LONGEST = timedelta(hours=12)
"""A session holds no longer, however much it is used."""

WARNING = timedelta(minutes=2)
"""So long before its end a page may say that it is near."""

FRESH = timedelta(minutes=10)
"""How old a proof may be for what asks for a fresh one (people.md, Signing in)."""


@dataclass(frozen=True, slots=True)
class Session:
    """id: SHA-256 of the cookie's value, in hexadecimal. person: id of a person or agency. level: of the strongest proof. proved_at: the last."""

    id: str
    person: str
    kind: SessionHolder
    level: Level
    begun_at: datetime
    proved_at: datetime
    ends_at: datetime


class Told(NamedTuple):
    """The owner's word. position: up to where it says everything. ended: sessions that ended since the position that was asked after; None where that
    is too long ago to say, and all must be asked for again. sessions: of those that were asked for, the ones that have not ended.
    """

    position: int
    ended: frozenset[str] | None
    sessions: Mapping[str, Session]


class Word(Protocol):
    """Intake's word, or the way to it."""

    async def look(self, after: int | None, sessions: Sequence[str]) -> Told:
        """after: the position of the last word; None for the first. sessions: ids. Raises: Unavailable: intake does not answer."""


class Kept(NamedTuple):
    """session: None where it has ended. heard_at: when this service heard of it last."""

    session: Session | None
    heard_at: datetime


class LastResort(Protocol):
    """What this service kept itself, for while intake does not answer."""

    async def of(self, session: str) -> Kept | None:
        """What was kept of a session; None where this service never heard of it. Raises: Unavailable."""

    async def ended(self, sessions: Sequence[tuple[str, str]]) -> None:
        """Keeps that these have ended. sessions: ids, each with its person. Raises: Unavailable."""


def new_value() -> str:
    """What a cookie holds: 256 random bits."""
    return secrets.token_urlsafe(32)


def session_id(value: str) -> str:
    """The id of the session whose cookie holds this value."""
    return sha256(value.encode()).hexdigest()
