"""The agency asks something about a referral, and the school answers it (ADR 64)."""

from __future__ import annotations

from collections.abc import Sequence

from services.cases.domain.referring.referral.events import ReferralEvent
from services.cases.domain.referring.referral.sending import NotSentYet
from services.cases.domain.referring.referral.state import ENDED, Referral
from services.cases.domain.steps.about import About
from services.cases.domain.steps.command import Command
from shared.errors import Refused
from shared.events import ReferralQuestionAnswered
from shared.sealed import PackageText


class AnswerAgency(Command, called="answer-agency", permission="work"):
    """words: exactly what the agency reads, also before it has accepted."""

    referral: str
    words: PackageText


class NothingAsked(Refused):
    code = "agency-asked-nothing"
    indonesian = "Lembaga tidak menanyakan apa pun tentang rujukan ini."
    english = "The agency has asked nothing about this referral."


class AgencyHasEnded(Refused):
    code = "agency-has-ended"
    indonesian = "Lembaga sudah menyelesaikan rujukan ini; keterangan tidak sampai lagi kepadanya."
    english = "The agency has ended this referral: no answer reaches it any more."


def answer(command: AnswerAgency, referral: Referral, about: About) -> Sequence[ReferralEvent]:
    """One act is one answer; another act adds to what was said."""
    if command.act in referral.answers:
        return []
    if referral.state in ("drafted", "approved"):
        raise NotSentYet
    if referral.state in ENDED:
        raise AgencyHasEnded
    if not referral.asked:
        raise NothingAsked
    return [
        ReferralQuestionAnswered(
            case=about.case,
            student=about.student,
            school=about.school,
            referral=command.referral,
            agency=referral.agency,
            answer=command.act,
            words=command.words,
        )
    ]
