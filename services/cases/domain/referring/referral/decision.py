"""Whether to refer: the policy recommends, a person chooses (domain.md, Referral decision)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from services.cases.domain.referring.referral.events import ReferralDecided, ReferralEvent
from services.cases.domain.referring.referral.state import Referrals
from services.cases.domain.steps.about import About
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.filled import Filled, PolicyNow
from services.cases.domain.steps.policy import Recommendation
from services.cases.domain.steps.triage import REFERS, Ending, ReferralInputs, recommend
from shared.errors import Refused
from shared.sealed import CaseText


class DecideReferral(Command, called="decide-referral", permission="work"):
    """Whether to refer. tried: strategies tried, with how they ended. chosen: where a person decides otherwise than the policy, with a reason.

    actors: how many people or institutions the need takes; with two or more they meet first (domain.md, Urgency).
    """

    decision: Annotated[str, Filled("fresh-id", "referral-decision")]
    policy: PolicyNow
    tried: dict[str, Ending] = Field(default_factory=dict)
    consent: Literal["given", "refused", "unknown"] = "unknown"
    actors: Annotated[int, Field(ge=1, le=20)] = 1
    chosen: Recommendation | None = None
    reason: CaseText | None = None


class ChoiceWithoutReason(Refused):
    code = "choice-without-reason"
    indonesian = "Anda memutuskan lain dari saran kebijakan: tulis alasannya."
    english = "You decide otherwise than the policy recommends: say why."


class ReferralMandatory(Refused):
    """Where the counsellor has no authority, a person chooses how it is referred, not whether (domain.md, Referral decision)."""

    code = "referral-mandatory"
    indonesian = "Konselor tidak berwenang menangani masalah ini sendiri: pilih rujuk sekarang, atau konferensi dahulu lalu rujuk."
    english = "Counsellors have no authority over this: choose to refer now, or a conference first and then referral."


def decide(command: DecideReferral, referrals: Referrals, about: About) -> Sequence[ReferralEvent]:
    """The policy recommends, the person chooses; both stand in the receipt. Raises: ReferralMandatory, ChoiceWithoutReason."""
    if any(each.decision == command.decision for each in referrals.decisions):
        return []
    inputs = ReferralInputs(urgency=about.urgency, categories=about.categories, tried=command.tried, consent=command.consent, actors=command.actors)
    told = recommend(command.policy, inputs)
    chosen = command.chosen or told.recommendation
    if told.mandatory and chosen not in REFERS:
        raise ReferralMandatory
    if chosen != told.recommendation and command.reason is None:
        raise ChoiceWithoutReason
    return [
        ReferralDecided(
            decision=command.decision,
            policy=command.policy.id,
            policy_version=command.policy.version,
            inputs=inputs,
            recommendation=told.recommendation,
            rules=told.rules,
            alternatives=told.alternatives,
            chosen=chosen,
            by=command.by,
            reason=command.reason,
        )
    ]
