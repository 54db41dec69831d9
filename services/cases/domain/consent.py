"""What a referral needs before the agency has it, and after: consent or its ground, an approver (replaced when late or conflicted), the call in
an emergency, the next alternative after a decline, the chasing of a missed appointment, the evaluation (domain.md, Referral decision).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from pydantic import AwareDatetime

from services.cases.domain.about import About
from services.cases.domain.activity import PersonInConflict
from services.cases.domain.acts import CaseActEvent, CaseCommand
from services.cases.domain.referral import (
    ENDED,
    NoAlternativesOffered,
    NoSuchReferral,
    OwnApproval,
    Referral,
    ReferralDrafted,
    Referrals,
)
from shared.errors import Refused
from shared.message import Event
from shared.sealed import Sealed


class RecordConsent(CaseCommand):
    """giver: from 18 only the student. age: at this moment, None where unknown (counts as minor). form: number of the signed sheet."""

    referral: str
    giver: Literal["student", "guardian"]
    age: int | None
    adult: int
    form: str


class ConsentRecorded(RecordConsent, CaseActEvent):
    type: Literal["consent-recorded"] = "consent-recorded"
    version: Literal[1] = 1


class OverrideConsent(CaseCommand):
    """Without consent: a named person, a ground, a reason."""

    referral: str
    ground: Literal["vital-interest", "legal-duty"]
    reason: Sealed


class ConsentOverridden(OverrideConsent, CaseActEvent):
    type: Literal["consent-overridden"] = "consent-overridden"
    version: Literal[1] = 1


class AskApproval(CaseCommand):
    """approver: who is asked now; asked again with another name, the first is replaced, because late or in conflict."""

    referral: str
    approver: str
    approve_by: AwareDatetime


class ApprovalAsked(AskApproval, CaseActEvent):
    type: Literal["approval-asked"] = "approval-asked"
    version: Literal[1] = 1


class CallForHelp(CaseCommand):
    """Emergency: help is called before consent, approval or acceptance. said: the minimum that was disclosed. letter_by: within 24 h."""

    referral: str
    ground: Literal["vital-interest", "legal-duty"]
    said: Sealed
    letter_by: AwareDatetime


class HelpCalled(CallForHelp, CaseActEvent):
    type: Literal["help-called"] = "help-called"
    version: Literal[1] = 1


class TakeNextAlternative(CaseCommand):
    """After a decline: the next agency that was offered. fresh: id of the new referral; why: this one."""

    referral: str
    fresh: str
    why: Sealed


class NextAlternativeTaken(TakeNextAlternative, CaseActEvent):
    type: Literal["next-alternative-taken"] = "next-alternative-taken"
    version: Literal[1] = 1


class ChaseAppointment(CaseCommand):
    """The student missed the appointment: who was spoken to, and what was agreed."""

    referral: str
    words: Sealed


class AppointmentChased(ChaseAppointment, CaseActEvent):
    type: Literal["appointment-chased"] = "appointment-chased"
    version: Literal[1] = 1


class EvaluateReferral(CaseCommand):
    referral: str
    helped: bool
    finding: Sealed


class ReferralEvaluated(EvaluateReferral, CaseActEvent):
    type: Literal["referral-evaluated"] = "referral-evaluated"
    version: Literal[1] = 1


CONSENT_COMMANDS = (RecordConsent, OverrideConsent, AskApproval, CallForHelp, TakeNextAlternative, ChaseAppointment, EvaluateReferral)
CONSENT_EVENTS = (
    ConsentRecorded, ConsentOverridden, ApprovalAsked, HelpCalled, NextAlternativeTaken, AppointmentChased, ReferralEvaluated,
)  # fmt: skip


class StudentConsentsThemselves(Refused):
    indonesian = "Murid berusia 18 tahun ke atas memberi persetujuan sendiri."
    english = "A student of 18 or more consents themselves."


class NotDeclined(Refused):
    indonesian = "Alternatif berikutnya diambil hanya setelah penolakan."
    english = "The next alternative is taken only after a decline."


class NothingMissed(Refused):
    indonesian = "Tidak ada pertemuan yang terlewat pada rujukan ini."
    english = "No appointment of this referral was missed."


class NotCompleted(Refused):
    indonesian = "Rujukan belum selesai."
    english = "The referral is not completed."


class TooLate(Refused):
    indonesian = "Rujukan ini sudah dikirim atau berakhir."
    english = "The referral was sent already, or has ended."


class NotByPhone(Refused):
    indonesian = "Rujukan ini bukan jalur darurat lewat telepon."
    english = "This referral is not an emergency by phone."


def decide(command: CaseCommand, referrals: Referrals, about: About) -> Sequence[Event]:
    """Raises: a refusal by name."""
    referral = referrals.by_id.get(getattr(command, "referral", ""))
    if referral is None:
        raise NoSuchReferral
    _refuse(command, referral, about)
    fields = {name: getattr(command, name) for name in type(command).model_fields}
    if isinstance(command, EvaluateReferral) and referral.evaluated:
        return []
    told: list[Event] = [_EVENT_OF[type(command)](**fields)]
    if isinstance(command, TakeNextAlternative):
        told.append(_drafted_next(command, referral))
    return told


def _refuse(command: CaseCommand, referral: Referral, about: About) -> None:  # noqa: C901 - one refusal a line
    match command:
        case RecordConsent(giver="guardian", age=int(age), adult=adult) if age >= adult:
            raise StudentConsentsThemselves
        case RecordConsent() | OverrideConsent() | AskApproval() if referral.state != "drafted":
            raise TooLate
        case AskApproval(approver=person) if person in about.named:
            raise PersonInConflict
        case AskApproval(approver=person) if person == referral.drafted_by:
            raise OwnApproval
        case CallForHelp() if not referral.emergency:
            raise NotByPhone
        case CallForHelp() if referral.state in ENDED:
            raise TooLate
        case TakeNextAlternative() if referral.state != "rejected":
            raise NotDeclined
        case TakeNextAlternative() if not referral.alternatives:
            raise NoAlternativesOffered
        case ChaseAppointment() if referral.chase_by is None:
            raise NothingMissed
        case EvaluateReferral() if referral.state != "completed":
            raise NotCompleted
        case _:
            pass


def _drafted_next(command: TakeNextAlternative, referral: Referral) -> ReferralDrafted:
    """The consent was for the purpose, not for one receiver; approval is asked for again."""
    agency, *others = referral.alternatives
    overridden = referral.consent == "overridden"
    return ReferralDrafted(
        referral=command.fresh,
        agency=agency,
        why=command.why,
        alternatives=(*others, referral.agency),
        consent="overridden" if overridden else "given",
        ground="vital-interest" if overridden else None,
        by_phone_first=referral.emergency,
        by=command.by,
    )


_EVENT_OF: Mapping[type[CaseCommand], type[CaseActEvent]] = dict(zip(CONSENT_COMMANDS, CONSENT_EVENTS, strict=True))


def evolve(referrals: Referrals, event: CaseActEvent) -> Referrals:
    referral = referrals.by_id.get(getattr(event, "referral", ""))
    if referral is None:
        return referrals
    changed = _changed(referral, event)
    return replace(referrals, by_id={**referrals.by_id, referral.referral: changed})


def _changed(referral: Referral, event: CaseActEvent) -> Referral:
    match event:
        case ConsentRecorded():
            return replace(referral, consent="given")
        case ConsentOverridden():
            return replace(referral, consent="overridden")
        case ApprovalAsked():
            return replace(referral, approver=event.approver, approve_by=event.approve_by)
        case HelpCalled():
            letter = event.letter_by if referral.state in ("drafted", "approved") else None
            return replace(referral, called=True, letter_by=letter)
        case AppointmentChased():
            return replace(referral, chase_by=None)
        case ReferralEvaluated():
            return replace(referral, evaluated=True, evaluate_by=None)
        case _:
            return referral
