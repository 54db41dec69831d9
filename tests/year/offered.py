"""Whatever the service says is possible next: any command of any strategy, with people of the district in it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from services.cases.commands.possible import Asking, possible
from services.cases.domain.case.state import Case
from services.cases.domain.casework import CASEWORK
from services.cases.policies import policy_at
from shared.errors import NotAllowed, NotFound
from shared.sealed import Sealed
from tests.cases.anything import Saying
from tests.year.acts import Acts, Said

PEOPLE = frozenset({"approver", "deputy", "endorsed_by", "owner", "person", "substitute", "teacher"})
"""Fields that name one of the staff."""


async def offered(acts: Acts, case: Case, person: str) -> tuple[str, Said] | None:
    """A command that is offered to this person now, and a body for it; None where nothing is."""
    services = acts.services
    student = await services.roster.person(case.student or "")
    policy = policy_at(await services.days.of(case.school), services.now)
    asking = Asking(CASEWORK, services.principal(person), services.permissions, services.now, policy, student.guardians if student else ())
    try:
        found = possible(asking, case)
    except (NotFound, NotAllowed):
        return None
    saying = Saying(acts.chance, asking, case)
    command = saying.rightly(acts.chance.choice(found)) if found else None
    if command is None:
        return None
    staff = sorted({each for people in (await services.roster.staff(case.school)).values() for each in people})
    known = _Spoken(acts, staff)
    return command.called, {name: known.value(getattr(command, name), name) for name in saying.said_of(type(command))}


class _Spoken:
    """A command's values as somebody sends them: texts in clear, and staff who exist."""

    def __init__(self, acts: Acts, staff: list[str]) -> None:
        self._acts, self._staff = acts, staff

    def value(self, value: Any, name: str) -> Any:
        match value:
            case Sealed():
                return "kata"
            case BaseModel():
                return {field: self.value(getattr(value, field), field) for field in type(value).model_fields}
            case tuple() | list():
                return [self.value(each, name) for each in value]
            case str() if name in PEOPLE and self._staff and self._acts.chance.random() < 0.9:
                return self._acts.chance.choice(self._staff)
            case _:
                return value
