"""How urgent is it, by which rules: pure, and re-derivable from its receipt. The machine may raise; only a named person lowers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from services.cases.domain.steps.policy import Policy, Recommendation, most_urgent, raised
from shared.events import Category, Fact, Urgency

MATTER_OF: Mapping[Fact, Category] = {
    "weapon": "weapon",
    "sexual_violence": "sexual-violence",
    "trafficking": "trafficking",
    "ongoing_abuse": "ongoing-abuse",
    "acute_medical": "medical",
    "intoxicated": "drugs",
}
"""What a danger is about, whatever category its reporter chose: authority over it does not depend on a word (domain.md, Referral decision)."""

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
    """Exactly what a referral decision saw. tried: strategies tried, with how they ended. actors: how many people or institutions are needed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    urgency: Urgency
    categories: tuple[Category, ...]
    tried: dict[str, Ending]
    consent: Literal["given", "refused", "unknown"]
    actors: Annotated[int, Field(ge=1)] = 1


@dataclass(frozen=True, slots=True)
class Triaged:
    """The level, the rules that fired in order, and whether somebody must check the student's safety."""

    urgency: Urgency
    rules: tuple[str, ...]
    check_safety: bool


def triage(policy: Policy, inputs: TriageInputs) -> Triaged:
    """The level of one concern about one student (domain.md, Urgency)."""
    fired = [*_by_category(policy, inputs), *_by_fact(policy, _known(inputs)), *_by_facts_together(policy, inputs.categories, _known(inputs))]
    fired += _as_if_unknown(policy, inputs)
    level, rules = most_urgent(*(each.level for each in fired)), [each.rule for each in fired]
    unknown = [fact for fact in _critical(policy, inputs) if fact not in inputs.facts]
    if unknown:
        # One level above what is known, and not above what a known fact was raised to already: nothing is raised twice for the same doubt.
        level = most_urgent(level, raised(_plain(policy, inputs.categories, _known(inputs))))
        rules.append(f"unknown:{','.join(unknown)}=+1")
    if inputs.repeats and inputs.kind == "incident":
        rules.append(f"repeat:{inputs.repeats}=+1")
        level = raised(level)
    return Triaged(level, tuple(rules), bool(unknown))


class _Fired(NamedTuple):
    """A rule that fired, and the level that it gives."""

    rule: str
    level: Urgency


def _known(inputs: TriageInputs) -> list[Fact]:
    return [fact for fact, answer in inputs.facts.items() if answer]


def _by_category(policy: Policy, inputs: TriageInputs) -> list[_Fired]:
    levels = [(category, policy.categories.get(category, "low")) for category in inputs.categories]
    return [_Fired(f"category:{category}={level}", level) for category, level in levels]


def _by_fact(policy: Policy, known: Sequence[Fact]) -> list[_Fired]:
    return [_Fired(f"danger:{fact}={policy.facts[fact]}", policy.facts[fact]) for fact in known if fact in policy.facts]


def _by_facts_together(policy: Policy, categories: Sequence[Category], known: Sequence[Fact]) -> list[_Fired]:
    fitting = [each for each in policy.together if set(each.facts) <= set(known) and (not each.categories or set(each.categories) & set(categories))]
    return [_Fired(f"together:{'+'.join((*each.categories, *each.facts))}={each.level}", each.level) for each in fitting]


def _as_if_unknown(policy: Policy, inputs: TriageInputs) -> list[_Fired]:
    """What each known critical fact would give if nobody had answered it: knowing of a danger never gives less than not knowing of it."""
    if not policy.known_at_least_unknown:
        return []
    known = _known(inputs)
    now, found = _plain(policy, inputs.categories, known), []
    for fact in _critical(policy, inputs):
        without = raised(_plain(policy, inputs.categories, [each for each in known if each != fact]))
        if fact in known and most_urgent(now, without) != now:
            found.append(_Fired(f"known:{fact}={without}", without))
    return found


def _plain(policy: Policy, categories: Sequence[Category], known: Sequence[Fact]) -> Urgency:
    """The level of what is known, before anything raises it."""
    by_category = (policy.categories.get(category, "low") for category in categories)
    by_fact = (each.level for each in (*_by_fact(policy, known), *_by_facts_together(policy, categories, known)))
    return most_urgent(*by_category, *by_fact)


def _critical(policy: Policy, inputs: TriageInputs) -> list[Fact]:
    """Facts that the policy wants to know for these categories; an unanswered one is not a no."""
    return list(dict.fromkeys(fact for category in inputs.categories for fact in policy.critical.get(category, ())))


@dataclass(frozen=True, slots=True)
class Recommended:
    """What the policy says about referring, the rules that fired, and what else it weighed. mandatory: the counsellor has no authority."""

    recommendation: Recommendation
    rules: tuple[str, ...]
    alternatives: tuple[Recommendation, ...]
    mandatory: bool


REFERS: frozenset[Recommendation] = frozenset({"refer-now", "conference-then-refer"})
"""The answers that lead to somebody with authority."""


def recommend(policy: Policy, inputs: ReferralInputs) -> Recommended:
    """Refer now, conference first, continue, or monitor (domain.md, Referral decision)."""
    rules: list[str] = []
    failed = sum(1 for ending in inputs.tried.values() if ending == "failed")
    authority = [category for category in inputs.categories if category in policy.referral.authority]
    chosen: Recommendation = "monitor" if inputs.urgency == "low" else "continue"
    if failed >= policy.referral.failed_strategies:
        rules.append(f"failed-strategies:{failed}")
        chosen = "conference-then-refer"
    if policy.referral.actors and inputs.actors >= policy.referral.actors:
        rules.append(f"actors:{inputs.actors}")
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
    return Recommended(chosen, tuple(rules) or ("default",), tuple(each for each in everything if each != chosen), bool(authority))
