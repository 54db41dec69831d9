"""Where the student of a case is now, and who hears of it (domain page, "People come and go").

The school where the student is now is alerted to what nobody has taken in hand yet, and sees that there is a case. The school that has the case is
asked to transfer it, and remains responsible until the other's receipt.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from services.cases.domain.case.state import Case
from services.cases.domain.case.transferring import StudentMoved
from services.cases.domain.steps.deadline import in_hand_by
from services.cases.domain.steps.policy import Policy
from shared.events import CaseTriaged, SchoolMessage, SchoolToBeTold, StaffToBeTold
from shared.message import Event, Fact

SETTLE_DAYS = 2
"""School days in which a case is transferred, kept or closed after its student moved."""


class NoteWhereabouts(Fact):
    """What the roster says of the case's student. school: None where it has them no more. at: when that was recorded."""

    school: str | None
    at: datetime
    policy: Policy


def note(command: NoteWhereabouts, case: Case) -> Sequence[Event]:
    """Nothing where that is no news, or where the case is over."""
    if case.closed or not is_news(command.school, case):
        return []
    moved = left_for(command.school, command.at, command.policy)
    if command.school == case.school:
        return [moved]
    return [moved, *owner_told(command.school, case), *_school_told(command, case)]


def is_news(school: str | None, case: Case) -> bool:
    """Whether the roster says something else than before. A school that gave the case away may only have an older roster."""
    if case.student is None or school in case.moves.given_by:
        return False
    if case.moves.student is None:
        return school != case.school or bool(case.moves.given_by)
    return school != case.moves.student.school


def left_for(school: str | None, at: datetime, policy: Policy) -> StudentMoved:
    return StudentMoved(school=school, at=at, settle_by=policy.calendar.after(at, SETTLE_DAYS))


def alerted(case: Case, school: str, concern: str, at: datetime, policy: Policy) -> CaseTriaged:
    """The staff of a school are alerted, at the level that the case has. concern: the newest."""
    taken = in_hand_by(policy, case.urgency, at)
    return CaseTriaged(
        case=case.case or "",
        student=case.student,
        school=school,
        concern=concern,
        urgency=case.urgency,
        desk=case.desk,
        excluded=tuple(sorted(case.named)),
        acknowledge_by=taken.acknowledge,
        decide_by=taken.decide,
    )


def owner_told(school: str | None, case: Case) -> list[Event]:
    """Whoever has the case hears that its student is elsewhere; where nobody has it, the school does."""
    message: Literal["student-moved", "student-left"] = "student-moved" if school else "student-left"
    owner = case.owner
    if owner is None or owner in case.named:
        return [school_told(case, case.school, message)]
    return [StaffToBeTold(case=case.case or "", student=case.student, school=case.school, person=owner, message=message)]


def _school_told(command: NoteWhereabouts, case: Case) -> list[Event]:
    """The new school: that there is a case; and, while nobody has taken a concern in hand, an alert."""
    if command.school is None or case.desk == "district":
        return []
    if case.in_nobody_s_hand:
        return [alerted(case, command.school, case.in_nobody_s_hand[-1], command.at, command.policy)]
    return [school_told(case, command.school, "student-arrived")]


def school_told(case: Case, school: str, message: SchoolMessage) -> SchoolToBeTold:
    """One mail, without content, to the first rung of a school."""
    return SchoolToBeTold(
        case=case.case or "", student=case.student, school=school, message=message, desk=case.desk, excluded=tuple(sorted(case.named))
    )  # fmt: skip
