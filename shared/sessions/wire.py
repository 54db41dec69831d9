"""What intake and its siblings say to each other of sessions, as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.events import Level, SessionHolder
from shared.sessions.session import Session, Told

SessionId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LookBody(_Body):
    """after: position of intake's last word; null for the first. sessions: ids to say whose they are."""

    after: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    sessions: Annotated[tuple[SessionId, ...], Field(max_length=1000)] = ()


class SessionBody(_Body):
    id: SessionId
    person: str
    kind: SessionHolder
    level: Level
    begun_at: datetime
    proved_at: datetime
    ends_at: datetime


class TheWord(_Body):
    """position: up to where this says everything. ended: since `after`; null where that is too long ago to say."""

    position: int
    ended: tuple[str, ...] | None
    sessions: tuple[SessionBody, ...]

    @classmethod
    def saying(cls, told: Told) -> TheWord:
        """The same as JSON."""
        found = tuple(SessionBody.model_validate(each, from_attributes=True) for each in told.sessions.values())
        return cls(position=told.position, ended=None if told.ended is None else tuple(sorted(told.ended)), sessions=found)

    def told(self) -> Told:
        """The same as the look-up takes it."""
        found = {each.id: Session(**each.model_dump()) for each in self.sessions}
        return Told(self.position, None if self.ended is None else frozenset(self.ended), found)


class EndedSession(_Body):
    session: SessionId
    person: str


class EndedBody(_Body):
    """Sessions that have ended."""

    sessions: Annotated[tuple[EndedSession, ...], Field(min_length=1, max_length=1000)]
