"""A school's new year: which class becomes which, who does not go with their class, and what a coordinator confirmed (ADR 70).

Each school has a stream of its own. Ids and titles of classes, no names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, assert_never

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.decider import Decider
from shared.errors import Refused
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact

AT_ONCE = 500
"""Moves in one event."""

HELD_FOR = timedelta(days=120)
"""An export of last year does not bring a class back so long after a coordinator confirmed the new one; a school sends a new export far earlier."""


def year_stream(school: str) -> str:
    return f"school-year-{school}"


class Move(BaseModel):
    """was, to: titles of classes. to: None for whoever leaves the school."""

    model_config = ConfigDict(frozen=True)

    person: str
    was: str | None
    to: str | None


# commands ----------------------------------------------------------------------------------------------------------


class PlanClasses(Fact):
    """classes: what becomes of each; None for one that graduates."""

    school: str
    classes: dict[str, str | None]
    by: str


class SetApart(Fact):
    """students: who does not go with their class, and where to; None for whoever leaves. along: who goes with it after all."""

    school: str
    students: dict[str, str | None]
    along: tuple[str, ...]
    by: str


class BeginYear(Fact):
    """A coordinator confirmed the lists."""

    school: str
    moves: tuple[Move, ...]
    by: str
    at: AwareDatetime


class TakeBack(Fact):
    """Somebody who was confirmed as leaving is still at the school."""

    school: str
    person: str
    by: str


class SettleYear(Fact):
    """The roster has everything that was confirmed."""

    school: str


# events ------------------------------------------------------------------------------------------------------------


class ClassesPlanned(Event):
    type: Literal["classes-planned"] = "classes-planned"
    version: Literal[1] = 1
    school: str
    classes: dict[str, str | None]
    by: str


class StudentsSetApart(Event):
    type: Literal["students-set-apart"] = "students-set-apart"
    version: Literal[1] = 1
    school: str
    students: dict[str, str | None]
    along: tuple[str, ...]
    by: str


class StudentsMovedUp(Event):
    """Some of the confirmed moves; several such events where there are many."""

    type: Literal["students-moved-up"] = "students-moved-up"
    version: Literal[1] = 1
    school: str
    moves: tuple[Move, ...]
    by: str
    at: AwareDatetime


class StudentTakenBack(Event):
    type: Literal["student-taken-back"] = "student-taken-back"
    version: Literal[1] = 1
    school: str
    person: str
    by: str


class SchoolYearSettled(Event):
    type: Literal["school-year-settled"] = "school-year-settled"
    version: Literal[1] = 1
    school: str


YearCommand = PlanClasses | SetApart | BeginYear | TakeBack | SettleYear
YearEvent = ClassesPlanned | StudentsSetApart | StudentsMovedUp | StudentTakenBack | SchoolYearSettled


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """classes, apart: the plan. moves: what was confirmed last of each student. begun: when. settled: the roster has it all."""

    classes: Mapping[str, str | None] = field(default_factory=dict)
    apart: Mapping[str, str | None] = field(default_factory=dict)
    moves: Mapping[str, Move] = field(default_factory=dict)
    begun: datetime | None = None
    settled: bool = True

    def move_of(self, person: str, homeroom: str | None) -> Move | None:
        """Where the plan takes a student; None for whoever stays as they are."""
        stays = self.classes.get(homeroom, homeroom) if homeroom else None
        to = self.apart.get(person, stays)
        goes = person in self.apart or homeroom in self.classes
        return Move(person=person, was=homeroom, to=to) if goes and to != homeroom else None

    @property
    def left(self) -> list[str]:
        """Who was confirmed as leaving, and not taken back."""
        return [each.person for each in self.moves.values() if each.to is None]

    def holds(self, now: datetime) -> bool:
        """Whether an import of last year's classes changes nothing of it."""
        return self.begun is not None and now - self.begun < HELD_FOR


def evolve(year: SchoolYear, event: YearEvent) -> SchoolYear:
    match event:
        case ClassesPlanned(classes=classes):
            return replace(year, classes=classes)
        case StudentsSetApart(students=students, along=along):
            return replace(year, apart={each: to for each, to in {**year.apart, **students}.items() if each not in along})
        case StudentsMovedUp(moves=moves, at=at):
            before = year.moves if year.begun == at else {}
            return SchoolYear(moves={**before, **{each.person: each for each in moves}}, begun=at, settled=False)
        case StudentTakenBack(person=person):
            return replace(year, moves={each: move for each, move in year.moves.items() if each != person})
        case SchoolYearSettled():
            return replace(year, settled=True)
        case _:
            assert_never(event)


# decide ------------------------------------------------------------------------------------------------------------


class NothingPlanned(Refused):
    code = "no-class-planned"
    indonesian = "Belum ada kelas yang naik atau murid yang keluar. Simpan dahulu daftar kelasnya."
    english = "No class moves up and nobody leaves yet. Save the list of classes first."


class NotAmongTheLeaving(Refused):
    code = "not-among-the-leaving"
    status = 404
    indonesian = "Murid ini tidak ada di daftar yang keluar. Muat ulang halaman ini."
    english = "This student is not on the list of those who left. Load this page again."


class YearUnderway(Refused):
    code = "school-year-underway"
    indonesian = "Kenaikan kelas yang dikonfirmasi belum selesai diterapkan. Lanjutkan itu dahulu."
    english = "The move that was confirmed is not applied to the end yet. Continue it first."


def decide(command: YearCommand, year: SchoolYear) -> Sequence[YearEvent]:
    """Raises: a refusal by name. What stands in the plan already is quiet."""
    if isinstance(command, SettleYear):
        return [] if year.settled else [SchoolYearSettled(school=command.school)]
    if not year.settled:
        raise YearUnderway
    match command:
        case PlanClasses():
            return [] if command.classes == year.classes else [ClassesPlanned(school=command.school, classes=command.classes, by=command.by)]
        case SetApart():
            return _set_apart(command, year)
        case BeginYear(moves=moves):
            if not moves:
                raise NothingPlanned
            chunks = (moves[place : place + AT_ONCE] for place in range(0, len(moves), AT_ONCE))
            return [StudentsMovedUp(school=command.school, moves=chunk, by=command.by, at=command.at) for chunk in chunks]
        case TakeBack(person=person):
            if person not in year.left:
                raise NotAmongTheLeaving
            return [StudentTakenBack(school=command.school, person=person, by=command.by)]
        case _:
            assert_never(command)


def _set_apart(command: SetApart, year: SchoolYear) -> Sequence[YearEvent]:
    students = {each: to for each, to in command.students.items() if each not in year.apart or year.apart[each] != to}
    along = tuple(each for each in command.along if each in year.apart)
    if not students and not along:
        return []
    return [StudentsSetApart(school=command.school, students=students, along=along, by=command.by)]


SCHOOL_YEAR: Decider[YearCommand, SchoolYear, YearEvent] = Decider(
    SchoolYear(), decide, evolve, EventCodec(ClassesPlanned, StudentsSetApart, StudentsMovedUp, StudentTakenBack, SchoolYearSettled)
)
