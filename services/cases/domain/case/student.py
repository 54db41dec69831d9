"""The one open case of a student: an expected version on a stream named after the student, so uniqueness never rests on order (decision 12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, assert_never

from pydantic import AwareDatetime

from shared.decider import Decider
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact


class Claim(Fact):
    """This case is the student's open one now."""

    case: str


class Release(Fact):
    """at: when the case was closed, so that a concern soon after reopens it."""

    case: str
    at: AwareDatetime | None = None


StudentCommand = Claim | Release


class CaseClaimed(Event):
    type: Literal["case-claimed"] = "case-claimed"
    version: Literal[1] = 1
    case: str


class CaseReleased(Event):
    type: Literal["case-released"] = "case-released"
    version: Literal[1] = 1
    case: str
    at: AwareDatetime | None = None


StudentEvent = CaseClaimed | CaseReleased


@dataclass(frozen=True, slots=True)
class Student:
    """open_case: None where there is none. last_case: the newest, open or not. released_at: when it was closed. cases: all that the student has had,
    in the order in which they were claimed last.
    """

    open_case: str | None = None
    last_case: str | None = None
    released_at: datetime | None = None
    cases: tuple[str, ...] = ()

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
            return Student(case, case, cases=(*(each for each in student.cases if each != case), case))
        case CaseReleased():
            return replace(student, open_case=None, released_at=event.at)
        case _:
            assert_never(event)


def decide(command: StudentCommand, student: Student) -> Sequence[StudentEvent]:
    match command:
        case Claim(case=case):
            return [] if student.open_case == case else [CaseClaimed(case=case)]
        case Release(case=case, at=at):
            return [CaseReleased(case=case, at=at)] if student.open_case == case else []
        case _:
            assert_never(command)


STUDENT: Decider[StudentCommand, Student, StudentEvent] = Decider(initial, decide, evolve, EventCodec(CaseClaimed, CaseReleased))
