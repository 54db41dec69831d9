"""Facts that count together, and the laws of knowing: what is known never gives less than what is unknown (district-life 21; domain.md, Urgency)."""

import random
from datetime import date
from itertools import product
from typing import get_args

import pytest

from services.cases.domain.steps.policy import ORDER, Together
from services.cases.domain.steps.triage import TriageInputs, triage
from services.cases.policies import policy_for, policy_of
from services.intake.form.questions import DANGERS
from shared.events import Category, ConcernRaised, Fact
from tests.cases.drafts import draft

POLICY = policy_for(date(2026, 11, 28))
CATEGORIES, FACTS = get_args(Category), get_args(Fact)
UNKNOWN = None
ANSWERS = (False, UNKNOWN, True)
"""From the least to the most reason to worry."""


def level(policy, categories, facts, repeats=0):
    known = {fact: answer for fact, answer in facts.items() if answer is not UNKNOWN}
    return triage(policy, TriageInputs(kind="incident", categories=categories, facts=known, repeats=repeats))


def rank(policy, categories, facts, repeats=0):
    return ORDER.index(level(policy, categories, facts, repeats).urgency)


@pytest.mark.parametrize(
    ("categories", "facts", "urgency", "rule"),
    [
        (("self-harm",), {"self_harm": True, "injury": True}, "emergency", "together:self_harm+injury=emergency"),
        (("self-harm",), {"injury": True}, "emergency", "together:self-harm+injury=emergency"),
        (("emotional",), {"self_harm": True, "injury": True}, "emergency", "together:self_harm+injury=emergency"),
        (("self-harm",), {"self_harm": True, "injury": False}, "high", "danger:self_harm=high"),
        (("self-harm",), {"self_harm": True}, "emergency", "unknown:injury=+1"),
        (("quarrel",), {"injury": True}, "high", "danger:injury=high"),
        (("other",), {"suicide_attempt": True}, "emergency", "danger:suicide_attempt=emergency"),
        (("suicide",), {"suicide_plan": False}, "emergency", "unknown:suicide_attempt=+1"),
        (("suicide",), {"suicide_plan": False, "suicide_attempt": False}, "high", "category:suicide=high"),
        (("bullying",), {"repeated": True}, "high", "danger:repeated=high"),
        (("quarrel",), {"likely_harm_soon": True}, "high", "danger:likely_harm_soon=high"),
        (("truancy",), {"severe": True}, "high", "danger:severe=high"),
    ],
)
def test_row_21_facts_count_together_and_the_receipt_names_the_rule(categories, facts, urgency, rule):
    told = level(POLICY, categories, facts)
    assert (told.urgency, rule in told.rules) == (urgency, True)


def test_row_21_a_known_critical_fact_gives_no_less_than_the_same_fact_unknown():
    unknown = level(POLICY, ("bullying",), {"injury": True})
    known = level(POLICY, ("bullying",), {"injury": True, "repeated": True})
    assert (unknown.urgency, unknown.check_safety) == ("emergency", True)
    assert (known.urgency, known.check_safety) == ("emergency", False)
    assert known.rules == ("category:bullying=medium", "danger:injury=high", "danger:repeated=high", "known:repeated=emergency")


@pytest.mark.parametrize("category", CATEGORIES)
def test_row_21_for_every_category_and_fact_no_is_at_most_unknown_and_unknown_at_most_yes(category):
    for fact, other in product(FACTS, FACTS):
        for beside in ANSWERS:
            no, unknown, yes = (rank(POLICY, (category,), {other: beside, fact: answer}) for answer in ANSWERS)
            assert no <= unknown <= yes, (category, fact, other, beside)


def policies():
    """That of today, and others that a district could write."""
    chance = random.Random(21)
    yield POLICY
    for _ in range(20):
        yield POLICY.model_copy(
            update={
                "categories": {each: chance.choice(ORDER) for each in CATEGORIES},
                "facts": {each: chance.choice(ORDER) for each in FACTS if chance.random() < 0.8},
                "critical": {each: tuple(chance.sample(FACTS, chance.randint(0, 3))) for each in CATEGORIES},
                "together": tuple(
                    Together(
                        facts=tuple(chance.sample(FACTS, chance.randint(1, 3))),
                        categories=tuple(chance.sample(CATEGORIES, chance.randint(0, 2))),
                        level=chance.choice(ORDER),
                    )
                    for _ in range(3)
                ),
            }
        )


@pytest.mark.parametrize(("number", "policy"), list(enumerate(policies())), ids=lambda each: str(each) if isinstance(each, int) else "")
def test_row_21_under_any_policy_knowing_more_danger_and_naming_more_never_gives_less(number, policy):
    chance = random.Random(number)
    for _ in range(600):
        categories = tuple(chance.sample(CATEGORIES, chance.randint(1, 4)))
        facts = {fact: chance.choice(ANSWERS) for fact in chance.sample(FACTS, chance.randint(0, 8))}
        fact, repeats = chance.choice(FACTS), chance.randint(0, 1)
        no, unknown, yes = (rank(policy, categories, facts | {fact: answer}, repeats) for answer in ANSWERS)
        assert no <= unknown <= yes, (categories, facts, fact)
        assert rank(policy, categories[:-1], facts, repeats) <= rank(policy, categories, facts, repeats)
        assert rank(policy, categories, facts, 0) <= rank(policy, categories, facts, 1)


def test_a_receipt_of_the_first_policy_derives_as_it_did():
    first = policy_of("default", 1)
    told = level(first, ("self-harm",), {"self_harm": True, "injury": True})
    assert (told.urgency, told.rules) == ("high", ("category:self-harm=high", "danger:self_harm=high", "danger:injury=high"))
    assert policy_for(date(2026, 11, 26)) == first
    assert (POLICY.id, POLICY.version, POLICY.effective) == ("default", 3, date(2026, 11, 28))
    assert policy_for(date(2026, 11, 27)) == policy_of("default", 2)


def test_a_rule_of_facts_together_that_names_no_fact_is_refused():
    with pytest.raises(Exception, match=r"together\.0\.facts"):
        draft(("[critical]", '[[together]]\nfacts = []\nlevel = "high"\n\n[critical]'))


def test_the_policy_weighs_every_fact_and_category_that_can_be_told():
    assert set(POLICY.facts) == set(FACTS)
    assert set(POLICY.categories) == set(CATEGORIES)


def test_row_21_an_attempt_can_be_told_on_the_form_and_over_the_api():
    assert "suicide_attempt" in FACTS
    assert "suicide_attempt" in dict(DANGERS)
    assert "suicide_attempt" in str(ConcernRaised.model_json_schema())
