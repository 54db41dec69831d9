"""`GET /cases/api/cases/{id}/possible`: what a person may do next, with what only the shell knows. Nothing confided is in the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from fastapi import APIRouter
from pydantic import BaseModel

from services.cases.commands.envelope import Envelope
from services.cases.commands.naming import GUARDIANS
from services.cases.commands.on_case import OnCase
from services.cases.commands.other_side import counsels, known_of_other_side
from services.cases.commands.possible import Asking, Possible, Withheld, possible
from services.cases.commands.road import Road
from services.cases.domain.case.merging import UnmergeCase
from services.cases.domain.case.state import Case
from services.cases.domain.case.strands import Reopen
from services.cases.domain.steps.deadline import Deadline
from services.cases.domain.steps.offer import Value
from services.cases.domain.streams import case_stream
from services.cases.policies import policy_at
from shared.access import Principal, SignedIn
from shared.decider import load
from shared.errors import NotFound, Refused
from shared.eventstore.states import Loaded

_SETTLED_ELSEWHERE = (Reopen, UnmergeCase)
"""Another stream, which the case names, may refuse these: the student's one open case, the case that this one was merged into."""


class ExpectedThing(BaseModel):
    """Why a command is expected, by when, and of whom. owner: None where it waits for nobody by name."""

    what: str
    due: datetime
    owner: str | None
    overdue: bool


class WithheldValue(BaseModel):
    """A value of a field that is refused now: by which rule, and the rule in words."""

    field: str
    value: Value
    code: str
    indonesian: str
    english: str


class NextStep(BaseModel):
    """A command that you may give now.

    called: its name. fields: of its body, with the only value that each can have. choices: of its body, the values that are accepted; what is
    expected stands first. Everything else in the body is yours to say. expected: earliest first, empty where nobody waits for it.
    withheld: values that would be refused, and why.
    """

    called: str
    method: str = "POST"
    route: str
    fields: dict[str, Value]
    choices: dict[str, list[Value]]
    expected: list[ExpectedThing]
    withheld: list[WithheldValue]


class NextSteps(BaseModel):
    """What is expected stands first, the earliest of all before the others."""

    items: list[NextStep]
    next: None = None


def router(road: Road) -> APIRouter:
    """The one route."""
    routes = APIRouter(prefix="/cases/api", tags=["cases"])
    looking = LookingAhead(road)

    @routes.get("/cases/{case_id}/possible", summary="What you may do next on a case, and which of it is expected by when")
    async def next_steps(case_id: str, principal: SignedIn) -> NextSteps:
        return NextSteps(items=await looking.steps(principal, case_id))

    return routes


@dataclass(frozen=True, slots=True)
class LookingAhead:
    """Looks up what the pure core does not know: the student's guardians, the policy in force, what another stream would refuse."""

    road: Road

    async def steps(self, principal: Principal, case_id: str) -> list[NextStep]:
        """Raises: NotFound, NotAllowed: as for reading the case."""
        return await self.of(principal, case_id, await load(self.road.kernel.store, self.road.casework.case, case_stream(case_id)))

    async def of(self, principal: Principal, case_id: str, loaded: Loaded[Case]) -> list[NextStep]:
        """The same of a case that was folded before. Raises: NotFound, NotAllowed."""
        kernel, work, now = self.road.kernel, self.road.casework, self.road.kernel.clock.now()
        guardians = await self._guardians(loaded.state)
        policy = policy_at(await self.road.calendars.of(loaded.state.school), now)
        both_sides = await self._counsels_other_side(principal, loaded.state, now)
        found = possible(Asking(work, principal, kernel.access.permissions, now, policy, guardians, both_sides), loaded.state)
        subject, envelope = OnCase(kernel, work.case, case_id), Envelope(principal, uuid4(), now)
        return [_as_step(each, case_id, now) for each in found if await _accepted_elsewhere(subject, envelope, each, loaded)]

    async def _counsels_other_side(self, principal: Principal, case: Case, now: datetime) -> bool:
        """Asked only where there is something to take in hand."""
        if not case.waits_for_somebody or not counsels(principal, case):
            return False
        return principal.id in await known_of_other_side(self.road.work, self.road.kernel.store, self.road.casework.case, case, now)

    async def _guardians(self, case: Case) -> list[str]:
        """Of the student, as far as the roster knows them."""
        student = await self.road.roster.person(case.student) if case.student else None
        people = [await self.road.roster.person(each) for each in student.guardians] if student else []
        return [each.person for each in people if each and each.kind in GUARDIANS]


async def _accepted_elsewhere(subject: OnCase, envelope: Envelope, found: Possible, loaded: Loaded[Case]) -> bool:
    if not isinstance(found.example, _SETTLED_ELSEWHERE):
        return True
    try:
        await subject.beside(envelope, found.example, loaded)
    except (Refused, NotFound):
        return False
    return True


def _as_step(found: Possible, case_id: str, now: datetime) -> NextStep:
    return NextStep(
        called=found.command.called,
        route=f"/cases/api/cases/{case_id}/{found.command.called}",
        fields=dict(found.fields),
        choices={name: list(values) for name, values in found.choices.items()},
        expected=[_as_expected(each, now) for each in found.expected],
        withheld=[_as_withheld(each) for each in found.withheld],
    )


def _as_withheld(withheld: Withheld) -> WithheldValue:
    why = withheld.why
    return WithheldValue(field=withheld.field, value=withheld.value, code=why.code, indonesian=why.indonesian, english=why.english)


def _as_expected(deadline: Deadline, now: datetime) -> ExpectedThing:
    return ExpectedThing(what=deadline.what, due=deadline.expected, owner=deadline.owner, overdue=deadline.expected < now)
