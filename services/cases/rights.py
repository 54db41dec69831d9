"""Who may read what of a case and who may work on it, decided at the moment of asking (domain.md, Who is who)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, assert_never

from services.cases.domain.activity import Activity, ActivityCommand
from services.cases.domain.conflict import ConfirmAllegation, DeclareConflict, JudgeAllegation, RuleConflict
from services.cases.domain.group import NoteMember
from services.cases.domain.handling import BreakGlass, ConfirmBreakGlass, DeputiseCase, HandOverCase, TakeOverCase
from services.cases.domain.moving import LiftLegalHold, ReceiveTransfer, SetLegalHold
from services.cases.domain.referral import ApproveReferral
from services.cases.domain.reporting import ConfirmDataDecision, DecideDataRequest, RefuseData, ReleaseData
from services.cases.domain.state import CASE_STRATEGIES, Case
from services.cases.domain.strands import Acknowledge
from services.cases.domain.teacher import AnswerAsTeacher, DeclineAsTeacher
from shared.access import Principal
from shared.errors import NotAllowed, NotFound
from shared.message import Fact

Rights = Literal["content", "summary", "metadata", "participant", "receiver"]
"""participant: an activity of the case concerns this person, and that alone. receiver: of a school that the case is to be transferred to."""

_ANSWERS = (AnswerAsTeacher, DeclineAsTeacher)
_BY_COLLEAGUE = (Acknowledge, DeclareConflict, NoteMember, *_ANSWERS)
"""What needs no more than the summary: to take in hand what nobody has taken, to say that somebody is in conflict, to write about a member of one's
own group, to answer what one is asked."""
_BY_LEADER = (
    ApproveReferral, HandOverCase, DeputiseCase, TakeOverCase, ConfirmBreakGlass, RuleConflict, JudgeAllegation, ConfirmAllegation,
    DecideDataRequest, ConfirmDataDecision, ReleaseData, RefuseData, SetLegalHold, LiftLegalHold,
)  # fmt: skip
"""Own decisions of a principal, a supervisor or an officer: they read the summary and no more."""


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
    """The most that any of the principal's roles gives: a coordinator is often a counsellor, too."""
    if not principal.schools or not principal.at(case.school) or case.desk == "district":
        return None
    if principal.holds("coordinator") or (principal.holds("counsellor") and _works_on(principal, case, now)):
        return "content"
    return "summary" if principal.holds("counsellor", "principal") else None


def _works_on(principal: Principal, case: Case, now: datetime) -> bool:
    """A case that nobody has is for every counsellor of the school; whoever gave it away has it no longer."""
    return case.assignee is None or principal.id in (case.assignee, case.in_hand) or case.handling.deputy(principal.id, now)


def _concerned(principal: Principal, case: Case) -> Rights | None:
    if case.moves.asked and principal.schools and principal.at(case.moves.asked.to) and principal.holds("counsellor", "coordinator", "principal"):
        return "receiver"
    return "participant" if any(principal.id in readers_of(each) for each in case.activities.values()) else None


def require_right(principal: Principal, case: Case, command: Fact, now: datetime) -> None:
    """Whether the principal may give this command at all; the route's row has said so for the role.

    now: when it is given, whenever it happened. Raises: NotFound, NotAllowed.
    """
    if not _may_give(principal, case, command, rights(principal, case, now)):
        raise NotAllowed


def require_content(principal: Principal, case: Case, now: datetime) -> None:
    """Whether the principal works on this case. Raises: NotFound, NotAllowed."""
    if rights(principal, case, now) != "content":
        raise NotAllowed


def _may_give(principal: Principal, case: Case, command: Fact, allowed: Rights) -> bool:
    """Deny by default: whoever does not read the case whole gives the commands that need no more."""
    match allowed:
        case "content":
            return True
        case "summary":
            leads = principal.holds("principal", "supervisor", "district-officer") and isinstance(command, _BY_LEADER)
            return leads or isinstance(command, _BY_COLLEAGUE) or _goes_on(principal, case, command)
        case "metadata":
            return isinstance(command, BreakGlass)
        case "participant":
            return isinstance(command, _ANSWERS)
        case "receiver":
            return isinstance(command, ReceiveTransfer)
        case _:
            assert_never(allowed)


def _goes_on(principal: Principal, case: Case, command: Fact) -> bool:
    """A step of an activity that is the principal's own, also where the case is a colleague's: it was handed over to them."""
    activity = case.activities.get(command.activity) if isinstance(command, ActivityCommand) else None
    return activity is not None and activity.owner == principal.id


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
