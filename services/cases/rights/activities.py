"""Who reads what was said in an activity, and which event of a case's history is opened to whom (domain.md, The nine strategies)."""

from __future__ import annotations

from datetime import datetime

from services.cases.domain.case.additions import StrandContinued
from services.cases.domain.case.glass import GlassBroken
from services.cases.domain.case.state import Case
from services.cases.domain.case.strands import NoteAdded, StrandAdded
from services.cases.domain.steps.activity import Activity, ActivityEvent
from services.cases.domain.steps.command import ActEvent, OwnWords
from services.cases.domain.steps.files import FileAdded
from shared.access import Principal
from shared.events import ReporterAnswered
from shared.message import Event
from shared.rights.matrix import Level, matrix


def glass_until(principal: Principal, case: Case, activity: Activity, now: datetime) -> datetime | None:
    """Until when the principal reads this activity because they broke the glass; None where they do not."""
    of_two, glasses = activity.audience.second_person, case.handling.broken.values()
    return max((each.until for each in glasses if each.opens(principal.id, activity.activity, now, of_two=of_two)), default=None)


def may_read(principal: Principal, case: Case, activity: Activity, allowed: Level, now: datetime) -> bool:
    """Whether an activity's content is for this person. allowed: what they may read of the case."""
    if glass_until(principal, case, activity, now):
        return True
    return is_of(principal, activity) or (activity.audience.holders and matrix().shows(allowed, "strands"))


def is_of(principal: Principal, activity: Activity) -> bool:
    """The audience names this person, or the activity is theirs and its audience has its owner in it."""
    audience = activity.audience
    return principal.id in audience.people or (audience.owner and principal.id == activity.owner)


def may_open(principal: Principal, case: Case, allowed: Level, event: Event, now: datetime) -> bool:
    """Whether what one event says is for this person."""
    about = event.activity if isinstance(event, ActivityEvent | FileAdded) else None
    activity = case.activities.get(about) if about else None
    if activity:
        return may_read(principal, case, activity, allowed, now)
    if isinstance(event, GlassBroken) and principal.id in (event.by, event.owner, event.leader):
        return True
    if isinstance(event, OwnWords):
        return event.by == principal.id
    return matrix().shows(allowed, "strands") or (matrix().shows(allowed, "here") and _is_of_here(principal, case, event))


def _is_of_here(principal: Principal, case: Case, event: Event) -> bool:
    """What the school where the student is now was alerted to, and what the person has written."""
    if isinstance(event, StrandAdded | StrandContinued):
        return event.concern.concern in case.heard_elsewhere
    return isinstance(event, ActEvent | NoteAdded | ReporterAnswered) and event.by == principal.id
