"""Every official document there is: who builds its model, where its words stand, under which key it is kept. One row each.

Which of them may be issued when, the strategies say themselves (`Document` in their files).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Generic, Literal, TypeVar, get_args

from services.cases.letters.form import Form, TableForm, form_of
from services.cases.letters.material import Material
from services.cases.letters.model import Model
from services.cases.letters.papers import counselling, group, meetings, official, people, referral, reports, whole
from services.cases.letters.papers.reports import Figures
from shared.errors import StartRefused

FORMS = Path(__file__).parent / "forms"

M = TypeVar("M", Material, Figures)
Seals = Literal["contents", "confided", "package"]
"""The field of the command that holds a document's data, and by it the purpose of the key."""


@dataclass(frozen=True)
class Kind(Generic[M]):
    """One document. name: as strategies name it. model: what stands in it; build: makes that. forms: the folder of its words.

    endorser: who signs it where the document names somebody. template: raised with each change of how it is printed.
    """

    name: str
    model: type[Model]
    build: Callable[[M], Model]
    seals: Seals = "contents"
    endorser: Callable[[M], str | None] | None = None
    forms: Path = FORMS
    template: int = 2

    @cached_property
    def form(self) -> Form:
        """Its words."""
        return form_of(self.forms / f"{self.name}.toml")


def kinds_of(*kinds: Kind[M]) -> Mapping[str, Kind[M]]:
    """By name. Raises: StartRefused: the words of one do not fit its fields."""
    faults = [fault for kind in kinds for fault in _faults(kind)]
    if faults:
        raise StartRefused("documents do not fit their words: " + "; ".join(faults))
    return {kind.name: kind for kind in kinds}


def _faults(kind: Kind[M]) -> list[str]:
    """Every field is printed somewhere, and only fields are."""
    named, fields = set(kind.form.named()), set(kind.model.model_fields)
    wrong = [f"{kind.name}.toml names {each}, which the document does not have" for each in sorted(named - fields)]
    wrong += [f"{kind.name}.toml forgets {each}" for each in sorted(fields - named)]
    tables = [part for part in (*kind.form.parts, *kind.form.after) if isinstance(part, TableForm) and part.table in fields]
    return wrong + [f"{kind.name}.toml: {column} is no column of {part.table}" for part in tables for column in _strange(kind.model, part)]


def _strange(model: type[Model], part: TableForm) -> list[str]:
    (line, *_) = get_args(model.model_fields[part.table].annotation)
    return [column for _, column, _ in part.columns if column != "#" and column not in line.model_fields]


KINDS: Mapping[str, Kind[Material]] = kinds_of(
    Kind("service-plan", counselling.ServicePlan, counselling.service_plan, "confided", template=4),
    Kind("counselling-report", counselling.CounsellingReport, counselling.counselling_report, "confided", template=4),
    Kind("satisfaction-form", counselling.SatisfactionForm, counselling.satisfaction_form, "confided", template=3),
    Kind("group-plan", group.GroupPlan, group.group_plan, "confided", template=4),
    Kind("group-attendance", group.GroupAttendance, group.group_attendance, "confided", template=3),
    Kind("group-report", group.GroupReport, group.group_report, "confided", template=4),
    Kind("referral-letter", referral.ReferralLetter, referral.referral_letter, "package", template=3),
    Kind("referral-consent", referral.ReferralConsent, referral.referral_consent, template=3),
    Kind("referral-answer", referral.ReferralAnswer, referral.referral_answer, template=3),
    Kind("inbound-answer", referral.InboundAnswer, referral.inbound_answer),
    Kind("teacher-information", people.TeacherInformation, people.teacher_information, template=3),
    Kind("parent-summons", people.ParentSummons, people.parent_summons),
    Kind("parent-statement", people.ParentStatement, people.parent_statement, template=3),
    Kind("visit-assignment", people.VisitAssignment, people.visit_assignment, endorser=people.endorser_of_visit, template=3),
    Kind("visit-report", people.VisitReport, people.visit_report, template=4),
    Kind("conference-minutes", meetings.ConferenceMinutes, meetings.conference_minutes, template=4),
    Kind("conference-attendance", meetings.ConferenceAttendance, meetings.conference_attendance, template=3),
    Kind("consultation-report", meetings.ConsultationReport, meetings.consultation_report, template=4),
    Kind("partnership-report", meetings.PartnershipReport, meetings.partnership_report, template=4),
    Kind("official-report", official.OfficialReport, official.official_report),
    Kind("data-release", official.DataRelease, official.data_release, template=4),
    Kind("case-closing", whole.CaseClosing, whole.case_closing, template=3),
    Kind("case-summary", whole.CaseSummary, whole.case_summary, template=4),
    Kind("subject-access", whole.SubjectAccess, whole.subject_access, template=4),
)

REPORTS: Mapping[str, Kind[Figures]] = kinds_of(
    Kind("monthly-report", reports.MonthlyReport, reports.monthly_report, template=4),
    Kind("semester-report", reports.SemesterReport, reports.semester_report, template=4),
    Kind("district-report", reports.DistrictReport, reports.district_report, template=4),
)
