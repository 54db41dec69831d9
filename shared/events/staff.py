"""What staff must hear: that something waits for them, or is late, and whether an alert reached them. Never with content."""

from __future__ import annotations

from typing import Literal

from shared.events.cases import CaseEvent, Urgency

StaffMessage = Literal[
    "teacher-asked", "teacher-answered", "invited", "commitment", "visit", "assigned", "deputy", "student-moved", "student-left",
    "case-asked-for", "case-kept", "transfer-declined", "transfer-received", "approval", "without-owner", "conflict-ruling", "many-claims",
    "new-words", "glass-broken", "guardian-answered", "same-student", "reporter-asked", "reporter-revealed", "report-waived",
]  # fmt: skip
"""What waits for a member of staff; the mail says no more than that something does."""


class StaffToBeTold(CaseEvent):
    """Something waits for this member of staff: one mail, without content, to nobody else. case: empty where it is about no case, as a group."""

    type: Literal["staff-to-be-told"] = "staff-to-be-told"
    version: Literal[1] = 1
    person: str
    message: StaffMessage


class CoordinatorToBeTold(CaseEvent):
    """Something waits for the school's coordinator, or where there is none for whoever is above: one mail, without content.

    desk, excluded: as in `CaseTriaged`.
    """

    type: Literal["coordinator-to-be-told"] = "coordinator-to-be-told"
    version: Literal[1] = 1
    message: StaffMessage
    desk: Literal["school", "district"]
    excluded: tuple[str, ...]


SchoolMessage = Literal["student-arrived", "student-moved", "student-left", "transfer-asked", "transfer-withdrawn", "case-asked-for"]
"""What waits for somebody of a school, nobody by name; the mail says no more than that something does."""


class SchoolToBeTold(CaseEvent):
    """Something waits for this school, which need not be the one that has the case: the first rung of its ladder with somebody on it hears, by one
    mail without content. excluded: ids of everybody named in any strand.
    """

    type: Literal["school-to-be-told"] = "school-to-be-told"
    version: Literal[1] = 1
    message: SchoolMessage
    desk: Literal["school", "district"]
    excluded: tuple[str, ...]


class WorkOverdue(CaseEvent):
    """A deadline passed. step: 0 tells the owner, each further one the next rung of the ladder. what: code of what was expected."""

    type: Literal["work-overdue"] = "work-overdue"
    version: Literal[1] = 1
    what: str
    urgency: Urgency
    desk: Literal["school", "district"]
    step: int
    owner: str | None
    excluded: tuple[str, ...]


class StaffAlerted(CaseEvent):
    """One alert to one person left by SMTP (the mail server took it)."""

    type: Literal["staff-alerted"] = "staff-alerted"
    version: Literal[1] = 1
    alert: str
    person: str
    step: int


class AlertExhausted(CaseEvent):
    """Nobody could be reached or nobody acknowledged: the alert is in the hands of `person`, by name (district duty)."""

    type: Literal["alert-exhausted"] = "alert-exhausted"
    version: Literal[1] = 1
    alert: str
    person: str | None
