"""Whether anybody at home is told: never by itself. A named counsellor chooses recipient, moment and words; unknown safety is unsafe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal, assert_never

from pydantic import AwareDatetime

from services.cases.domain.steps import offer
from services.cases.domain.steps.about import About
from services.cases.domain.steps.command import Command, recorded
from services.cases.domain.steps.filled import AgeOfConsent, Filled, StudentAge
from services.cases.domain.steps.home import ADULT, GuardianSafetyUnknown, GuardianUnsafe, StudentConsentNeeded
from services.cases.domain.steps.named import Names
from services.cases.domain.steps.offer import Around, Known, Offer, offered, one_of
from services.cases.domain.steps.tells import NOTHING, Counts, Given, Tells, counted
from shared.errors import Refused
from shared.events import CONSENTS, GuardianToBeTold, NoticeAsks, NoticeOutcome
from shared.message import Event, Fact
from shared.sealed import CaseText, NoticeText

# commands ----------------------------------------------------------------------------------------------------------


class AssessGuardian(Command, called="assess-guardian", permission="home"):
    """A counsellor says whether this guardian is safe to contact, and why."""

    guardian: Annotated[str, Names("guardian")]
    safe: bool
    reason: CaseText


class TellGuardian(Command, called="tell-guardian", permission="home"):
    """words: what the guardian will be told; the message itself carries none of them. not_before: at once where it is not said.

    second: another guardian, who hears where the first cannot be reached or does not answer; nobody else where it is empty. asks: what for.
    about: id of the referral or activity that it is for. meet_at: the appointment. guardians: of the student, as the roster has them now.
    age: of the student. adult: years from which the student consents. student_agrees: to this notice. serious_danger: the ground for going without.
    """

    notice: Annotated[str, Filled("fresh-id", "notice")]
    guardian: Annotated[str, Names("guardian")]
    second: Annotated[str | None, Names("guardian")] = None
    guardians: Annotated[tuple[str, ...], Filled("guardians")]
    asks: NoticeAsks = "reading"
    about: Annotated[str | None, Filled("asked-about")] = None
    meet_at: AwareDatetime | None = None
    not_before: AwareDatetime | None = None
    words: NoticeText
    age: StudentAge
    adult: AgeOfConsent = ADULT
    student_agrees: bool = False
    serious_danger: bool = False


class MarkGuardianUnsafe(Fact):
    """The do-not-contact register has this guardian: a fact."""

    guardian: str


class FoldNotice(Fact):
    """What became of a notice: a fact. call_by: until when somebody phones, where no message reached the guardian."""

    notice: str
    guardian: str
    outcome: NoticeOutcome
    call_by: datetime


GuardianCommand = AssessGuardian | TellGuardian | MarkGuardianUnsafe | FoldNotice


# events ------------------------------------------------------------------------------------------------------------


class GuardianAssessed(Event):
    type: Literal["guardian-assessed"] = "guardian-assessed"
    version: Literal[1] = 1
    guardian: str
    safe: bool
    reason: CaseText
    by: str


class GuardianFoundUnsafe(Event):
    type: Literal["guardian-found-unsafe"] = "guardian-found-unsafe"
    version: Literal[1] = 1
    guardian: str


class GuardianNoticeEnded(Event):
    type: Literal["guardian-notice-ended"] = "guardian-notice-ended"
    version: Literal[1] = 1
    notice: str
    guardian: str
    outcome: NoticeOutcome


GuardianEvent = GuardianAssessed | GuardianFoundUnsafe | GuardianToBeTold | GuardianNoticeEnded
GUARDIAN_EVENTS = (GuardianAssessed, GuardianFoundUnsafe, GuardianToBeTold, GuardianNoticeEnded)


def _notice(event: GuardianToBeTold) -> Iterable[Given]:
    second = [Given(f"{event.notice}/second", "guardian", event.second)] if event.second else []
    return (Given(event.notice, "guardian", event.guardian), *second)


TELLS: Mapping[type[Event], Tells[Any]] = {
    GuardianAssessed: NOTHING,
    GuardianFoundUnsafe: NOTHING,
    GuardianToBeTold: Tells(discloses=_notice, counts=Counts()),
    GuardianNoticeEnded: counted("outcome"),
}


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Home:
    """safe, unsafe: guardians a counsellor or the register judged; everybody else is unknown, which counts as unsafe. all_unsafe: an accused
    guardian without a name was told of, until a counsellor judges each. notices: what was to be told and what became of it.
    """

    safe: frozenset[str] = frozenset()
    unsafe: frozenset[str] = frozenset()
    all_unsafe: bool = False
    notices: dict[str, str] | None = None


UNKNOWN = Home()
"""Nobody was judged yet: everybody counts as unsafe."""


def evolve(home: Home, event: GuardianEvent) -> Home:
    match event:
        case GuardianAssessed(guardian=guardian, safe=True):
            return replace(home, safe=home.safe | {guardian})
        case GuardianAssessed(guardian=guardian) | GuardianFoundUnsafe(guardian=guardian):
            return replace(home, unsafe=home.unsafe | {guardian}, safe=home.safe - {guardian})
        case GuardianToBeTold(notice=notice):
            return replace(home, notices={**(home.notices or {}), notice: "chosen"})
        case GuardianNoticeEnded(notice=notice, outcome=outcome):
            return replace(home, notices={**(home.notices or {}), notice: outcome})
        case _:
            assert_never(event)


# decide ------------------------------------------------------------------------------------------------------------


class NotAGuardian(Refused):
    code = "not-a-guardian"
    indonesian = "Orang ini bukan orang tua/wali murid tersebut."
    english = "This person is not a guardian of the student."


class AppointmentWithoutTime(Refused):
    code = "appointment-without-time"
    indonesian = "Pertemuan memerlukan waktu yang akan datang."
    english = "An appointment needs a moment that is still to come."


class NothingToConsentTo(Refused):
    code = "nothing-to-consent-to"
    indonesian = "Belum ada rujukan yang menunggu persetujuan; buatlah drafnya dahulu."
    english = "No referral waits for consent: draft it first."


class SameGuardianTwice(Refused):
    code = "same-guardian-twice"
    indonesian = "Orang tua/wali kedua harus orang lain."
    english = "The second guardian must be somebody else."


class AdultConsentsThemselves(Refused):
    code = "adult-consents-themselves"
    indonesian = "Murid yang sudah dewasa memberi persetujuan sendiri; orang tua/wali tidak ditanya."
    english = "A student of age consents themselves: no guardian is asked."


def decide(command: GuardianCommand, home: Home, about: About, accused: frozenset[str], *, self_report: bool) -> Sequence[GuardianEvent]:
    """accused: people named in any strand. self_report: the student asked for help themselves."""
    match command:
        case AssessGuardian():
            return _assess(command, home, accused)
        case TellGuardian():
            return _tell(command, home, about, accused, self_report=self_report)
        case MarkGuardianUnsafe(guardian=guardian):
            return [] if guardian in home.unsafe else [GuardianFoundUnsafe(guardian=guardian)]
        case FoldNotice():
            ended = GuardianNoticeEnded(notice=command.notice, guardian=command.guardian, outcome=command.outcome)
            return [] if (home.notices or {}).get(command.notice) == command.outcome else [ended]
        case _:
            assert_never(command)


def _assess(command: AssessGuardian, home: Home, accused: frozenset[str]) -> Sequence[GuardianEvent]:
    if command.safe and (command.guardian in accused or command.guardian in home.unsafe):
        raise GuardianUnsafe
    known = home.safe if command.safe else home.unsafe
    if command.guardian in known:
        return []
    return [recorded(GuardianAssessed, command)]


def _tell(command: TellGuardian, home: Home, about: About, accused: frozenset[str], *, self_report: bool) -> Sequence[GuardianEvent]:
    if command.notice in (home.notices or {}):
        return []
    for guardian in (command.guardian, *((command.second,) if command.second else ())):
        _require_safe(guardian, command, home, accused)
    of_age = command.age is not None and command.age >= command.adult
    if (self_report or of_age) and not (command.student_agrees or command.serious_danger):
        raise StudentConsentNeeded
    _require_sense(command, of_age=of_age)
    return [
        GuardianToBeTold(
            case=about.case,
            student=about.student,
            school=about.school,
            notice=command.notice,
            guardian=command.guardian,
            second=command.second,
            not_before=command.not_before or command.at,
            words=command.words,
            asks=command.asks,
            about=command.about,
            meet_at=command.meet_at,
            by=command.by,
        )
    ]


def _require_safe(guardian: str, command: TellGuardian, home: Home, accused: frozenset[str]) -> None:
    """Raises: NotAGuardian, GuardianUnsafe, GuardianSafetyUnknown."""
    if guardian not in command.guardians:
        raise NotAGuardian
    if guardian in home.unsafe or guardian in accused:
        raise GuardianUnsafe
    if guardian not in home.safe:
        raise GuardianSafetyUnknown


def _require_sense(command: TellGuardian, *, of_age: bool) -> None:
    """Raises: SameGuardianTwice, AppointmentWithoutTime, NothingToConsentTo, AdultConsentsThemselves."""
    if command.second == command.guardian:
        raise SameGuardianTwice
    if command.asks == "appointment" and (command.meet_at is None or command.meet_at <= command.at):
        raise AppointmentWithoutTime
    if command.asks == "referral-consent" and command.about is None:
        raise NothingToConsentTo
    if command.asks in CONSENTS and of_age:
        raise AdultConsentsThemselves


# offer -------------------------------------------------------------------------------------------------------------


def _judgements(_: Home, around: Around) -> list[Known]:
    return [Known({"guardian": each}, one_of(AssessGuardian, "safe")) for each in around.guardians]


OFFERS: Mapping[type[Command], Offer[Home]] = {AssessGuardian: offered(known=_judgements), TellGuardian: offered(known=offer.guardians)}
