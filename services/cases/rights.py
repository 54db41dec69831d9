"""Who may read what of a case and who may work on it, decided at the moment of asking (domain.md, Who is who)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from services.cases.domain.activity import Activity
from services.cases.domain.moving import ReceiveTransfer
from services.cases.domain.state import CASE_STRATEGIES, Case
from services.cases.domain.teacher import AnswerAsTeacher, DeclineAsTeacher
from shared.access import Principal
from shared.errors import NotAllowed, NotFound
from shared.message import Fact

Rights = Literal["content", "summary", "metadata", "participant", "receiver"]
"""participant: an activity of the case concerns this person, and that alone. receiver: of a school that the case is to be transferred to."""

_FOR_PARTICIPANTS = (AnswerAsTeacher, DeclineAsTeacher)


def rights(principal: Principal, case: Case, now: datetime) -> Rights:
    """What the principal may read of this case (domain.md, the table of Who is who).

    Raises: NotFound: nothing, and not even whether it exists. NotAllowed: named in a strand, or suspended.
    """
    if case.case is None:
        raise NotFound("no case of yours has this id")
    if principal.id in case.named:
        raise NotAllowed("you are named in this case")
    if principal.holds("auditor"):
        return "metadata"
    if principal.holds("district-duty") or principal.id in case.handling.officers:
        return "content"
    escalated = case.urgency == "emergency" or case.desk == "district" or any(each.step for each in case.deadlines.values())
    if principal.holds("supervisor", "district-officer") and escalated:
        return "summary"
    found = _at_school(principal, case, now) or _concerned(principal, case)
    if found is None:
        raise NotFound("no case of yours has this id")
    return found


def _at_school(principal: Principal, case: Case, now: datetime) -> Rights | None:
    if not principal.schools or not principal.at(case.school) or case.desk == "district":
        return None
    if principal.holds("counsellor"):
        mine = principal.id in (case.assignee, case.acknowledged_by) or case.handling.deputy(principal.id, now)
        return "content" if mine or case.assignee is None else "summary"
    if principal.holds("coordinator"):
        return "content"
    return "summary" if principal.holds("principal", "vice-principal") else None


def _concerned(principal: Principal, case: Case) -> Rights | None:
    if case.moves.asked and principal.schools and principal.at(case.moves.asked.to) and principal.holds("counsellor", "coordinator", "principal"):
        return "receiver"
    return "participant" if any(principal.id in readers_of(each) for each in case.activities.values()) else None


def require_right(principal: Principal, case: Case, command: Fact) -> None:
    """Whether the principal may give this command at all; the route's row has said so for the role.

    Raises: NotFound, NotAllowed.
    """
    now = getattr(command, "at", None) or datetime.now(UTC)
    match rights(principal, case, now):
        case "metadata":
            raise NotAllowed
        case "participant" if not isinstance(command, _FOR_PARTICIPANTS):
            raise NotAllowed
        case "receiver" if not isinstance(command, ReceiveTransfer):
            raise NotAllowed
        case _:
            return


def readers_of(activity: Activity) -> frozenset[str]:
    """Who may read it besides its owner."""
    return CASE_STRATEGIES.by_name[activity.strategy].readers(activity)


def may_read(principal: Principal, case: Case, activity: Activity, allowed: Rights) -> bool:
    """Whether an activity's content is for this person (domain.md, The nine strategies, Who may read the content)."""
    glasses = (case.handling.glasses or {}).values()
    for reader, opened, confirmed in glasses:
        if (reader, opened) == (principal.id, activity.activity) and (confirmed or activity.strategy != "conference"):
            return True
    readers = readers_of(activity)
    match activity.strategy:
        case "conference":
            return principal.id in readers
        case "counselling":
            return principal.id == activity.owner
        case _:
            return allowed == "content" or principal.id in readers or principal.id == activity.owner


def may_open(principal: Principal, case: Case, allowed: Rights, told: dict[str, Any]) -> bool:
    """Whether the sealed fields of one event, as JSON, are for this person."""
    activity = case.activities.get(told.get("activity", ""))
    if activity and told.get("type") != "glass-broken":
        return may_read(principal, case, activity, allowed)
    if told.get("type") == "member-noted":
        return bool(told.get("by") == principal.id)
    return allowed == "content"
