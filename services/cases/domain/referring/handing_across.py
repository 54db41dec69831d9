"""A referral to another district hands the case over with it: the student goes to school there from now on (ADR 66).

It is said before anybody approves, so that nobody approves a referral that then becomes something else. From there on it goes the way of every
referral: consent, approval, exactly the package that a person wrote, the answer. Until that answer the case cannot be closed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from services.cases.domain.referring.referral import every
from services.cases.domain.referring.referral.sending import AlreadySent
from services.cases.domain.referring.referral.state import Referrals, find
from services.cases.domain.steps.about import About
from services.cases.domain.steps.act import Acts, act
from services.cases.domain.steps.command import ActEvent, Command
from services.cases.domain.steps.filled import Filled
from services.cases.domain.steps.offer import offered
from shared.errors import Refused


class HandAcross(Command, called="hand-to-district", permission="charge"):
    """districts: the partners that are districts with an installation of their own."""

    referral: str
    districts: Annotated[tuple[str, ...], Filled("districts")]


class ReferralHandsOver(ActEvent):
    type: Literal["referral-hands-over"] = "referral-hands-over"
    version: Literal[1] = 1
    referral: str


class NotADistrict(Refused):
    code = "not-a-district"
    indonesian = "Penerima rujukan ini bukan kabupaten atau kota lain: kasus tidak dapat diserahkan kepadanya. Susun rujukan ke kabupaten itu dahulu."
    english = "The receiver of this referral is no other district, so the case cannot be handed to it. Draft a referral to that district first."


class ApprovedAsReferral(Refused):
    code = "approved-as-referral"
    indonesian = "Rujukan ini sudah disetujui sebagai rujukan biasa. Batalkan, lalu susun yang baru untuk menyerahkan kasusnya."
    english = "This was approved as a referral. Withdraw it, and draft a new one to hand the case over."


def _hands_over(command: HandAcross, referrals: Referrals, _: About) -> None:
    found = find(referrals, command.referral)
    if found.agency not in command.districts:
        raise NotADistrict
    if found.state == "approved":
        raise ApprovedAsReferral
    if found.state != "drafted":
        raise AlreadySent


def _does_already(command: HandAcross, referrals: Referrals) -> bool:
    found = referrals.by_id.get(command.referral)
    return found is not None and found.hands_over


HANDING_ACROSS: Acts[Referrals] = Acts(act(HandAcross, ReferralHandsOver, _hands_over, done=_does_already, offer=offered(known=every)))


def evolve(referrals: Referrals, event: ActEvent) -> Referrals:
    """The referrals after one of them became a transfer."""
    known = referrals.by_id.get(event.referral) if isinstance(event, ReferralHandsOver) else None
    return replace(referrals, by_id={**referrals.by_id, known.referral: replace(known, hands_over=True)}) if known else referrals
