"""A case from its opening to its end, and the people who have it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.message import PublicEvent
from shared.sealed import ConcernText

Urgency = Literal["emergency", "high", "medium", "low"]
"""On screen: darurat, tinggi, sedang, rendah."""

OutcomeClass = Literal["helped", "referred", "no-action-needed", "transferred", "not-reached"]


class CaseEvent(PublicEvent):
    """Base of what is told about a case, by cases and by notifications: the case, its student (None while unidentified) and the school.

    Ordered with the student.
    """

    case: str
    student: str | None
    school: str

    @property
    def ordering_key(self) -> str:
        return self.student or f"case-{self.case}"


class CaseOpened(CaseEvent):
    type: Literal["case-opened"] = "case-opened"
    version: Literal[1] = 1
    concern: str


class ConcernJoinedCase(CaseEvent):
    """Also told for the first concern. read: its reporter was told that it had been read, as the first version did; nobody has read it then."""

    type: Literal["concern-joined-case"] = "concern-joined-case"
    version: Literal[2] = 2
    concern: str
    read: bool = True


class CaseTriaged(CaseEvent):
    """Level decided or raised: staff are alerted. `excluded`: ids of everybody named in any strand (never alerted).
    acknowledge_by, decide_by: clocks from the policy, in UTC.
    """

    type: Literal["case-triaged"] = "case-triaged"
    version: Literal[1] = 1
    concern: str
    urgency: Urgency
    desk: Literal["school", "district"]
    excluded: tuple[str, ...]
    acknowledge_by: datetime
    decide_by: datetime


class CaseAcknowledged(CaseEvent):
    """A person took the case in hand: the ladder stops. concerns: every concern folded into the case so far."""

    type: Literal["case-acknowledged"] = "case-acknowledged"
    version: Literal[1] = 1
    by: str
    concerns: tuple[str, ...]


class ConcernRead(CaseEvent):
    """A person who may read them opened the case: what its reporters said has been read. additions: what they said later."""

    type: Literal["concern-read"] = "concern-read"
    version: Literal[1] = 1
    by: str
    concerns: tuple[str, ...]
    additions: tuple[str, ...]


class ReporterAnswered(CaseEvent):
    """Whoever has the case wrote to the reporter of a concern, who reads it with the receipt.

    at: when it was written. text: sealed under the student's key, or the case's own while the student is not identified.
    """

    type: Literal["reporter-answered"] = "reporter-answered"
    version: Literal[1] = 1
    concern: str
    answer: str
    text: ConcernText
    by: str
    at: datetime


RevealGround = Literal["safety", "evidence", "complaint", "legal-duty"]
"""Why somebody must know who reported: the student's safety, what the reporter alone can say, a complaint about the report, a legal duty."""


class ReporterRevealed(CaseEvent):
    """Two people let one of them see who reported a concern: intake shows the name until then, and tells the reporter.

    reveal: the act by which it was asked for. by: who confirmed.
    """

    type: Literal["reporter-revealed"] = "reporter-revealed"
    version: Literal[1] = 1
    concern: str
    reveal: str
    asked_by: str
    by: str
    ground: RevealGround
    at: datetime
    until: datetime


class Deputy(BaseModel):
    """Somebody who stands in, until a moment."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    person: str
    until: datetime


class CasePeopleChanged(CaseEvent):
    """How people stand to the case from now on: whoever has something of it shows it to nobody else (shared/rights/people.py says what each means).

    The concern that opened the case tells nothing of it: then the case is for the counsellors of its school, and nobody but whom `CaseTriaged`
    excludes is kept away.
    """

    type: Literal["case-people-changed"] = "case-people-changed"
    version: Literal[1] = 1
    desk: Literal["school", "district"]
    has: tuple[str, ...]
    given: bool
    deputies: tuple[Deputy, ...]
    officers: tuple[str, ...]
    named: tuple[str, ...]
    suspended: tuple[str, ...]
    elsewhere: str | None
    receiving: str | None
    escalated: bool


class AlertsPassedOn(CaseEvent):
    """The case was received by another school, or merged into another case: the alerts that it had end here, for those who go on are alerted anew
    where nobody has it in hand. to_case, to_school: who goes on. by: who gave the receipt, or merged.
    """

    type: Literal["alerts-passed-on"] = "alerts-passed-on"
    version: Literal[1] = 1
    to_case: str
    to_school: str
    by: str


class CaseClosed(CaseEvent):
    """concerns: every concern folded into the case; outcome: what the reporter may hear."""

    type: Literal["case-closed"] = "case-closed"
    version: Literal[1] = 1
    concerns: tuple[str, ...]
    outcome: OutcomeClass
