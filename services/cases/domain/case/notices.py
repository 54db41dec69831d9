"""Which member of staff hears of an event, by a mail that says only that something waits for them (domain.md, Who is told)."""

from __future__ import annotations

from collections.abc import Iterable

from services.cases.domain.case.conflict import ConflictDeclared
from services.cases.domain.case.handling import CaseDeputised, CaseHandedOver, CasePlanned
from services.cases.domain.steps.activity import Activities, ActivityEvent, ActivityHandedOver
from services.cases.domain.strategies.conference import ConferenceConvened, ConferenceMinuted
from services.cases.domain.strategies.teacher import TeacherAnswered, TeacherAsked, TeacherDeclined
from services.cases.domain.strategies.visit import VisitNotified
from shared.events import StaffMessage
from shared.message import Event

Told = tuple[str, StaffMessage]


def told(event: Event, activities: Activities) -> Iterable[Told]:
    """Who hears, and what for. activities: before the event."""
    match event:
        case TeacherAsked(teacher=teacher):
            return [(teacher, "teacher-asked")]
        case TeacherAnswered() | TeacherDeclined():
            return [(owner, "teacher-answered") for owner in _owner(event, activities)]
        case ConferenceConvened(invitees=invitees):
            return [(each.person, "invited") for each in invitees if each.side == "school"]
        case ConferenceMinuted(commitments=commitments):
            return [(each.owner, "commitment") for each in commitments]
        case VisitNotified(endorsed_by=person):
            return [(person, "visit")]
        case CaseHandedOver(to=person) | ActivityHandedOver(to=person):
            return [(person, "assigned")]
        case CaseDeputised(deputy=person):
            return [(person, "deputy")]
        case ConflictDeclared(substitute=str(person)):
            return [(person, "assigned")]
        case CasePlanned(goals=goals, by=by):
            return [(owner, "commitment") for owner in dict.fromkeys(goal.owner for goal in goals) if owner != by]
        case _:
            return []


def _owner(event: ActivityEvent, activities: Activities) -> list[str]:
    known = activities.get(event.activity)
    return [known.owner] if known and known.owner != event.by else []
