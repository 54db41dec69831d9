"""Deciding again from a receipt gives the same decision. A draft policy changes the decisions that it is meant to change, and no others."""

from services.cases.domain.case.case import CASE
from services.cases.domain.case.strands import SetUrgency
from services.cases.domain.steps.triage import TriageInputs, triage
from services.cases.domain.steps.whatif import WhatIf
from services.cases.policies import policy_of
from services.cases.reading.what_if import as_json
from tests.cases.drafts import draft
from tests.cases.people import COUNSELLOR, NOW, POLICY, after, decided, handled, later, raised, step, take, words


def run(policy, *cases):
    """Every event of the cases' histories through the replay; each case is given as the commands that made it."""
    told = WhatIf(policy)
    for number, commands in enumerate(cases):
        case = CASE.initial
        for command in commands:
            events, case = decided(case, command)
            for event in events:
                told.see(f"case-{number}", event.type, event.model_dump(mode="json"))
    return told


def test_every_receipt_derives_again_from_its_policy_and_inputs():
    for category in POLICY.categories:
        case = after(take(raised(categories=(category,), facts={"fear": True})))
        receipt = case.decisions[0]
        policy = policy_of(receipt.policy, receipt.policy_version)
        assert policy and receipt.inputs
        again = triage(policy, TriageInputs.model_validate_json(receipt.inputs.model_dump_json()))
        assert (again.urgency, again.rules) == (receipt.urgency, receipt.rules)


def test_the_policy_in_force_changes_nothing():
    told = run(POLICY, [take(raised())], [take(raised("c-2", categories=("truancy",)))])
    assert (told.decisions, told.changes) == (2, [])


def test_a_draft_changes_exactly_the_decisions_of_what_it_changes():
    told = run(draft(('"truancy" = "low"', '"truancy" = "medium"')), [take(raised())], [take(raised("c-2", categories=("truancy",)))])
    (change,) = told.changes
    assert (change.case, change.what, change.before, change.after) == ("1", "urgency", "low", "medium")
    assert change.rules == ("category:truancy=medium",)
    (week,) = as_json(told)["workload"]
    assert (week["before"], week["after"]) == ({"medium": 1, "low": 1}, {"medium": 2, "low": 0})


def test_repeats_are_counted_as_the_draft_counts_them():
    history = [take(raised("c-1", categories=("truancy",))), take(raised("c-2", categories=("truancy",)), at=later(days=45))]
    assert run(POLICY, history).changes == []
    (change,) = run(draft(("repeat_days = 30", "repeat_days = 60")), history).changes
    assert (change.before, change.after) == ("low", "medium")


def test_what_a_person_decided_no_policy_changes():
    lowered = step(SetUrgency, decision="d", urgency="low", reason=words(), by=COUNSELLOR, policy=POLICY, at=NOW)
    told = run(draft(('"bullying" = "medium"', '"bullying" = "low"')), [take(raised()), lowered])
    assert [(each.before, each.after) for each in told.changes] == [("medium", "low")]
    assert told.decisions == 1
    assert handled().urgency == "medium"
