"""Where the words go that a reporter adds to a concern: the strand's case, or the one that goes on instead; nothing lands in a case that rests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.cases.domain.case.state import Case
from services.cases.domain.case.student import STUDENT, Student
from services.cases.domain.streams import case_stream, student_stream
from services.cases.reading.going_on import load_going_on
from services.cases.reading.worklist import WorkList
from shared.decider import Decider, load
from shared.errors import NotFound
from shared.events import ConcernContinued
from shared.eventstore.states import Loaded
from shared.eventstore.store import EventStore
from shared.eventstore.unit import require_alone
from shared.message import Event, Fact


@dataclass(frozen=True, slots=True)
class Landing:
    """Finds cases by what their strands say. decider: of cases."""

    store: EventStore
    decider: Decider[Fact, Case, Event]
    work: WorkList

    async def cases(self, told: ConcernContinued) -> list[Loaded[Case]]:
        """The cases that go on with a concern, each once: usually one, several for students who are not identified.

        Raises: NotFound: no case has the concern; what comes for its student waits until one has. Alone, BehindWrite, StillBuilding.
        """
        strands = await (self._of_student(told, told.student) if told.student else self._of_nobody_known(told))
        if not strands:
            raise NotFound("no case has a strand of this concern: see what is parked before it, and replay that first")
        found = [await self._going_on(case.state) for case in strands]
        return list({case.stream: case for case in found}.values())

    async def _of_student(self, told: ConcernContinued, student: str) -> list[Loaded[Case]]:
        """Among the cases that the student has had, newest first: a concern stands in one of them."""
        for case_id in reversed((await self._student(student)).cases):
            case = await self._case(case_id)
            if _has_strand(case.state, told):
                return [case]
        return []

    async def _of_nobody_known(self, told: ConcernContinued) -> list[Loaded[Case]]:
        """Each student whom the concern does not identify got a case of their own. Those that are listed suffice where they are all."""
        require_alone(self.store)  # the list shows what is stored, and a strand that this unit holds is not
        listed = await self._with_strand(told, await self.work.listed_with(told.concern))
        if len(listed) >= told.students:
            return listed
        return await self._with_strand(told, [case for _, case, _ in await self.work.cases_of_concerns([told.concern])])

    async def _with_strand(self, told: ConcernContinued, cases: Sequence[str]) -> list[Loaded[Case]]:
        loaded = [await self._case(case_id) for case_id in dict.fromkeys(cases)]
        return [case for case in loaded if _has_strand(case.state, told)]

    async def _going_on(self, strands: Case) -> Loaded[Case]:
        """The case itself; the one into which it was merged; after its end the student's open one, as for a new concern."""
        case = await load_going_on(self.store, self.decider, strands.case or "")
        if not case.state.closed or case.state.student is None:
            return case
        other = (await self._student(case.state.student)).open_case
        return await load_going_on(self.store, self.decider, other) if other and other != case.state.case else case

    async def _case(self, case_id: str) -> Loaded[Case]:
        return await load(self.store, self.decider, case_stream(case_id))

    async def _student(self, student: str) -> Student:
        return (await load(self.store, STUDENT, student_stream(student))).state


def _has_strand(case: Case, told: ConcernContinued) -> bool:
    return any(strand.concern.concern == told.concern and strand.concern.student == told.student for strand in case.strands)
