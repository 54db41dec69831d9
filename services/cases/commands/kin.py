"""Family on the staff: whom the roster has as guardians of the students of an incident, when it is told and when the roster says so later
(ADR 74, ADR 77).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from services.cases.commands.facts import record_fact
from services.cases.domain.case.keeping_away import NoteFamily
from services.cases.domain.case.state import Case
from services.cases.domain.case.student import STUDENT, Student
from services.cases.domain.relatives import Relatives
from services.cases.domain.steps.policy import Policy
from services.cases.domain.streams import case_stream, student_stream
from services.cases.reading.absences import Absences
from services.cases.reading.going_on import load_going_on
from services.cases.reading.roster import Roster
from shared.decider import Decider, load
from shared.eventstore.store import EventStore
from shared.message import Event, Fact, Occasion, derived_id

Policies = Callable[[str, datetime], Awaitable[Policy]]
"""The policy that is in force at a school at a moment."""


@dataclass(frozen=True, slots=True)
class Kin:
    """Looks families up, and tells cases of them. decider: of cases."""

    store: EventStore
    decider: Decider[Fact, Case, Event]
    roster: Roster
    absences: Absences

    async def of(self, students: Iterable[str], school: str, *, named: bool) -> Relatives:
        """Of these students. school: whose staff hear of it. named: the staff is asked for, whoever is family."""
        guardians = {each: found for each in dict.fromkeys(students) if (found := await self._guardians(each))}
        return Relatives(guardians, await self.absences.staff(school)) if guardians or named else Relatives()

    async def of_case(self, case: Case) -> Relatives:
        """Of every student of its incidents."""
        return await self.of(students_of(case), case.alerted_at, named=False)

    async def _guardians(self, student: str) -> tuple[str, ...]:
        person = await self.roster.person(student)
        return person.guardians if person else ()

    async def seen(self, student: str, policies: Policies, occasion: Occasion) -> None:
        """The roster says who is family of a student: every open case of an incident with them hears it. Said twice is quiet.

        The same word of the roster may tell a case where its student is now as well: what follows from each has ids of its own.
        """
        of_family = replace(occasion, cause=derived_id(occasion.cause, "family"))
        for case in await self._about(student):
            students = [each for each in (case.student, student) if each]
            relatives = await self.of(students, case.alerted_at, named=False)
            if relatives.on_the_staff:
                at, act = occasion.happened_at, str(derived_id(occasion.cause, "family", case.case or ""))
                fact = NoteFamily(act=act, relatives=relatives, at=at, policy=await policies(case.school, at))
                await record_fact(self.store, self.decider, case.case or "", fact, of_family)

    async def _about(self, student: str) -> list[Case]:
        """The student's own cases, also where one rests in another, and those of the others of their incidents."""
        own = (await self._student(student)).cases
        mine = [(await load(self.store, self.decider, case_stream(each))).state for each in own]
        mine += [await self._going_on(each.moves.merged_into) for each in mine if each.moves.merged_into]
        others = dict.fromkeys(other for case in mine for strand in case.strands for other in strand.concern.others)
        theirs = [await self._going_on(each) for other in others if (each := (await self._student(other)).open_case)]
        found = {case.case: case for case in (*mine, *theirs) if case.case and not case.closed}
        return list(found.values())

    async def _student(self, student: str) -> Student:
        return (await load(self.store, STUDENT, student_stream(student))).state

    async def _going_on(self, case_id: str) -> Case:
        return (await load_going_on(self.store, self.decider, case_id)).state


def students_of(case: Case) -> list[str]:
    """Everybody known of its incidents, its own student first."""
    return [each for each in (case.student, *(other for strand in case.strands for other in strand.concern.others)) if each]
