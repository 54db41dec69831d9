"""Strategy 9, home visit (kunjungan rumah): to obtain data about a student whose case is being handled, by visiting the home.

Refused without a case in handling, and to an unsafe or implicated home.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime
from pydantic import Field as Limit

from services.cases.domain.steps.about import About
from services.cases.domain.steps.activity import Activity, ActivityCommand, ActivityEvent, Expected
from services.cases.domain.steps.home import ADULT, TurnsHome, require_consent, require_safe
from services.cases.domain.steps.named import APPROVES, NamedBefore, Names
from services.cases.domain.steps.offer import guardians, offered
from services.cases.domain.steps.strategy import Strategy, opens, step, whoever_reads_the_case
from services.cases.domain.steps.tells import Document, Notice, Tells, counted
from shared.errors import Refused
from shared.sealed import CaseText

REPORT = timedelta(days=3)


class PlanVisit(TurnsHome, called="plan-visit", permission="work"):
    """guardian: whose home. gap: the data that is missing; questions: what is to be learnt."""

    guardian: Annotated[str, Names("guardian")]
    gap: CaseText
    questions: CaseText


class VisitPlanned(ActivityEvent):
    type: Literal["visit-planned"] = "visit-planned"
    version: Literal[1] = 1
    age: int | None = None
    adult: int = ADULT
    student_agrees: bool = False
    serious_danger: bool = False
    guardian: str
    gap: CaseText
    questions: CaseText


class NotifyVisit(ActivityCommand, called="notify-visit", permission="work"):
    """endorsed_by: who signed the letter of assignment (surat tugas); letter: its number."""

    when: AwareDatetime
    endorsed_by: Annotated[str, APPROVES]
    letter: str


class VisitNotified(ActivityEvent):
    type: Literal["visit-notified"] = "visit-notified"
    version: Literal[1] = 1
    when: AwareDatetime
    endorsed_by: str
    letter: str


class RecordVisit(ActivityCommand, called="record-visit", permission="work"):
    """met: persons met. accuracy_checked: what was written was read back to them."""

    met: Annotated[tuple[str, ...], Limit(min_length=1), NamedBefore("whoever was met there, also neighbours and relatives")]
    observations: CaseText
    commitment: CaseText
    accuracy_checked: bool


class HomeVisited(ActivityEvent):
    type: Literal["home-visited"] = "home-visited"
    version: Literal[1] = 1
    met: Annotated[tuple[str, ...], Limit(min_length=1)]
    observations: CaseText
    commitment: CaseText
    accuracy_checked: bool


class RecordNotMet(ActivityCommand, called="record-not-met", permission="work"):
    """Nobody was there."""


class VisitNotMet(ActivityEvent):
    type: Literal["visit-not-met"] = "visit-not-met"
    version: Literal[1] = 1


class ReportVisit(ActivityCommand, called="report-visit", permission="work"):
    """tabled: the conference that reads it too, if any."""

    report: CaseText
    tabled: str | None = None


class VisitReported(ActivityEvent):
    type: Literal["visit-reported"] = "visit-reported"
    version: Literal[1] = 1
    report: CaseText
    tabled: str | None = None


class UseVisit(ActivityCommand, called="use-visit", permission="work"):
    """What was done with what was learnt."""

    use: CaseText


class VisitUsed(ActivityEvent):
    type: Literal["visit-used"] = "visit-used"
    version: Literal[1] = 1
    use: CaseText


class CaseNotInHandling(Refused):
    code = "case-not-in-handling"
    indonesian = "Kunjungan rumah hanya untuk murid yang kasusnya sedang ditangani."
    english = "A home visit is only for a student whose case is being handled."


class VisitNotEndorsed(Refused):
    code = "visit-not-endorsed"
    indonesian = "Surat tugas harus disahkan orang lain."
    english = "The letter of assignment must be endorsed by somebody else."


class AccuracyNotChecked(Refused):
    code = "accuracy-not-checked"
    indonesian = "Hasil kunjungan belum diperiksa kebenarannya bersama yang dikunjungi."
    english = "What was learnt was not checked with the people visited."


class UnsafeHome(Refused):
    code = "unsafe-home"
    indonesian = "Rumah ini ditandai tidak aman; kunjungan tidak dilakukan."
    english = "This home is marked as unsafe; no visit is made."


def _planned(command: PlanVisit, _: Activity, about: About) -> None:
    if not about.handling:
        raise CaseNotInHandling
    require_consent(command, about)
    _home(command.guardian, about)


def _home(guardian: str, about: About) -> None:
    if about.unsafe_home and guardian not in about.safe_home:
        raise UnsafeHome
    if about.sexual_violence and about.implicated:
        raise UnsafeHome
    require_safe(guardian, about)


def _notified(command: NotifyVisit, activity: Activity, about: About) -> None:
    planned = activity.last(VisitPlanned)
    assert planned is not None
    _home(planned.guardian, about)
    if command.endorsed_by in (command.by, activity.owner) or command.endorsed_by in about.named:
        raise VisitNotEndorsed


def _reported(_: ReportVisit, activity: Activity, __: About) -> None:
    visited = activity.last(HomeVisited)
    if visited is None or not visited.accuracy_checked:
        raise AccuracyNotChecked


def expects(activity: Activity) -> Sequence[Expected]:
    """The visit on its day, the report after it, the use made of it."""
    notified, visited, reported = activity.last(VisitNotified), activity.last(HomeVisited), activity.last(VisitReported)
    if activity.state == "notified" and notified:
        return [Expected(f"{activity.activity}/visit-{activity.version}", "home-visit", notified.when, activity.owner)]
    if activity.state == "visited" and visited:
        return [Expected(f"{activity.activity}/report", "visit-report", visited.at + REPORT, activity.owner)]
    if activity.state == "reported" and reported:
        return [Expected(f"{activity.activity}/use", "visit-use", reported.at + REPORT, activity.owner)]
    return ()


def _endorsing(event: VisitNotified, _: Activity | None) -> Iterable[str]:
    return (event.endorsed_by,)


VISIT = Strategy(
    name="home-visit",
    steps=(
        opens(PlanVisit, VisitPlanned, "planned", _planned, offer=offered(known=guardians, towards="home-visit-proposed")),
        step(NotifyVisit, VisitNotified, "planned not-met postponed notified", "notified", _notified, tells=Tells(Notice("visit", _endorsing))),
        step(RecordVisit, HomeVisited, "notified", "visited", tells=counted(service="home-visit"), offer=offered("home-visit")),
        step(RecordNotMet, VisitNotMet, "notified", "not-met", offer=offered("home-visit")),
        step(ReportVisit, VisitReported, "visited", "reported", _reported, offer=offered("visit-report")),
        step(UseVisit, VisitUsed, "reported", "used", offer=offered("visit-use")),
    ),
    ended=frozenset({"used"}),
    audience=whoever_reads_the_case,
    expects=expects,
    awaits=("home-visit", "visit-report", "visit-use"),
    documents=(
        Document("visit-assignment", "Surat tugas kunjungan rumah", "Letter of assignment for a home visit", VisitNotified),
        Document("visit-report", "Laporan kunjungan rumah", "Report on a home visit", VisitReported),
    ),
)
