"""What a case is told from outside and what its counsellor does first: concerns as strands, triage with a receipt, acknowledging, assigning, notes,
matching, closing, reopening.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from services.cases.domain.relatives import Relatives
from services.cases.domain.steps.activity import Activity
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.filled import Filled, PolicyNow
from services.cases.domain.steps.named import GOES_ON, Names
from services.cases.domain.steps.policy import Policy
from services.cases.domain.steps.tells import NOTHING, Notice, Tells, counted
from services.cases.domain.steps.triage import TriageInputs
from shared.events import CaseAcknowledged, CaseClosed, CaseOpened, CaseTriaged, ConcernJoinedCase, ConcernRaised, OutcomeClass, Urgency
from shared.message import Event, Fact
from shared.sealed import CaseText

# commands ----------------------------------------------------------------------------------------------------------


class TakeConcern(Fact):
    """A concern about this case's student. at: when it was recorded at intake. decision: id of the triage receipt.

    student_at: the school where the roster has the student; None where the roster does not know better than the concern. relatives: of the students.
    """

    case: str
    concern: ConcernRaised
    policy: Policy
    decision: str
    at: datetime
    student_at: str | None = None
    relatives: Relatives = Field(default_factory=Relatives)


class Acknowledge(Command, called="acknowledge", permission="in-hand"):
    """A person takes the case in hand. there: the person may do so at the school where the student is now. counsels_other_side: they would work with
    both sides of one incident.
    """

    there: Annotated[bool, Filled("is-there")] = True
    counsels_other_side: Annotated[bool, Filled("counsels-other-side")] = False


class Assign(Command, called="assign", permission="charge"):
    """to: the counsellor who works the case from now on. elsewhere: counsellors of the other side of the same incident."""

    to: Annotated[str, GOES_ON]
    elsewhere: Annotated[frozenset[str], Filled("other-side")] = frozenset()


class AddNote(Command, called="note", permission="work", adds=True):
    """A note of the case, sealed; adding one never conflicts."""

    note: Annotated[str, Filled("fresh-id", "note")]
    text: CaseText


class SetUrgency(Command, called="set-urgency", permission="work"):
    """A named person raises or lowers, with a reason; the machine only raises. policy: for the clocks and the alert of a raised level."""

    decision: Annotated[str, Filled("fresh-id", "urgency")]
    urgency: Urgency
    reason: CaseText
    policy: PolicyNow


class RecordAlert(Fact):
    """An alert left to a person, or nobody acknowledged it: a fact."""

    alert: str
    person: str | None
    outcome: Literal["sent", "exhausted"]


class Match(Command, called="match", permission="charge"):
    """The unidentified student is this one. student_at: where the roster has the student. policy: for what a student of another school asks for.

    relatives: of this student and the others of the incident.
    """

    student: Annotated[str, Names("student")]
    student_at: Annotated[str | None, Filled("student-at")] = None
    policy: PolicyNow
    relatives: Annotated[Relatives, Filled("relatives")] = Field(default_factory=Relatives)


class Close(Command, called="close", permission="charge"):
    """outcome_class: what the reporter may hear. task_reviewed: the developmental task was looked at, in the counsellor's words."""

    outcome_class: OutcomeClass
    task_reviewed: CaseText


class Reopen(Command, called="reopen", permission="charge"):
    """text: why. families: of the students of its incidents, as the roster has them now."""

    text: CaseText
    families: Annotated[Relatives, Filled("families")] = Relatives()


StrandCommand = Acknowledge | Assign | AddNote | SetUrgency | Match | Close | Reopen
"""What a person does first with a case, and last."""


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
    reason: CaseText | None


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
    text: CaseText
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
    text: CaseText
    by: str


class CaseReopened(Event):
    """reason: None where a new concern reopened it, by the policy."""

    type: Literal["case-reopened"] = "case-reopened"
    version: Literal[1] = 1
    reason: CaseText | None
    by: str


def _assigned(event: CaseAssigned, _: Activity | None) -> Iterable[str]:
    return (event.to,)


TELLS: Mapping[type[Event], Tells[Any]] = {
    CaseOpened: counted(),
    StrandAdded: NOTHING,
    ConcernJoinedCase: NOTHING,
    UrgencyDecided: counted("urgency"),
    SafetyCheckAsked: NOTHING,
    CaseTriaged: NOTHING,
    CaseAcknowledged: counted(),
    CaseAssigned: Tells(Notice("assigned", _assigned)),
    NoteAdded: NOTHING,
    AlertRecorded: NOTHING,
    StudentMatched: NOTHING,
    TaskReviewed: NOTHING,
    CaseClosed: counted("outcome"),
    CaseReopened: counted(),
}
