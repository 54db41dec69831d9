"""Concerns, as intake tells them: one event for each student that a concern is about (decision 8)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.message import PublicEvent
from shared.sealed import ConcernText

StudentRole = Literal["affected", "accused", "witness", "involved"]
PersonRole = Literal["accused", "witness", "involved"]
Relation = Literal["staff", "guardian", "outsider"]
Channel = Literal["web", "api", "phone", "letter", "chat", "box"]
ReporterKind = Literal["staff", "student", "guardian", "public", "anonymous", "agency", "confidential"]
"""agency: a partner that sends a child to the school (referal masuk). confidential: somebody of the roster whom intake alone knows, because
they asked that whoever reads the case is not told who they are.
"""
ConcernKind = Literal["need", "incident"]
Category = Literal[
    "bullying", "physical-violence", "psychological-violence", "sexual-violence", "self-harm", "suicide", "threat", "weapon",
    "trafficking", "missing", "ongoing-abuse", "neglect", "drugs", "pregnancy", "child-marriage", "medical", "emotional", "family",
    "fight", "discrimination", "truancy", "learning", "career", "quarrel", "social", "other",
]  # fmt: skip
Fact = Literal[
    "weapon", "self_harm", "injury", "suicide_attempt", "suicide_plan", "suicidal_thoughts", "threat_to_kill", "sexual_violence",
    "trafficking", "ongoing_abuse", "unsafe_now", "missing", "acute_medical", "intoxicated", "repeated", "power_imbalance", "fear",
    "likely_harm_soon", "severe",
]  # fmt: skip
"""Dangers a reporter may answer yes or no; an unanswered one is unknown, which is not no."""


class NamedPerson(BaseModel):
    """Somebody other than a student named in a concern. `person` is None where the reporter gave no known id; description: in the reporter's
    words, sealed under the concern's own key.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    person: str | None
    relation: Relation
    role: PersonRole
    description: ConcernText | None = None


class ConcernRaised(PublicEvent):
    """One concern as told about one student. A concern about three students makes three of these (decision 8).

    student: None where the reporter could not name one (then the concern goes to the school's matching queue).
    text: the narrative, sealed under this student's key (purpose `concern`); under the concern's own key where student is None.
    others: the other students of the same concern (ids; they link the cases, dates only). people: staff, guardians and outsiders named;
    nobody of them is alerted. desk: `district` where an accused staff member is not identified, else `school`.
    occurrence: tells distinct incidents apart for the repeat rule.
    """

    type: Literal["concern-raised"] = "concern-raised"
    version: Literal[1] = 1
    concern: str
    school: str
    student: str | None
    role: StudentRole
    kind: ConcernKind
    categories: tuple[Category, ...]
    facts: dict[Fact, bool] = Field(default_factory=dict)
    text: ConcernText
    description: ConcernText | None = None
    others: tuple[str, ...] = ()
    people: tuple[NamedPerson, ...] = ()
    guardians_unsafe: bool = False
    desk: Literal["school", "district"] = "school"
    channel: Channel
    reporter_kind: ReporterKind
    reporter: str | None = None
    happened_at: datetime | None = None

    @property
    def ordering_key(self) -> str:
        return self.student or f"concern-{self.concern}"


class ConcernContinued(PublicEvent):
    """What a reporter said later, as told about one student whom the concern identifies, or about all whom it does not (student None).

    It says everything about the concern that a case must know, because the case that goes on may not be the one that the concern joined.
    role, reporter_kind, text: as in `ConcernRaised`. answers: the dangers answered this time. facts: all that were answered by now, the latest
    answer to each. students: how many of the concern's students it is about.
    """

    type: Literal["concern-continued"] = "concern-continued"
    version: Literal[1] = 1
    concern: str
    addition: str
    school: str
    student: str | None
    students: int
    role: StudentRole
    kind: ConcernKind
    categories: tuple[Category, ...]
    answers: dict[Fact, bool]
    facts: dict[Fact, bool]
    text: ConcernText
    people: tuple[NamedPerson, ...]
    guardians_unsafe: bool
    desk: Literal["school", "district"]
    reporter_kind: ReporterKind

    @property
    def ordering_key(self) -> str:
        return self.student or f"concern-{self.concern}"


class ConcernAttached(PublicEvent):
    """A file came with what a reporter said later, as told about one student whom the concern identifies, or about all whom it does not.

    attachment: where it lies at intake, sealed. addition: with which words it came. kind, octets: what its content is. digest: the SHA-256 of the
    original, in hexadecimal: what is shown later is what came. key: of this file alone, sealed as the words are.
    """

    type: Literal["concern-attached"] = "concern-attached"
    version: Literal[1] = 1
    concern: str
    attachment: str
    addition: str
    school: str
    student: str | None
    kind: Literal["jpeg", "png", "webp", "pdf"]
    octets: int
    digest: str
    key: ConcernText

    @property
    def ordering_key(self) -> str:
        return self.student or f"concern-{self.concern}"
