"""Whether anybody at home is told: never by itself. A named counsellor chooses recipient, moment and words; unknown safety is unsafe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, assert_never

from services.cases.domain.about import About
from shared.errors import Refused
from shared.events import GuardianToBeTold
from shared.message import Event, Fact
from shared.sealed import Sealed

ADULT = 18
"""Years from which the student consents (domain.md, Urgency)."""

# commands ----------------------------------------------------------------------------------------------------------


class AssessGuardian(Fact):
    """A counsellor says whether this guardian is safe to contact, and why."""

    guardian: str
    safe: bool
    reason: Sealed
    by: str


class TellGuardian(Fact):
    """guardians: of the student, as the roster has them now. age: at this moment, None where unknown (counts as minor).
    adult: years from which the student consents, by the policy. student_agrees: to this notice. serious_danger: the ground for going without it.
    """

    notice: str
    guardian: str
    guardians: tuple[str, ...]
    not_before: datetime
    words: Sealed
    age: int | None
    adult: int = ADULT
    student_agrees: bool
    serious_danger: bool
    by: str


class MarkGuardianUnsafe(Fact):
    """The do-not-contact register has this guardian: a fact."""

    guardian: str


class FoldNotice(Fact):
    """What became of a notice: a fact."""

    notice: str
    guardian: str
    outcome: Literal["sent", "acknowledged", "unsafe", "no-contact", "undeliverable"]


GuardianCommand = AssessGuardian | TellGuardian | MarkGuardianUnsafe | FoldNotice


# events ------------------------------------------------------------------------------------------------------------


class GuardianAssessed(Event):
    type: Literal["guardian-assessed"] = "guardian-assessed"
    version: Literal[1] = 1
    guardian: str
    safe: bool
    reason: Sealed
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
    outcome: Literal["sent", "acknowledged", "unsafe", "no-contact", "undeliverable"]


GuardianEvent = GuardianAssessed | GuardianFoundUnsafe | GuardianToBeTold | GuardianNoticeEnded
GUARDIAN_EVENTS = (GuardianAssessed, GuardianFoundUnsafe, GuardianToBeTold, GuardianNoticeEnded)


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
    indonesian = "Orang ini bukan orang tua/wali murid tersebut."
    english = "This person is not a guardian of the student."


class GuardianUnsafe(Refused):
    indonesian = "Orang tua/wali ini ditandai tidak aman dihubungi."
    english = "This guardian is marked as unsafe to contact."


class GuardianSafetyUnknown(Refused):
    indonesian = "Keamanan orang tua/wali ini belum dinilai; yang belum diketahui dianggap tidak aman."
    english = "Nobody has judged this guardian safe yet; unknown counts as unsafe."


class StudentConsentNeeded(Refused):
    indonesian = "Murid perlu menyetujui pemberitahuan ini, kecuali ada bahaya serius."
    english = "The student must agree to this notice, unless there is serious danger."


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
    return [GuardianAssessed(guardian=command.guardian, safe=command.safe, reason=command.reason, by=command.by)]


def _tell(command: TellGuardian, home: Home, about: About, accused: frozenset[str], *, self_report: bool) -> Sequence[GuardianEvent]:
    if command.notice in (home.notices or {}):
        return []
    if command.guardian not in command.guardians:
        raise NotAGuardian
    if command.guardian in home.unsafe or command.guardian in accused:
        raise GuardianUnsafe
    if command.guardian not in home.safe:
        raise GuardianSafetyUnknown
    must_agree = self_report or (command.age is not None and command.age >= command.adult)
    if must_agree and not (command.student_agrees or command.serious_danger):
        raise StudentConsentNeeded
    return [
        GuardianToBeTold(
            case=about.case,
            student=about.student,
            school=about.school,
            notice=command.notice,
            guardian=command.guardian,
            not_before=command.not_before,
            words=command.words,
            by=command.by,
        )
    ]
