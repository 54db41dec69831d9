"""Who may read what of a case and who may work on it, decided at the moment of asking (domain.md, Who is who)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, assert_never, get_args

from services.cases.domain.case.additions import StrandContinued
from services.cases.domain.case.state import Case
from services.cases.domain.case.strands import NoteAdded, StrandAdded
from services.cases.domain.steps.activity import Activity, ActivityEvent
from services.cases.domain.steps.command import ActEvent, OwnWords
from services.cases.domain.steps.strategy import StandingAlone
from services.cases.domain.strategies.group import Group
from shared.access import EVERYWHERE, CommandRow, Principal
from shared.errors import NotAllowed, NotFound, Refused
from shared.message import Event

Rights = Literal["content", "summary", "metadata", "participant", "receiver", "present"]
"""participant: an activity of the case concerns this person, and that alone. receiver: of a school that the case is to be transferred to.

present: of the school where the student is now, while the case is at another one: the concerns that this school was alerted to, and what the person
has written. The rest stays with the school that has the case, until the receipt.
"""

_MAY_TAKE = ("counsellor", "coordinator", "principal")
"""Who of a school sees that a case is to come, and takes it."""

_LEADERS = ("principal", "supervisor", "district-officer")
"""They read the summary and no more, and give the commands of a leader."""

OF_THE_SCHOOL = ("counsellor", "coordinator", "principal")
_ABOVE_THE_SCHOOL = ("supervisor", "district-officer")
_OF_THE_DISTRICT = ("district-duty", "auditor")


def schools_of(principal: Principal) -> str:
    """Which schools somebody may see, as the read models' wall takes it: ids with commas, `*` for the district, nothing for nobody.

    `desk:` before an id adds what goes past that school to the district's desk.
    """
    if principal.kind == "service" or principal.schools(*_OF_THE_DISTRICT):
        return "*"
    above = principal.schools(*_ABOVE_THE_SCHOOL)
    return "*" if above == EVERYWHERE else ",".join(sorted({*principal.schools(), *above, *(f"desk:{school}" for school in above)}))


@dataclass(frozen=True, slots=True)
class Sight:
    """What of the lists somebody sees. whole: schools where it is everything; late: where it is what climbed the ladder or was escalated."""

    whole: frozenset[str]
    late: frozenset[str] = frozenset()


def sight_of(principal: Principal, *roles: str) -> Sight:
    """roles: of a school that see everything there; those of the district's duty do so everywhere (domain.md, Who is who)."""
    if principal.kind == "service" or principal.schools(*_OF_THE_DISTRICT):
        return Sight(EVERYWHERE)
    return Sight(principal.schools(*(roles or OF_THE_SCHOOL)), principal.schools(*_ABOVE_THE_SCHOOL))


# a case ------------------------------------------------------------------------------------------------------------


def rights(principal: Principal, case: Case, now: datetime) -> Rights:
    """What the principal may read of this case (domain.md, the table of Who is who).

    Raises: NotFound: nothing, and not even whether it exists. NotAllowed: named in a strand, or suspended.
    """
    if case.case is None:
        raise NotFound("no case of yours has this id")
    if principal.id in case.named:
        raise NotAllowed("you are named in this case")
    if principal.holds_at(case.school, "auditor"):
        return "metadata"
    if principal.holds_at(case.school, "district-duty") or _took_over(principal, case):
        return "content"
    late = any(each.step for each in case.deadlines.values())
    escalated = case.urgency == "emergency" or case.desk == "district" or late or bool(case.conflicts.waiting)
    if principal.holds_at(case.school, *_ABOVE_THE_SCHOOL) and escalated:
        return "summary"
    found = _at_school(principal, case, now) or _concerned(principal, case)
    if found is None:
        raise NotFound("no case of yours has this id")
    return found


def _took_over(principal: Principal, case: Case) -> bool:
    """An officer or supervisor of the school took the case over, and is that still."""
    return principal.id in case.handling.officers and principal.holds_at(case.school, *_ABOVE_THE_SCHOOL)


def _at_school(principal: Principal, case: Case, now: datetime) -> Rights | None:
    """The most that any of the principal's roles at the case's school gives: a coordinator is often a counsellor, too."""
    if case.desk == "district":
        return None
    if principal.holds_at(case.school, "coordinator") or (principal.holds_at(case.school, "counsellor") and _works_on(principal, case, now)):
        return "content"
    return "summary" if principal.holds_at(case.school, "counsellor", "principal") else None


def _works_on(principal: Principal, case: Case, now: datetime) -> bool:
    """A case that nobody has is for every counsellor of the school; whoever gave it away has it no longer."""
    return case.assignee is None or principal.id in (case.assignee, case.in_hand) or case.handling.deputy(principal.id, now)


def _concerned(principal: Principal, case: Case) -> Rights | None:
    if case.elsewhere and case.desk == "school" and principal.holds_at(case.elsewhere, *_MAY_TAKE):
        return "present"
    if _receives(principal, case, *_MAY_TAKE):
        return "receiver"
    asked = principal.at(case.school) and any(principal.id in each.audience.people for each in case.activities.values())
    return "participant" if asked else None


def _receives(principal: Principal, case: Case, *roles: str) -> bool:
    return case.moves.asked is not None and principal.holds_at(case.moves.asked.to, *roles)


def is_there(principal: Principal, case: Case) -> bool:
    """Whether the principal takes in hand what the student's school of today was alerted to: its staff, and the district's."""
    return case.elsewhere is None or principal.at(case.elsewhere)


def require_right(principal: Principal, case: Case, row: CommandRow, step_of: str | None, now: datetime) -> None:
    """Whether the principal may give a command of this row of the permission file at all.

    step_of: the activity whose step it is. now: when it is given, whenever it happened. Raises: NotFound, NotAllowed.
    """
    allowed = rights(principal, case, now)
    if not (principal.holds_at(_where(case, allowed), *row.roles) and _suffices(principal, case, row, step_of, allowed)):
        raise NotAllowed


def _where(case: Case, allowed: Rights) -> str:
    """The school at which somebody with these rights holds the role for it."""
    if allowed == "receiver" and case.moves.asked:
        return case.moves.asked.to
    return case.elsewhere or case.school if allowed == "present" else case.school


def require_content(principal: Principal, case: Case, now: datetime) -> None:
    """Whether the principal works on this case. Raises: NotFound, NotAllowed."""
    if rights(principal, case, now) != "content":
        raise NotAllowed


def _suffices(principal: Principal, case: Case, row: CommandRow, step_of: str | None, allowed: Rights) -> bool:
    """Deny by default: whoever does not read the case whole gives the commands whose row names what they read."""
    match allowed:
        case "content":
            return True
        case "summary":
            leads = "leader" in row.also and principal.holds_at(case.school, *_LEADERS)
            return leads or "colleague" in row.also or _goes_on(principal, case, step_of)
        case "present":
            return allowed in row.also or _goes_on(principal, case, step_of)
        case "metadata" | "participant" | "receiver":
            return allowed in row.also
        case _:
            assert_never(allowed)


def _goes_on(principal: Principal, case: Case, step_of: str | None) -> bool:
    """A step of an activity that is the principal's own, also where the case is a colleague's: it was handed over to them."""
    activity = case.activities.get(step_of or "")
    return activity is not None and activity.owner == principal.id


def may_read(principal: Principal, case: Case, activity: Activity, allowed: Rights) -> bool:
    """Whether an activity's content is for this person (domain.md, The nine strategies, Who may read the content)."""
    audience = activity.audience
    glasses = (case.handling.glasses or {}).values()
    for reader, opened, confirmed in glasses:
        if (reader, opened) == (principal.id, activity.activity) and (confirmed or not audience.second_person):
            return True
    return _is_of(principal, activity) or (audience.holders and allowed == "content")


def _is_of(principal: Principal, activity: Activity) -> bool:
    """The audience names this person, or the activity is theirs and its audience has its owner in it."""
    audience = activity.audience
    return principal.id in audience.people or (audience.owner and principal.id == activity.owner)


def may_open(principal: Principal, case: Case, allowed: Rights, event: Event) -> bool:
    """Whether the sealed fields of one event are for this person."""
    activity = case.activities.get(event.activity) if isinstance(event, ActivityEvent) else None
    if activity:
        return may_read(principal, case, activity, allowed)
    if isinstance(event, OwnWords):
        return event.by == principal.id
    return allowed == "content" or (allowed == "present" and _is_of_here(principal, case, event))


def _is_of_here(principal: Principal, case: Case, event: Event) -> bool:
    """What the school where the student is now was alerted to, and what the person has written."""
    if isinstance(event, StrandAdded | StrandContinued):
        return event.concern.concern in case.heard_elsewhere
    return isinstance(event, ActEvent | NoteAdded) and event.by == principal.id


# a reason for reading -----------------------------------------------------------------------------------------------

ReadingReason = Literal["supervision", "stand-in", "hand-over", "safety", "complaint", "report"]
"""Why a coordinator reads a colleague's case: supervision, standing in, a hand-over, the student's safety, a complaint, a report."""


class ReadingReasonNeeded(Refused):
    """A coordinator reads a colleague's case with a reason, which the record keeps (domain.md, Who is who)."""

    code = "reading-reason-needed"
    status = 428
    title = "Say why"
    indonesian = "Kasus ini ditangani rekan Anda. Pilih alasan membacanya; alasan itu dicatat."
    english = "A colleague has this case. Choose why you read it; the reason is recorded."

    def __str__(self) -> str:
        return f"{self.english} Add `reason` to the address: {', '.join(get_args(ReadingReason))}."


def require_reason(principal: Principal, case: Case, now: datetime, reason: ReadingReason | None) -> None:
    """Raises: ReadingReasonNeeded: the principal reads it as coordinator only, and it is somebody else's."""
    if reason is None and _reads_as_coordinator(principal, case, now):
        raise ReadingReasonNeeded


def _reads_as_coordinator(principal: Principal, case: Case, now: datetime) -> bool:
    if not principal.holds_at(case.school, "coordinator") or principal.holds_at(case.school, "district-duty") or _took_over(principal, case):
        return False
    theirs = case.owner in (None, principal.id) or case.in_hand == principal.id or case.handling.deputy(principal.id, now)
    return not theirs and _at_school(principal, case, now) == "content"


# what stands without a case ----------------------------------------------------------------------------------------


def require_at_school(principal: Principal, school: str) -> None:
    """The principal has one of the roles for which this is, there. Raises: NotFound: nothing of another school is known of."""
    if not principal.at(school):
        raise NotFound("nothing of yours has this id")


def require_leader(principal: Principal, group: Group) -> None:
    """Raises: NotFound: only the leader, while at the group's school, knows of a group."""
    if group.group is None or principal.id != group.leader or not principal.at(group.school):
        raise NotFound("no group of yours has this id")


def require_party(principal: Principal, activity: Activity | None, strategy: StandingAlone) -> Activity:
    """Whether an activity that stands alone is for this person, as its strategy says: its parties, or the staff of the school, too.

    Raises: NotFound, NotAllowed.
    """
    if activity is None:
        raise NotFound(f"no {strategy.name} of yours has this id")
    if _is_of(principal, activity):
        return activity
    require_at_school(principal, strategy.school(activity))
    if not activity.audience.holders:
        raise NotAllowed
    return activity
