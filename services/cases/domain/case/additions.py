"""What reporters said later, as a part of the case: what was added, what a person has read, and what still waits for a decision after the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from services.cases.domain.relatives import Relatives
from services.cases.domain.steps.about import About
from services.cases.domain.steps.act import Acts, act
from services.cases.domain.steps.activity import Expected
from services.cases.domain.steps.command import ActEvent, Command
from services.cases.domain.steps.offer import Offer, offered
from services.cases.domain.steps.policy import Policy
from services.cases.domain.steps.tells import NOTHING, Tells, counted
from shared.errors import Refused
from shared.events import ConcernContinued, ConcernJoinedCase, ConcernRead, CoordinatorToBeTold, ReporterAnswered
from shared.message import Event, Fact
from shared.sealed import CaseText

# commands ----------------------------------------------------------------------------------------------------------


class ContinueConcern(Fact):
    """A reporter said more. at: when it was recorded at intake. decision: id of the triage receipt. relatives: of the students of the case's
    incidents, for one that may open again.
    """

    continued: ConcernContinued
    policy: Policy
    decision: str
    at: datetime
    relatives: Relatives = Relatives()


class NoteReading(Fact):
    """A person opened the case's words. only: the concerns that this person may read; None for all. at: when they opened them."""

    by: str
    at: datetime
    only: frozenset[str] | None = None


class ConfirmReading(Command, called="confirm-reading", permission="work"):
    """Who opens the case has read its words; this says so where they were read in another way, on paper or by somebody at their side."""


class KeepClosed(Command, called="keep-closed", permission="work"):
    """What was added after the end has been read, and the case stays closed. reason: why."""

    reason: CaseText


# events ------------------------------------------------------------------------------------------------------------


class StrandContinued(Event):
    """What was added to one concern; its readers are those of the concern's strand.

    at: when it was recorded at intake. read_by: until when a person reads it, or, after the end, decides whether the case goes on. alerted: staff
    were alerted to it, so a person takes it in hand by an act of its own.
    """

    type: Literal["strand-continued"] = "strand-continued"
    version: Literal[1] = 1
    concern: ConcernContinued
    at: datetime
    read_by: datetime
    alerted: bool


class ClosedKept(ActEvent):
    type: Literal["closed-kept"] = "closed-kept"
    version: Literal[1] = 1
    reason: CaseText


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What was written back. after: how many additions to the same concern were there before it."""

    said: ReporterAnswered
    after: int


@dataclass(frozen=True, slots=True)
class Additions:
    """told: in order. read: concerns that a person has read. unread: additions that nobody has read yet. asking: those after the end, each of which
    asks whether the case goes on. answers: what was written back to reporters, in order.
    """

    told: tuple[StrandContinued, ...] = ()
    read: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()
    asking: frozenset[str] = frozenset()
    answers: tuple[Answer, ...] = ()

    def knows(self, addition: str) -> bool:
        return any(each.concern.addition == addition for each in self.told)

    def of(self, concern: str) -> list[StrandContinued]:
        """What was added to one concern."""
        return [each for each in self.told if each.concern.concern == concern]


NONE = Additions()


def with_told(additions: Additions, event: StrandContinued, *, closed: bool) -> Additions:
    """closed: the case has ended, so the addition asks whether it goes on."""
    addition = frozenset({event.concern.addition})
    asking = additions.asking | addition if closed else additions.asking
    return replace(additions, told=(*additions.told, event), unread=additions.unread | addition, asking=asking)


def evolve(additions: Additions, event: Event) -> Additions:
    match event:
        case ConcernJoinedCase(concern=concern, read=True):
            return replace(additions, read=additions.read | {concern})
        case ConcernRead():
            return replace(additions, read=additions.read.union(event.concerns), unread=additions.unread.difference(event.additions))
        case ReporterAnswered():
            return replace(additions, answers=(*additions.answers, Answer(event, len(additions.of(event.concern)))))
        case ClosedKept():
            return decided(replace(additions, unread=additions.unread - additions.asking))
        case _:
            return additions


def decided(additions: Additions) -> Additions:
    """Somebody decided whether the case goes on."""
    return replace(additions, asking=frozenset())


# decide ------------------------------------------------------------------------------------------------------------


class NothingAsked(Refused):
    code = "nothing-asked"
    indonesian = "Tidak ada keterangan baru yang menunggu keputusan setelah kasus ini ditutup."
    english = "Nothing that was added after the end waits for a decision."


def _keep(_: KeepClosed, additions: Additions, __: About) -> None:
    if not additions.asking:
        raise NothingAsked


ADDITIONS: Acts[Additions] = Acts(
    act(KeepClosed, ClosedKept, _keep, tells=counted(), offer=offered("reopening-question")),
    awaits=("new-words", "reopening-question"),
)

OFFERS: Mapping[type[Command], Offer[Additions]] = {ConfirmReading: offered("new-words")}

TELLS: Mapping[type[Event], Tells[Any]] = {StrandContinued: NOTHING, ConcernRead: NOTHING, CoordinatorToBeTold: NOTHING}


def expected(additions: Additions, owner: str | None) -> list[Expected]:
    """Words that came are read; after the end somebody decides whether the case goes on. owner: who has the case."""
    due = []
    for each in additions.told:
        addition = each.concern.addition
        if addition in additions.asking:
            due.append(Expected(f"reopening-question/{addition}", "reopening-question", each.read_by, None))
        elif addition in additions.unread:
            due.append(Expected(f"new-words/{addition}", "new-words", each.read_by, owner))
    return due
