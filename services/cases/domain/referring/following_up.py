"""After a referral was answered: the next alternative after a decline, the chasing of a missed appointment, the evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from services.cases.domain.referring.referral import every
from services.cases.domain.referring.referral.drafting import NoAlternativesOffered
from services.cases.domain.referring.referral.events import ReferralDrafted
from services.cases.domain.referring.referral.state import Referrals, find
from services.cases.domain.steps.about import About
from services.cases.domain.steps.act import act
from services.cases.domain.steps.command import ActEvent, Command
from services.cases.domain.steps.filled import Filled
from services.cases.domain.steps.offer import offered
from services.cases.domain.steps.tells import counted
from shared.errors import Refused
from shared.message import Event
from shared.sealed import CaseText


class TakeNextAlternative(Command, called="take-next-alternative", permission="work"):
    """After a decline: the next agency that was offered. fresh: id of the new referral; why: this one."""

    referral: str
    fresh: Annotated[str, Filled("fresh-id", "referral")]
    why: CaseText


class NextAlternativeTaken(ActEvent):
    type: Literal["next-alternative-taken"] = "next-alternative-taken"
    version: Literal[1] = 1
    referral: str
    fresh: str
    why: CaseText


class ChaseAppointment(Command, called="chase-appointment", permission="work"):
    """The student missed the appointment: who was spoken to, and what was agreed."""

    referral: str
    words: CaseText


class AppointmentChased(ActEvent):
    type: Literal["appointment-chased"] = "appointment-chased"
    version: Literal[1] = 1
    referral: str
    words: CaseText


class EvaluateReferral(Command, called="evaluate-referral", permission="work"):
    referral: str
    helped: bool
    finding: CaseText


class ReferralEvaluated(ActEvent):
    type: Literal["referral-evaluated"] = "referral-evaluated"
    version: Literal[1] = 1
    referral: str
    helped: bool
    finding: CaseText


class NotDeclined(Refused):
    code = "not-declined"
    indonesian = "Alternatif berikutnya diambil hanya setelah penolakan."
    english = "The next alternative is taken only after a decline."


class NothingMissed(Refused):
    code = "nothing-missed"
    indonesian = "Tidak ada pertemuan yang terlewat pada rujukan ini."
    english = "No appointment of this referral was missed."


class NotCompleted(Refused):
    code = "not-completed"
    indonesian = "Rujukan belum selesai."
    english = "The referral is not completed."


def _next(command: TakeNextAlternative, referrals: Referrals, _: About) -> None:
    referral = find(referrals, command.referral)
    if referral.state != "rejected":
        raise NotDeclined
    if not referral.alternatives:
        raise NoAlternativesOffered


def _kept(consent: str) -> Literal["given", "overridden", "asked"]:
    """What was recorded holds for the next receiver; where only a call named the student, consent is asked for."""
    match consent:
        case "given" | "overridden":
            return consent
        case _:
            return "asked"


def _drafted_next(command: TakeNextAlternative, referrals: Referrals) -> Sequence[Event]:
    """The consent, or the ground for going without it, was for the purpose and not for one receiver; approval is asked for again."""
    referral = referrals.by_id[command.referral]
    agency, *others = referral.alternatives
    return [
        ReferralDrafted(
            referral=command.fresh,
            agency=agency,
            why=command.why,
            alternatives=(*others, referral.agency),
            consent=_kept(referral.consent),
            ground=referral.ground if referral.consent == "overridden" else None,
            by_phone_first=referral.emergency,
            by=command.by,
        )
    ]


def _chase(command: ChaseAppointment, referrals: Referrals, _: About) -> None:
    if find(referrals, command.referral).chase_by is None:
        raise NothingMissed


def _evaluate(command: EvaluateReferral, referrals: Referrals, _: About) -> None:
    if find(referrals, command.referral).state != "completed":
        raise NotCompleted


def _is_evaluated(command: EvaluateReferral, referrals: Referrals) -> bool:
    return referrals.by_id[command.referral].evaluated


FOLLOWING_UP = (
    act(TakeNextAlternative, NextAlternativeTaken, _next, also=_drafted_next, offer=offered(known=every)),
    act(ChaseAppointment, AppointmentChased, _chase, offer=offered("missed-appointment", every)),
    act(EvaluateReferral, ReferralEvaluated, _evaluate, done=_is_evaluated, tells=counted("helped"), offer=offered("referral-evaluation", every)),
)
