"""What a case is told from outside and what its counsellor does first: concerns as strands, triage with a receipt, acknowledging, assigning, notes,
matching, closing, reopening.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from services.cases.domain.policy import Policy
from services.cases.domain.triage import TriageInputs
from shared.events import ConcernRaised, OutcomeClass, Urgency
from shared.message import Event, Fact
from shared.sealed import Sealed

# commands ----------------------------------------------------------------------------------------------------------


class TakeConcern(Fact):
    """A concern about this case's student. at: when it was recorded at intake. decision: id of the triage receipt."""

    case: str
    concern: ConcernRaised
    policy: Policy
    decision: str
    at: datetime


class Acknowledge(Fact):
    """A person takes the case in hand."""

    by: str


class Assign(Fact):
    """to: the counsellor who works the case from now on. elsewhere: counsellors of the other side of the same incident."""

    to: str
    by: str
    elsewhere: frozenset[str] = frozenset()


class AddNote(Fact):
    """A note of the case, sealed; adding one never conflicts."""

    note: str
    text: Sealed
    by: str


class SetUrgency(Fact):
    """A named person raises or lowers, with a reason; the machine only raises. policy, at: for the clocks and the alert of a raised level."""

    decision: str
    urgency: Urgency
    reason: Sealed
    by: str
    policy: Policy
    at: datetime


class RecordAlert(Fact):
    """An alert left to a person, or nobody acknowledged it: a fact."""

    alert: str
    person: str | None
    outcome: Literal["sent", "exhausted"]


class Match(Fact):
    """The unidentified student is this one."""

    student: str
    by: str


class Close(Fact):
    """task_reviewed: the developmental task was looked at, in the counsellor's words. outcome: what the reporter may hear."""

    outcome: OutcomeClass
    task_reviewed: Sealed
    by: str


class Reopen(Fact):
    reason: Sealed
    by: str


# events ------------------------------------------------------------------------------------------------------------


class StrandAdded(Event):
    """What one concern says about this student; it keeps readers of its own."""

    type: Literal["strand-added"] = "strand-added"
    version: Literal[1] = 1
    concern: ConcernRaised
    at: datetime


class UrgencyDecided(Event):
    """A decision receipt: policy, exact inputs, rules fired; by: the person who overrode, None for the machine."""

    type: Literal["urgency-decided"] = "urgency-decided"
    version: Literal[1] = 1
    decision: str
    concern: str | None
    policy: str | None
    policy_version: int | None
    inputs: TriageInputs | None
    rules: tuple[str, ...]
    urgency: Urgency
    by: str | None
    reason: Sealed | None


class SafetyCheckAsked(Event):
    """A critical fact is unknown: somebody must see whether the student is safe."""

    type: Literal["safety-check-asked"] = "safety-check-asked"
    version: Literal[1] = 1
    concern: str


class CaseAssigned(Event):
    type: Literal["case-assigned"] = "case-assigned"
    version: Literal[1] = 1
    to: str
    by: str


class NoteAdded(Event):
    type: Literal["note-added"] = "note-added"
    version: Literal[1] = 1
    note: str
    text: Sealed
    by: str


class AlertRecorded(Event):
    type: Literal["alert-recorded"] = "alert-recorded"
    version: Literal[1] = 1
    alert: str
    person: str | None
    outcome: Literal["sent", "exhausted"]


class StudentMatched(Event):
    type: Literal["student-matched"] = "student-matched"
    version: Literal[1] = 1
    student: str
    by: str


class TaskReviewed(Event):
    """The developmental task at closing (tugas perkembangan)."""

    type: Literal["task-reviewed"] = "task-reviewed"
    version: Literal[1] = 1
    text: Sealed
    by: str


class CaseReopened(Event):
    """reason: None where a new concern reopened it, by the policy."""

    type: Literal["case-reopened"] = "case-reopened"
    version: Literal[1] = 1
    reason: Sealed | None
    by: str
