"""A case that already runs on paper: what is said when it is brought into Tanggap, and what the history keeps of it (people.md, The desk)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime
from pydantic import Field as Limit

from services.cases.domain.steps.activity import Part
from services.cases.domain.steps.command import ActEvent, Command
from services.cases.domain.steps.filled import Filled
from services.cases.domain.steps.named import GOES_ON, Names
from services.cases.domain.steps.tells import Tells, counted
from services.cases.domain.successor import NOBODY, Staff
from shared.errors import Refused
from shared.events import Category, ConcernKind, StudentRole, Urgency
from shared.message import Event
from shared.sealed import CaseText, ConcernText

PaperStrategy = Literal[
    "counselling", "group-counselling", "teacher-collaboration", "parent-collaboration", "partnership", "consultation", "conference", "home-visit",
    "inbound-referral", "referral", "official-report",
]  # fmt: skip
"""What may have been done on paper, by the names of the strategies."""

MOST_SERVICES = 50
_ON_PAPER = "paper-"


def on_paper(concern: str) -> bool:
    """Nobody reported it to Tanggap: it is what a paper file said, so there is no receipt and nobody to write back to."""
    return concern.startswith(_ON_PAPER)


# commands ----------------------------------------------------------------------------------------------------------


class PaperService(Part):
    """Something that was done while the case ran on paper. words: in short, what came of it; the record itself stays in the file."""

    strategy: PaperStrategy
    at: AwareDatetime
    words: CaseText | None = None


class BringIn(Command, called="bring-in", permission="bring-in"):
    """Bring a case that runs on paper into Tanggap: since when (happened_at), what it is about, who has it, what was done, what comes next and when.

    accused: staff whom the file accuses. to: who has the case. student_at: where the roster has the student. entered_at: when this is said.
    staff: of the school and the district.
    """

    case: Annotated[str, Filled("fresh-id", "case")]
    concern: Annotated[str, Filled("fresh-id", "paper")]
    decision: Annotated[str, Filled("fresh-id", "urgency")]
    school: str
    student: Annotated[str, Names("student")]
    student_at: Annotated[str | None, Filled("student-at")] = None
    role: StudentRole
    kind: ConcernKind
    categories: Annotated[tuple[Category, ...], Limit(min_length=1, max_length=26)]
    urgency: Urgency
    text: ConcernText
    accused: Annotated[tuple[str, ...], Names("staff", fit=False), Limit(max_length=10)] = ()
    to: Annotated[str, GOES_ON]
    services: Annotated[tuple[PaperService, ...], Limit(max_length=MOST_SERVICES)] = ()
    next_step: CaseText
    next_by: AwareDatetime
    entered_at: Annotated[AwareDatetime, Filled("now")]
    staff: Annotated[Staff, Filled("staff")] = NOBODY

    @property
    def told(self) -> str:
        """The id under which the case knows what the file says."""
        return f"{_ON_PAPER}{self.concern}"


# events ------------------------------------------------------------------------------------------------------------


class CaseBroughtIn(ActEvent):
    """at: since when the case has run. concern: the id of what the file says. next_by: until when the next step is expected."""

    type: Literal["case-brought-in"] = "case-brought-in"
    version: Literal[1] = 1
    concern: str
    entered_at: AwareDatetime
    services: tuple[PaperService, ...]
    next_step: CaseText
    next_by: AwareDatetime

    @property
    def reported(self) -> bool:
        """The report that the law requires was filed on paper."""
        return any(each.strategy == "official-report" for each in self.services)


# refusals ----------------------------------------------------------------------------------------------------------


class StudentAtAnotherSchool(Refused):
    code = "student-at-another-school"
    indonesian = "Murid ini tidak tercatat di sekolah ini. Kasusnya dimasukkan di sekolah tempat ia tercatat."
    english = "The roster does not have this student at this school. The case is entered at the school where it has them."


class NextStepPassed(Refused):
    code = "next-step-passed"
    indonesian = "Langkah berikutnya harus pada hari yang belum lewat."
    english = "The next step must be on a day that has not passed."


class ServiceOutsideCase(Refused):
    code = "service-outside-case"
    indonesian = "Yang sudah dilakukan harus di antara hari kasus dimulai dan hari ini."
    english = "What was done must lie between the day on which the case began and today."


TELLS: Mapping[type[Event], Tells[Any]] = {CaseBroughtIn: counted()}
