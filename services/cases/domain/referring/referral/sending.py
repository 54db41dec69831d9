"""A referral leaves, and from then on the agency's task decides; the school can still ask to cancel it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Literal

from services.cases.domain.referring.referral.drafting import ConsentMissing
from services.cases.domain.referring.referral.events import ReferralEvent
from services.cases.domain.referring.referral.state import ENDED, Referral
from services.cases.domain.steps.about import About
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.filled import PolicyNow
from shared.errors import Refused
from shared.events import CaseHandedAcross, Caution, ReferralCancelRequested, ReferralSent, Urgency
from shared.sealed import PackageText


class SendReferral(Command, called="send-referral", permission="work"):
    """package: exactly what is disclosed to the agency, no more. policy: for the time to answer."""

    referral: str
    package: PackageText
    policy: PolicyNow


class CancelReferral(Command, called="cancel-referral", permission="work"):
    """The school asks; the agency confirms; an outcome may still win."""

    referral: str


PRIORITY: Mapping[Urgency, Literal["routine", "urgent", "stat"]] = {"emergency": "stat", "high": "urgent", "medium": "routine", "low": "routine"}


class NotApproved(Refused):
    code = "not-approved"
    indonesian = "Rujukan belum disetujui."
    english = "The referral is not approved yet."


class AlreadySent(Refused):
    code = "already-sent"
    indonesian = "Rujukan sudah dikirim; kini lembaga yang menentukan."
    english = "The referral was sent: the agency's task decides now."


class NotSentYet(Refused):
    code = "not-sent-yet"
    indonesian = "Rujukan belum dikirim."
    english = "The referral was not sent yet."


def send(command: SendReferral, referral: Referral, about: About) -> Sequence[ReferralEvent]:
    """In an emergency help is called before approval; the letter follows (domain.md, darurat)."""
    if referral.state not in ("drafted", "approved"):
        return []
    if referral.state == "drafted" and not referral.emergency:
        raise NotApproved
    if not referral.may_name_the_student:
        raise ConsentMissing
    priority = PRIORITY[about.urgency]
    return [
        *_handed_across(referral, about),
        ReferralSent(
            case=about.case,
            student=about.student,
            school=about.school,
            referral=command.referral,
            agency=referral.agency,
            priority=priority,
            respond_by=command.at + timedelta(minutes=command.policy.clocks[about.urgency].respond),
            package=command.package,
            package_opens="at-once" if priority == "stat" else "after-acceptance",
        ),
    ]


def _handed_across(referral: Referral, about: About) -> list[ReferralEvent]:
    """Before the referral itself, so that no message of it leaves without being known as a transfer."""
    if not referral.hands_over:
        return []
    told = {"case": about.case, "student": about.student, "school": about.school, "referral": referral.referral, "agency": referral.agency}
    return [CaseHandedAcross(**told, cautions=tuple(_cautions(about)))]


def _cautions(about: About) -> Iterator[Caution]:
    """Of whom the other district must be careful. Who it is only the package may say."""
    if about.unsafe_home or about.implicated:
        yield "guardian-unsafe"
    if about.named - about.implicated:
        yield "people-named"


def cancel(command: CancelReferral, referral: Referral, about: About) -> Sequence[ReferralEvent]:
    if referral.state in ("drafted", "approved"):
        raise NotSentYet
    if referral.state in ENDED:
        raise AlreadySent
    if referral.cancel_asked:
        return []
    return [ReferralCancelRequested(case=about.case, student=about.student, school=about.school, referral=command.referral)]
