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


StudentCommand = Claim | Release | NoteHold | AgreeToErase | EndErasure


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


StudentEvent = CaseClaimed | CaseReleased | HoldNoted | ErasureAgreed | ErasureOver


@dataclass(frozen=True, slots=True)
class Student:
    """open_case: None where there is none. last_case: the newest, open or not. released_at: when it was closed. cases: all that the student has had,
    in the order in which they were claimed last. erasing: the erasure that was agreed to and is underway; a case that is opened ends the agreement.
    """

    open_case: str | None = None
    last_case: str | None = None
    released_at: datetime | None = None
    cases: tuple[str, ...] = ()
    erasing: str | None = None

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
            return Student(case, case, cases=cases)
        case CaseReleased():
            return replace(student, open_case=None, released_at=event.at)
        case HoldNoted():
            return student
        case ErasureAgreed(erasure=erasure):
            return replace(student, erasing=erasure)
        case ErasureOver():
            return replace(student, erasing=None)
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
        case _:
            assert_never(command)


def _noted(case: str, student: Student) -> HoldNoted:
    if student.erasing:
        raise DataIsEnding
    return HoldNoted(case=case)


STUDENT: Decider[StudentCommand, Student, StudentEvent] = Decider(
    initial, decide, evolve, EventCodec(CaseClaimed, CaseReleased, HoldNoted, ErasureAgreed, ErasureOver)
)
