"""What is stored of a referral, by the case and by the agency's task."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from services.cases.domain.steps.policy import Recommendation
from services.cases.domain.steps.triage import ReferralInputs
from shared.events import CaseHandedAcross, ReferralCancelRequested, ReferralQuestionAnswered, ReferralSent
from shared.message import Event
from shared.sealed import AnswerText, CaseText

Ground = Literal["vital-interest", "legal-duty"]
"""Why a referral may go without consent."""


class ReferralDecided(Event):
    """A decision receipt; a decision not to refer is stored the same way."""

    type: Literal["referral-decided"] = "referral-decided"
    version: Literal[2] = 2
    decision: str
    policy: str
    policy_version: int
    inputs: ReferralInputs
    recommendation: Recommendation
    rules: tuple[str, ...]
    alternatives: tuple[Recommendation, ...]
    chosen: Recommendation
    by: str
    reason: CaseText | None


class ReferralDrafted(Event):
    type: Literal["referral-drafted"] = "referral-drafted"
    version: Literal[1] = 1
    referral: str
    agency: str
    why: CaseText
    alternatives: tuple[str, ...]
    consent: Literal["given", "overridden", "asked"]
    ground: Ground | None
    by_phone_first: bool
    by: str


class ReferralApproved(Event):
    type: Literal["referral-approved"] = "referral-approved"
    version: Literal[1] = 1
    referral: str
    by: str


class ReferralMoved(Event):
    """The agency's answer, folded."""

    type: Literal["referral-moved"] = "referral-moved"
    version: Literal[1] = 1
    referral: str
    agency: str
    trigger: str
    state: str
    business_status: str
    reason: str | None
    note: AnswerText | None
    at: datetime | None
    channel: str
    moved_at: datetime | None = None


class ReferralUnanswered(Event):
    type: Literal["referral-unanswered"] = "referral-unanswered"
    version: Literal[1] = 1
    referral: str
    reason: Literal["no-answer", "unreachable"]


ReferralEvent = (
    ReferralDecided
    | ReferralDrafted
    | ReferralApproved
    | ReferralSent
    | ReferralCancelRequested
    | ReferralMoved
    | ReferralUnanswered
    | ReferralQuestionAnswered
    | CaseHandedAcross
)
REFERRAL_EVENTS = (
    ReferralDecided, ReferralDrafted, ReferralApproved, ReferralSent, ReferralCancelRequested, ReferralMoved, ReferralUnanswered,
    ReferralQuestionAnswered, CaseHandedAcross,
)  # fmt: skip
