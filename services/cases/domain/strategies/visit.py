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
from services.cases.domain.steps.activity import Activity, ActivityCommand, ActivityEvent, Expected, WrongMoment
from services.cases.domain.steps.home import ADULT, TurnsHome, require_consent, require_safe
from services.cases.domain.steps.named import APPROVES, NamedBefore, Names
from services.cases.domain.steps.offer import Around, Known, guardians, offered
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


class ReplaceVisitNotice(ActivityCommand, called="replace-visit-notice", permission="work"):
    """A new letter of assignment takes the place of the one in force. replaces: the number of that one. letter: of the new one."""

    replaces: str
    when: AwareDatetime
    endorsed_by: Annotated[str, APPROVES]
    letter: str


class VisitNoticeReplaced(ActivityEvent):
    type: Literal["visit-notice-replaced"] = "visit-notice-replaced"
    version: Literal[1] = 1
    replaces: str
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


class LetterInForce(Refused):
    code = "letter-in-force"
    indonesian = "Surat tugas yang berlaku sudah ada; gantilah dengan menyebut nomornya."
    english = "A letter of assignment is in force: replace it by its number."


class NoSuchLetter(Refused):
    code = "no-such-letter"
    indonesian = "Nomor ini bukan surat tugas yang berlaku."
    english = "This is not the number of the letter of assignment in force."


class LetterUsed(Refused):
    code = "letter-used"
    indonesian = "Nomor surat tugas ini sudah dipakai; setiap surat disahkan dan dinomori sendiri."
    english = "This number was used for a letter of assignment before: each letter is endorsed and numbered by itself."


class AccuracyNotChecked(Refused):
    code = "accuracy-not-checked"
    indonesian = "Hasil kunjungan belum diperiksa kebenarannya bersama yang dikunjungi."
    english = "What was learnt was not checked with the people visited."


class UnsafeHome(Refused):
    code = "unsafe-home"
    indonesian = "Rumah ini ditandai tidak aman; kunjungan tidak dilakukan."
    english = "This home is marked as unsafe; no visit is made."


class VisitRefusedAtHome(Refused):
    code = "visit-refused-at-home"
    indonesian = "Orang tua/wali menolak atau menarik persetujuan atas kunjungan; kunjungan hanya dapat dilakukan bila ada bahaya serius."
    english = "A guardian refused the visit or withdrew their consent; it may only be made where there is serious danger."


def _planned(command: PlanVisit, _: Activity, about: About) -> None:
    if not about.handling:
        raise CaseNotInHandling
    require_consent(command, about)
    _require_no_refusal(about, serious_danger=command.serious_danger)
    _home(command.guardian, about)


def _require_no_refusal(about: About, *, serious_danger: bool) -> None:
    """Raises: VisitRefusedAtHome. What was done is recorded all the same."""
    if "visit-consent" in about.refused and not serious_danger:
        raise VisitRefusedAtHome


def _home(guardian: str, about: About) -> None:
    if about.unsafe_home and guardian not in about.safe_home:
        raise UnsafeHome
    if about.sexual_violence and about.implicated:
        raise UnsafeHome
    require_safe(guardian, about)


Letter = VisitNotified | VisitNoticeReplaced


def letters(activity: Activity) -> list[Letter]:
    """Every letter of assignment, in order."""
    return [event for event in activity.events if isinstance(event, Letter)]


def in_force(activity: Activity) -> Letter | None:
    """The letter with which the next visit is made; none where its visit was made, and nobody was met or it was recorded."""
    found = next((event for event in reversed(activity.events) if isinstance(event, Letter | VisitNotMet | HomeVisited)), None)
    return found if isinstance(found, Letter) else None


def _notified(command: NotifyVisit, activity: Activity, about: About) -> None:
    if in_force(activity):
        raise LetterInForce
    _endorsed(command, activity, about)


def _replaced(command: ReplaceVisitNotice, activity: Activity, about: About) -> None:
    known = in_force(activity)
    if known is None or known.letter != command.replaces:
        raise NoSuchLetter
    _endorsed(command, activity, about)


def _endorsed(command: NotifyVisit | ReplaceVisitNotice, activity: Activity, about: About) -> None:
    """One endorsement gives one letter, to a home that is safe."""
    planned = activity.last(VisitPlanned)
    assert planned is not None
    _home(planned.guardian, about)
    _require_no_refusal(about, serious_danger=planned.serious_danger)
    if command.endorsed_by in (command.by, activity.owner) or command.endorsed_by in about.named:
        raise VisitNotEndorsed
    if command.letter in {each.letter for each in letters(activity)}:
        raise LetterUsed


def _visited(_: RecordVisit, activity: Activity, __: About) -> None:
    """It is recorded again only where nobody has checked it with the people visited yet; else it would stay unreported for ever."""
    known = activity.last(HomeVisited)
    if activity.state == "visited" and known is not None and known.accuracy_checked:
        raise WrongMoment


def _reported(_: ReportVisit, activity: Activity, __: About) -> None:
    visited = activity.last(HomeVisited)
    if visited is None or not visited.accuracy_checked:
        raise AccuracyNotChecked


def expects(activity: Activity) -> Sequence[Expected]:
    """The visit on its day, the report after it, the use made of it."""
    notified, visited, reported = in_force(activity), activity.last(HomeVisited), activity.last(VisitReported)
    if activity.state == "notified" and notified:
        return [Expected(f"{activity.activity}/visit-{activity.version}", "home-visit", notified.when, activity.owner)]
    if activity.state == "visited" and visited:
        return [Expected(f"{activity.activity}/report", "visit-report", visited.at + REPORT, activity.owner)]
    if activity.state == "reported" and reported:
        return [Expected(f"{activity.activity}/use", "visit-use", reported.at + REPORT, activity.owner)]
    return ()


def _endorsing(event: Letter, _: Activity | None) -> Iterable[str]:
    return (event.endorsed_by,)


def _replacing(activity: Activity, _: Around) -> Sequence[Known]:
    known = in_force(activity)
    return [Known({"replaces": known.letter})] if known else []


VISIT = Strategy(
    name="home-visit",
    steps=(
        opens(PlanVisit, VisitPlanned, "planned", _planned, offer=offered("home-visit-proposed", guardians)),
        step(NotifyVisit, VisitNotified, "planned not-met postponed notified", "notified", _notified, tells=Tells(Notice("visit", _endorsing))),
        step(
            ReplaceVisitNotice,
            VisitNoticeReplaced,
            "notified postponed",
            "notified",
            _replaced,
            tells=Tells(Notice("visit", _endorsing)),
            offer=offered(known=_replacing),
        ),
        step(RecordVisit, HomeVisited, "notified visited", "visited", _visited, tells=counted(service="home-visit"), offer=offered("home-visit")),
        step(RecordNotMet, VisitNotMet, "notified", "not-met", offer=offered("home-visit")),
        step(ReportVisit, VisitReported, "visited", "reported", _reported, offer=offered("visit-report")),
        step(UseVisit, VisitUsed, "reported", "used", offer=offered("visit-use")),
    ),
    ended=frozenset({"used"}),
    audience=whoever_reads_the_case,
    expects=expects,
    awaits=("home-visit", "visit-report", "visit-use"),
    documents=(
        Document(
            "visit-assignment",
            "Surat tugas kunjungan rumah",
            "Letter of assignment for a home visit",
            VisitNotified,
            also=(VisitNoticeReplaced,),
            number="letter",
            replaces="replaces",
        ),
        Document("visit-report", "Laporan kunjungan rumah", "Report on a home visit", VisitReported),
    ),
)
