"""Turning to a student's home: never by itself, only to a guardian whom a counsellor judged safe, and not against the student's wish
(domain.md, Urgency).
"""

from __future__ import annotations

from services.cases.domain.steps.about import About
from services.cases.domain.steps.activity import BeginActivity
from services.cases.domain.steps.filled import AgeOfConsent, StudentAge
from shared.errors import Refused

ADULT = 18
"""Years of age from which the student consents (domain.md, Urgency)."""


class TurnsHome(BeginActivity):
    """What turns to a student's home, from its first step.

    age: at this moment, None where unknown (counts as minor); adult: from when the student consents. student_agrees: to this very step.
    serious_danger: the ground for going without it.
    """

    age: StudentAge = None
    adult: AgeOfConsent = ADULT
    student_agrees: bool = False
    serious_danger: bool = False


class GuardianUnsafe(Refused):
    code = "guardian-unsafe"
    indonesian = "Orang tua/wali ini ditandai tidak aman dihubungi."
    english = "This guardian is marked as unsafe to contact."


class GuardianSafetyUnknown(Refused):
    code = "guardian-safety-unknown"
    indonesian = "Keamanan orang tua/wali ini belum dinilai; yang belum diketahui dianggap tidak aman."
    english = "Nobody has judged this guardian safe yet; unknown counts as unsafe."


class StudentConsentNeeded(Refused):
    code = "student-consent-needed"
    indonesian = "Murid perlu menyetujui pemberitahuan ini, kecuali ada bahaya serius."
    english = "The student must agree to this notice, unless there is serious danger."


def is_unsafe(guardian: str, about: About) -> bool:
    """Accused, named in a concern or marked as unsafe; or anybody at home whom nobody judged safe, where an accused guardian has no name yet."""
    return guardian in about.implicated | about.kept_from_home or (about.unsafe_home and guardian not in about.safe_home)


def require_safe(guardian: str, about: About) -> None:
    """Raises: GuardianUnsafe, GuardianSafetyUnknown: unknown counts as unsafe."""
    if guardian in about.implicated | about.kept_from_home:
        raise GuardianUnsafe
    if guardian not in about.safe_home:
        raise GuardianSafetyUnknown


def require_consent(command: TurnsHome, about: About) -> None:
    """A student who asked for help themselves, or is of age, is not talked about at home without them. Raises: StudentConsentNeeded."""
    of_age = command.age is not None and command.age >= command.adult
    if (about.self_report or of_age) and not (command.student_agrees or command.serious_danger):
        raise StudentConsentNeeded
