"""A draft names the agency and why it was chosen; somebody else approves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from services.cases.domain.referring.referral.events import Ground, ReferralApproved, ReferralDrafted, ReferralEvent
from services.cases.domain.referring.referral.state import Referral, Referrals
from services.cases.domain.steps.about import About
from services.cases.domain.steps.activity import PersonInConflict
from services.cases.domain.steps.command import Command, recorded
from services.cases.domain.steps.filled import Filled
from shared.errors import Refused
from shared.sealed import CaseText


class DraftReferral(Command, called="draft-referral", permission="work"):
    """agency: the receiver. why: this one, in a person's words. alternatives: other agencies offered.

    by_phone_first: help is called before alternatives, consent and approval; in an emergency alone (domain.md, Darurat).

    consent: what is known so far; it is no consent until it is recorded. ground: proposes to go without one.
    """

    referral: Annotated[str, Filled("fresh-id", "referral")]
    agency: str
    why: CaseText
    alternatives: tuple[str, ...] = ()
    consent: Literal["given", "overridden", "asked"]
    ground: Ground | None = None
    by_phone_first: bool = False


class ApproveReferral(Command, called="approve-referral", permission="approval"):
    """Somebody else than who drafted it agrees."""

    referral: str


class NoAlternativesOffered(Refused):
    code = "no-alternatives-offered"
    indonesian = "Belum ada alternatif lembaga yang ditawarkan."
    english = "No alternative agency was offered."


class ConsentMissing(Refused):
    code = "consent-missing"
    indonesian = "Persetujuan belum ada dan dasar pengecualian belum dicatat."
    english = "There is no consent, and no ground for going without it."


class OwnApproval(Refused):
    code = "own-approval"
    indonesian = "Rujukan tidak dapat disetujui oleh orang yang menyusunnya."
    english = "Whoever drafted a referral cannot approve it."


class NotTheApprover(Refused):
    code = "not-the-approver"
    indonesian = "Persetujuan rujukan ini diminta dari orang lain."
    english = "Another person was asked to approve this referral."


class NotAnEmergency(Refused):
    code = "not-an-emergency"
    indonesian = "Hanya pada keadaan darurat bantuan ditelepon lebih dahulu. Naikkan dahulu tingkat kasus menjadi darurat, dengan alasan."
    english = "Help is called first in an emergency alone. Raise the case to an emergency first, with a reason."


class StudentUnidentified(Refused):
    code = "student-unidentified"
    indonesian = "Identitas murid belum dipastikan: pastikan dahulu."
    english = "The student is not identified: match first."


def draft(command: DraftReferral, referrals: Referrals, about: About) -> Sequence[ReferralEvent]:
    if command.referral in referrals.by_id:
        return []
    if about.student is None:
        raise StudentUnidentified
    if command.by_phone_first and about.urgency != "emergency":
        raise NotAnEmergency
    if not command.alternatives and not command.by_phone_first:
        raise NoAlternativesOffered
    if command.consent == "overridden" and command.ground is None:
        raise ConsentMissing
    if command.agency in about.named:
        raise PersonInConflict
    return [recorded(ReferralDrafted, command, consent=_consent_of(command))]


def _consent_of(command: DraftReferral) -> Literal["overridden", "asked"]:
    """A draft gives no consent: that is recorded (`record-consent`). Only an emergency goes on its ground at once; else two people decide so."""
    return "overridden" if command.consent == "overridden" and command.by_phone_first else "asked"


def approve(command: ApproveReferral, referral: Referral, about: About) -> Sequence[ReferralEvent]:
    if referral.state != "drafted":
        return []
    if referral.drafted_by == command.by:
        raise OwnApproval
    if not referral.may_name_the_student:
        raise ConsentMissing
    if referral.approver not in (None, command.by) and not _is_replaced(command, referral, about):
        raise NotTheApprover
    return [ReferralApproved(referral=command.referral, by=command.by)]


def _is_replaced(command: ApproveReferral, referral: Referral, about: About) -> bool:
    """Whoever was asked has not answered in time, or came into conflict since: it goes to whoever else may approve (domain.md, Conflicts)."""
    late = referral.approve_by is not None and command.at > referral.approve_by
    return late or referral.approver in about.named
