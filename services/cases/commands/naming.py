"""People who are named in a command stand in the roster; a guardian is one of this student's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from services.cases.commands.fill import Ground
from services.cases.domain.case.guardians import AssessGuardian
from services.cases.domain.case.strands import Match
from services.cases.domain.steps.command import Command
from services.cases.domain.strategies.conference import ConveneConference
from services.cases.domain.strategies.parents import PlanParentMeeting
from services.cases.domain.strategies.teacher import AskTeacher
from services.cases.domain.strategies.visit import PlanVisit
from shared.errors import Fault, Invalid


class Named(NamedTuple):
    """field: of the command. kind: of person it names."""

    field: str
    kind: str


_NAMES: Mapping[type[Command], Named] = {
    AskTeacher: Named("teacher", "staff"),
    PlanParentMeeting: Named("guardian", "guardian"),
    PlanVisit: Named("guardian", "guardian"),
    AssessGuardian: Named("guardian", "guardian"),
    Match: Named("student", "student"),
}


async def require_known(ground: Ground, wanted: type[Command]) -> None:
    """Raises: Invalid: what was said names somebody who does not exist, or who is not what the command needs."""
    if wanted in _NAMES:
        await _require(ground, _NAMES[wanted])
    if wanted is ConveneConference:
        await _require_invitees(ground)


async def _require(ground: Ground, named: Named) -> None:
    said = ground.said[named.field]
    person = await ground.roster.person(said)
    if person is None or person.kind != named.kind:
        raise Invalid(Fault(f"/{named.field}", "unknown-person"))
    if named.kind == "guardian" and said not in await ground.guardians():
        raise Invalid(Fault(f"/{named.field}", "not-a-guardian-of-the-student"))


async def _require_invitees(ground: Ground) -> None:
    for number, invitee in enumerate(ground.said["invitees"]):
        if invitee["side"] != "outside" and await ground.roster.person(invitee["person"]) is None:
            raise Invalid(Fault(f"/invitees/{number}/person", "unknown-person"))
