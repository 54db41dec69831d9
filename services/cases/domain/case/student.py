"""The one open case of a student: an expected version on a stream named after the student, so uniqueness never rests on order (decision 12).

For the same reason a legal hold and the end of the student's data meet here: each is noted on this stream, so one of them wins, whole (ADR 50).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, assert_never

from pydantic import AwareDatetime

from shared.decider import Decider
from shared.errors import Refused
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact


class Claim(Fact):
    """This case is the student's open one now."""

    case: str


class Release(Fact):
    """at: when the case was closed, so that a concern soon after reopens it."""

    case: str
    at: AwareDatetime | None = None


class NoteHold(Fact):
    """A case of the student is put on legal hold."""

    case: str


class AgreeToErase(Fact):
    """Nothing forbids that the student's data ends."""

    erasure: str


class EndErasure(Fact):
    """It is whole, or came to nothing."""

    erasure: str


class NoteDouble(Fact):
    """The roster has the same child under another id, too. goes_on: what goes on, goes on as this one."""

    other: str
    goes_on: bool


class EndDouble(Fact):
    """They are two children after all."""

    other: str


StudentCommand = NoteDouble | EndDouble | Claim | Release | NoteHold | AgreeToErase | EndErasure


class CaseClaimed(Event):
    type: Literal["case-claimed"] = "case-claimed"
    version: Literal[1] = 1
    case: str


class CaseReleased(Event):
    type: Literal["case-released"] = "case-released"
    version: Literal[1] = 1
    case: str
    at: AwareDatetime | None = None


class HoldNoted(Event):
    type: Literal["hold-noted"] = "hold-noted"
    version: Literal[1] = 1
    case: str


class ErasureAgreed(Event):
    type: Literal["erasure-agreed"] = "erasure-agreed"
    version: Literal[1] = 1
    erasure: str


class ErasureOver(Event):
    type: Literal["erasure-over"] = "erasure-over"
    version: Literal[1] = 1
    erasure: str


class DoubleNoted(Event):
    type: Literal["double-noted"] = "double-noted"
    version: Literal[1] = 1
    other: str
    goes_on: bool


class DoubleEnded(Event):
    type: Literal["double-ended"] = "double-ended"
    version: Literal[1] = 1
    other: str


StudentEvent = DoubleNoted | DoubleEnded | CaseClaimed | CaseReleased | HoldNoted | ErasureAgreed | ErasureOver


@dataclass(frozen=True, slots=True)
class Student:
    """open_case: None where there is none. last_case: the newest, open or not. released_at: when it was closed. cases: all that the student has had,
    in the order in which they were claimed last. erasing: the erasure that was agreed to and is underway; a case that is opened ends the agreement.
    double: the other id of the same child, None where there is none. goes_on: what goes on of the two, goes on as this one.
    """

    open_case: str | None = None
    last_case: str | None = None
    released_at: datetime | None = None
    cases: tuple[str, ...] = ()
    erasing: str | None = None
    double: str | None = None
    goes_on: bool = True

    def case_for(self, at: datetime, reopen_days: int) -> str | None:
        """The case that a concern joins: the open one, or the last one where it was closed within these days."""
        if self.open_case:
            return self.open_case
        recent = self.released_at is not None and at - self.released_at <= timedelta(days=reopen_days)
        return self.last_case if recent else None


initial = Student()


def evolve(student: Student, event: StudentEvent) -> Student:
    match event:
        case CaseClaimed(case=case):
            cases = (*(each for each in student.cases if each != case), case)
            return Student(case, case, cases=cases, double=student.double, goes_on=student.goes_on)
        case CaseReleased():
            return replace(student, open_case=None, released_at=event.at)
        case HoldNoted():
            return student
        case ErasureAgreed(erasure=erasure):
            return replace(student, erasing=erasure)
        case ErasureOver():
            return replace(student, erasing=None)
        case DoubleNoted(other=other, goes_on=goes_on):
            return replace(student, double=other, goes_on=goes_on)
        case DoubleEnded():
            return replace(student, double=None, goes_on=True)
        case _:
            assert_never(event)


class DataIsEnding(Refused):
    code = "data-is-ending"
    indonesian = "Data murid ini sedang dihapus: penguncian untuk proses hukum tidak dapat dipasang lagi."
    english = "This student's data is being erased: a legal hold can no longer be set."


def decide(command: StudentCommand, student: Student) -> Sequence[StudentEvent]:
    match command:
        case Claim(case=case):
            return [] if student.open_case == case else [CaseClaimed(case=case)]
        case Release(case=case, at=at):
            return [CaseReleased(case=case, at=at)] if student.open_case == case else []
        case NoteHold(case=case):
            return [_noted(case, student)]
        case AgreeToErase(erasure=erasure):
            return [] if student.erasing == erasure else [ErasureAgreed(erasure=erasure)]
        case EndErasure(erasure=erasure):
            return [ErasureOver(erasure=erasure)] if student.erasing == erasure else []
        case NoteDouble(other=other, goes_on=goes_on):
            return [] if student.double == other else [DoubleNoted(other=other, goes_on=goes_on)]
        case EndDouble(other=other):
            return [DoubleEnded(other=other)] if student.double == other else []
        case _:
            assert_never(command)


def _noted(case: str, student: Student) -> HoldNoted:
    if student.erasing:
        raise DataIsEnding
    return HoldNoted(case=case)


STUDENT: Decider[StudentCommand, Student, StudentEvent] = Decider(
    initial, decide, evolve, EventCodec(CaseClaimed, CaseReleased, HoldNoted, ErasureAgreed, ErasureOver, DoubleNoted, DoubleEnded)
)
