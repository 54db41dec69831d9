"""A session: somebody signed in, proves again who they are, and it ends. One stream for each session, named after the hash of its secret value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never, get_args

from shared.decider import Decider
from shared.errors import NotSignedIn
from shared.events import Level, SessionBegun, SessionEnded, SessionFact, SessionProved, Way, WhyEnded
from shared.eventstore.codec import EventCodec
from shared.message import Fact

# commands ----------------------------------------------------------------------------------------------------------


class Begin(Fact):
    """Somebody has just proved who they are."""

    told: SessionBegun


class Prove(Fact):
    """Who holds the session proves it again. level: of this proof. at: now."""

    level: Level
    way: Way
    at: datetime


class End(Fact):
    why: WhyEnded


Command = Begin | Prove | End


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Session:
    """begun: how it began, None before. level, proved_at: of the strongest and of the last proof."""

    begun: SessionBegun | None = None
    level: Level = "single"
    proved_at: datetime | None = None
    ended: bool = False


initial = Session()


# evolve ------------------------------------------------------------------------------------------------------------


def evolve(session: Session, event: SessionFact) -> Session:
    match event:
        case SessionBegun():
            return Session(event, event.level, event.proved_at)
        case SessionProved():
            return replace(session, level=event.level, proved_at=event.proved_at)
        case SessionEnded():
            return replace(session, ended=True)
        case _:
            assert_never(event)


# decide ------------------------------------------------------------------------------------------------------------

_OVER = "this session has ended: sign in again"
_STRENGTH: tuple[Level, ...] = get_args(Level)


def decide(command: Command, session: Session) -> Sequence[SessionFact]:
    match command:
        case Begin(told=told):
            return [] if session.begun else [told]
        case Prove():
            return [_proved(command, session)]
        case End(why=why):
            return [_ended(session.begun, why)] if session.begun and not session.ended else []
        case _:
            assert_never(command)


def _proved(command: Prove, session: Session) -> SessionProved:
    """A weaker proof is a fresh one, and takes nothing away from the stronger one before."""
    if session.begun is None or session.ended or command.at >= session.begun.ends_at:
        raise NotSignedIn(_OVER)
    strongest = max(session.level, command.level, key=_STRENGTH.index)
    told = session.begun
    return SessionProved(session=told.session, person=told.person, level=strongest, way=command.way, proved_at=command.at)


def continued(session: Session, under: str) -> SessionBegun:
    """The same session under another id: whoever copied the old value gains nothing by a fresh proof. Raises: NotSignedIn: it has ended."""
    if session.begun is None or session.ended:
        raise NotSignedIn(_OVER)
    return session.begun.model_copy(update={"session": under, "level": session.level})


def _ended(begun: SessionBegun, why: WhyEnded) -> SessionEnded:
    return SessionEnded(session=begun.session, person=begun.person, why=why)


SESSION: Decider[Command, Session, SessionFact] = Decider(
    initial, decide, evolve, EventCodec(SessionBegun, SessionProved, SessionEnded)
)  # fmt: skip
