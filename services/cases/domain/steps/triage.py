"""How urgent is it, by which rules: pure, and re-derivable from its receipt. The machine may raise; only a named person lowers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.cases.domain.steps.policy import Policy, Recommendation, most_urgent, raised
from shared.events import Category, Fact, Urgency

Ending = Literal["helped", "failed", "open"]
"""How a strategy that was tried has ended so far."""


class TriageInputs(BaseModel):
    """Exactly what a triage decision saw. repeats: earlier concerns of a shared category within the policy's days."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["need", "incident"]
    categories: tuple[Category, ...]
    facts: dict[Fact, bool]
    repeats: int


class ReferralInputs(BaseModel):
    """Exactly what a referral decision saw. tried: strategies tried, with how they ended."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    urgency: Urgency
    categories: tuple[Category, ...]
    tried: dict[str, Ending]
    consent: Literal["given", "refused", "unknown"]


@dataclass(frozen=True, slots=True)
class Triaged:
    """The level, the rules that fired in order, and whether somebody must check the student's safety."""

    urgency: Urgency
    rules: tuple[str, ...]
    check_safety: bool


def triage(policy: Policy, inputs: TriageInputs) -> Triaged:
    """The level of one concern about one student."""
    rules = [f"category:{category}={policy.categories.get(category, 'low')}" for category in inputs.categories]
    level = most_urgent(*(policy.categories.get(category, "low") for category in inputs.categories))
    known = [fact for fact, answer in inputs.facts.items() if answer and fact in policy.facts]
    for fact in known:
        rules.append(f"danger:{fact}={policy.facts[fact]}")
        level = most_urgent(level, policy.facts[fact])
    unknown = _unknown_critical(policy, inputs)
    if unknown:
        rules.append(f"unknown:{','.join(unknown)}=+1")
        level = raised(level)
    if inputs.repeats and inputs.kind == "incident":
        rules.append(f"repeat:{inputs.repeats}=+1")
        level = raised(level)
    return Triaged(level, tuple(rules), bool(unknown))


def _unknown_critical(policy: Policy, inputs: TriageInputs) -> list[Fact]:
    """Facts that the policy wants to know for these categories and nobody answered: an unanswered fact is not a no."""
    wanted = dict.fromkeys(fact for category in inputs.categories for fact in policy.critical.get(category, ()))
    return [fact for fact in wanted if fact not in inputs.facts]


@dataclass(frozen=True, slots=True)
class Recommended:
    """What the policy says about referring, the rules that fired, and what else it weighed."""

    recommendation: Recommendation
    rules: tuple[str, ...]
    alternatives: tuple[Recommendation, ...]


def recommend(policy: Policy, inputs: ReferralInputs) -> Recommended:
    """Refer now, conference first, continue, or monitor (domain.md, Referral decision)."""
    rules: list[str] = []
    failed = sum(1 for ending in inputs.tried.values() if ending == "failed")
    authority = [category for category in inputs.categories if category in policy.referral.authority]
    chosen: Recommendation = "monitor" if inputs.urgency == "low" else "continue"
    if failed >= policy.referral.failed_strategies:
        rules.append(f"failed-strategies:{failed}")
        chosen = "conference-then-refer"
    if authority:
        rules.append(f"no-authority:{','.join(authority)}")
        chosen = "conference-then-refer"
    beyond = [category for category in inputs.categories if policy.referral.competences and category not in policy.referral.competences]
    if beyond:
        rules.append(f"outside-competence:{','.join(beyond)}")
        chosen = "conference-then-refer"
    if inputs.urgency == "high":
        rules.append("urgency:high")
        chosen = "conference-then-refer"
    if inputs.urgency == "emergency":
        rules.append("urgency:emergency")
        chosen = "refer-now"
    everything: tuple[Recommendation, ...] = ("refer-now", "conference-then-refer", "continue", "monitor")
    return Recommended(chosen, tuple(rules) or ("default",), tuple(each for each in everything if each != chosen))
