"""Who may read and do what stands without a case: groups, partnerships, consultations, the rota and the calendar of a school."""

from __future__ import annotations

from services.cases.domain.steps.activity import Activity
from services.cases.domain.steps.strategy import StandingAlone
from services.cases.domain.strategies.group import Group
from services.cases.rights.activities import is_of
from shared.access import Principal
from shared.errors import NotFound


def require_at_school(principal: Principal, school: str) -> None:
    """The principal has one of the roles for which this is, there. Raises: NotFound: nothing of another school is known of."""
    if not principal.at(school):
        raise NotFound("nothing of yours has this id")


def require_leader(principal: Principal, group: Group) -> None:
    """Raises: NotFound: only the leader, while they work at the group's school, knows of a group."""
    if group.group is None or principal.id != group.leader or not principal.works_at(group.school):
        raise NotFound("no group of yours has this id")


def require_party(principal: Principal, activity: Activity | None, strategy: StandingAlone) -> Activity:
    """Whether an activity that stands alone is for this person, as its strategy says: its parties, or the staff of the school, too.

    Raises: NotFound: it is not there, or not theirs; the answer does not tell which. NotAllowed: of their school, and not for them.
    """
    nothing = f"no {strategy.name} of yours has this id"
    if activity is not None and strategy.school(activity) in principal.away:
        raise NotFound(nothing)
    if activity is None or not (is_of(principal, activity) or principal.works_at(strategy.school(activity))):
        raise NotFound(nothing)
    if not is_of(principal, activity) and not activity.audience.holders:
        raise NotFound(nothing)
    return activity
