"""Who may read and do what stands without a case: groups, partnerships, consultations, the rota and the calendar of a school."""

from __future__ import annotations

from services.cases.domain.steps.activity import Activity
from services.cases.domain.steps.strategy import StandingAlone
from services.cases.domain.strategies.group import Group
from services.cases.domain.successor import LADDER, WORKS
from services.cases.domain.without_case import WithoutCase
from services.cases.rights.activities import is_of
from shared.access import Principal
from shared.errors import NotFound


def require_at_school(principal: Principal, school: str) -> None:
    """The principal holds one of these roles at the school. Raises: NotFound: nobody learns what another school has."""
    if not principal.at(school):
        raise NotFound("nothing of yours has this id")


_HAS_NONE = "no group of yours has this id"


def is_leader(principal: Principal, group: Group) -> bool:
    """While they work at the group's school, and nothing keeps them away from it."""
    kept_away = group.gone is not None and group.gone.why == "conflict"
    return group.group is not None and principal.id == group.leader and principal.works_at(group.school) and not kept_away


def require_leader(principal: Principal, group: Group) -> None:
    """Raises: NotFound: only the leader knows of a group."""
    if not is_leader(principal, group):
        raise NotFound(_HAS_NONE)


def require_reader(principal: Principal, group: Group) -> None:
    """The leader; while there is none, whoever may take it. Raises: NotFound."""
    if not is_leader(principal, group) and not (is_nobodys(group) and may_take(principal, group.school)):
        raise NotFound(_HAS_NONE)


def require_giver(principal: Principal, group: Group, to: str) -> None:
    """Who gives a group to somebody. Raises: NotFound."""
    if not is_leader(principal, group) and not (is_nobodys(group) and may_give(principal, group.school, to)):
        raise NotFound(_HAS_NONE)


def is_nobodys(group: Group) -> bool:
    """Its leader cannot go on."""
    return group.gone is not None and not group.ended


def may_take(principal: Principal, school: str) -> bool:
    """Whether somebody finds what has no owner at this school: its counsellors, and who stands above them."""
    return principal.works_at(school, WORKS, *LADDER)


def may_give(principal: Principal, school: str, to: str) -> bool:
    """Whether somebody says who goes on with what has no owner: a counsellor only takes it, who stands above names a colleague, too."""
    return principal.works_at(school, *LADDER) or (to == principal.id and principal.works_at(school, WORKS))


def require_party(principal: Principal, known: WithoutCase, strategy: StandingAlone) -> Activity:
    """Whether an activity that stands alone is for this person, as its strategy says: its parties, or the staff of the school, too.

    Raises: NotFound: it is not there, or not theirs; the answer does not tell which.
    """
    activity = known.activity
    if activity is not None and _is_party(principal, known, activity, strategy):
        return activity
    raise NotFound(f"no {strategy.name} of yours has this id")


def _is_party(principal: Principal, known: WithoutCase, activity: Activity, strategy: StandingAlone) -> bool:
    school = strategy.school(activity)
    if school in principal.away or (known.gone and known.gone.why == "conflict" and known.gone.person == principal.id):
        return False
    return is_of(principal, activity) or (activity.audience.holders and principal.works_at(school))


def require_giver_of(principal: Principal, known: WithoutCase, strategy: StandingAlone, to: str) -> None:
    """Who gives such an activity to somebody. Raises: NotFound."""
    activity = known.activity
    if activity and known.gone and not activity.ended and may_give(principal, strategy.school(activity), to):
        return
    require_party(principal, known, strategy)
