"""The one open case of a student: an expected version on a stream named after the student, so uniqueness never rests on order (decision 12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from shared.decider import Decider
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact


class Claim(Fact):
    """This case is the student's open one now."""

    case: str


class Release(Fact):
    case: str


Command = Claim | Release


class CaseClaimed(Event):
    type: Literal["case-claimed"] = "case-claimed"
    version: Literal[1] = 1
    case: str


class CaseReleased(Event):
    type: Literal["case-released"] = "case-released"
    version: Literal[1] = 1
    case: str


StudentEvent = CaseClaimed | CaseReleased


@dataclass(frozen=True, slots=True)
class Student:
    """open_case: None where there is none. last_case: the newest, open or not."""

    open_case: str | None = None
    last_case: str | None = None


initial = Student()


def evolve(student: Student, event: StudentEvent) -> Student:
    match event:
        case CaseClaimed(case=case):
            return Student(case, case)
        case CaseReleased():
            return Student(None, student.last_case)
        case _:
            assert_never(event)


def decide(command: Command, student: Student) -> Sequence[StudentEvent]:
    match command:
        case Claim(case=case):
            return [] if student.open_case == case else [CaseClaimed(case=case)]
        case Release(case=case):
            return [CaseReleased(case=case)] if student.open_case == case else []
        case _:
            assert_never(command)


STUDENT: Decider[Command, Student, StudentEvent] = Decider(initial, decide, evolve, EventCodec(CaseClaimed, CaseReleased))
