"""Whether to refer (domain.md, Referral decision): the policy recommends, a person may choose otherwise with a reason; referral is mandatory where the
counsellor has no authority: illness, crime, NAPZA, acute mental disorder.
"""

from datetime import date

import pytest

from services.cases.domain.case.case import CASE
from services.cases.domain.referring.referral.decision import DecideReferral
from services.cases.domain.steps.policy import Recommendation
from services.cases.policies import policy_for
from shared.errors import Refused
from tests.cases.people import POLICY, after, continued, handled, raised, say_more, step, words

AUTHORITY = POLICY.referral.authority


def about(category: str):
    return handled(concern=raised(categories=(category,), facts={}))


def refusal(command, case):
    with pytest.raises(Refused) as refused:
        CASE.decide(command, case)
    return refused.value


def decided(chosen: Recommendation | None, reason: bool = True):
    return step(DecideReferral, decision="d", policy=POLICY, chosen=chosen, reason=words() if reason else None)


@pytest.mark.parametrize("category", AUTHORITY)
@pytest.mark.parametrize("chosen", ["continue", "monitor"])
def test_a_mandatory_referral_is_not_answered_with_going_on_alone_whatever_the_reason(category, chosen):
    assert refusal(decided(chosen), about(category)).code == "referral-mandatory"


@pytest.mark.parametrize(
    ("fact", "category"),
    [("weapon", "weapon"), ("sexual_violence", "sexual-violence"), ("trafficking", "trafficking"), ("ongoing_abuse", "ongoing-abuse"),
     ("acute_medical", "medical"), ("intoxicated", "drugs")],
)  # fmt: skip
def test_a_danger_that_was_told_of_makes_it_mandatory_whatever_category_the_reporter_chose(fact, category):
    """A fight with a weapon that is told as bullying is a crime as well; also where it was added later."""
    for case in (handled(concern=raised(facts={fact: True})), after(say_more(continued(answers={fact: True})), case=handled())):
        assert refusal(decided("continue"), case).code == "referral-mandatory"
        receipt = after(decided(None), case=case).referrals.decisions[-1]
        assert receipt.inputs.categories == ("bullying", category)
        assert f"no-authority:{category}" in receipt.rules
    assert after(decided("continue"), case=handled(concern=raised(facts={fact: False}))).referrals.decisions[-1].chosen == "continue"


@pytest.mark.parametrize("category", AUTHORITY)
@pytest.mark.parametrize("chosen", ["refer-now", "conference-then-refer"])
def test_how_a_mandatory_referral_goes_is_a_person_s_choice(category, chosen):
    assert after(decided(chosen), case=about(category)).referrals.decisions[-1].chosen == chosen


def test_elsewhere_a_person_decides_otherwise_with_a_reason():
    case = about("learning")
    assert after(decided("continue"), case=case).referrals.decisions[-1].chosen == "continue"
    assert refusal(decided("continue", reason=False), case).code == "choice-without-reason"


NEWEST = policy_for(date(2026, 11, 28))


@pytest.mark.parametrize(
    ("actors", "policy", "recommendation"),
    [(1, NEWEST, "continue"), (2, NEWEST, "conference-then-refer"), (5, NEWEST, "conference-then-refer"), (2, POLICY, "continue")],
)
def test_where_two_or_more_actors_are_needed_they_confer_first_and_older_receipts_derive_as_they_did(actors, policy, recommendation):
    case = handled(concern=raised(categories=("emotional",), facts={}))
    decision = after(step(DecideReferral, decision="d", policy=policy, actors=actors), case=case).referrals.decisions[-1]
    assert (decision.recommendation, decision.inputs.actors) == (recommendation, actors)
    assert (f"actors:{actors}" in decision.rules) == (recommendation != "continue")
