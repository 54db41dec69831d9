"""Somebody who was cleared of one concern is not cleared of the next. A new accusation is never shown to the person it accuses."""

import pytest

from services.cases.domain.case import allegation as al
from services.cases.domain.case import conflict as c
from services.cases.domain.case.case import CASE
from services.cases.domain.case.strands import Assign
from services.cases.domain.steps.activity import PersonInConflict
from shared.errors import Refused
from tests.cases.people import COORDINATOR, COUNSELLOR, OTHER, STUDENT, TEACHER, after, decided, later, named, raised, step, take, words

FIRST = raised("c-1", people=(named(TEACHER), named(OTHER)))
AGAIN = take(raised("c-2", people=(named(TEACHER),)))


def judged(outcome, accused=TEACHER):
    return step(al.JudgeAllegation, by=COORDINATOR, accused=accused, outcome=outcome, reason=words())


CONFIRMED = step(al.ConfirmAllegation, by="principal", accused=TEACHER)
FINDINGS = {
    "not proven": [judged("not-proven")],
    "unfounded": [judged("unfounded")],
    "deliberately false, by two people": [judged("deliberately-false"), CONFIRMED],
    "ruled not to be in conflict": [
        step(c.DeclareConflict, person=TEACHER, ground="witness", substitute=None, rule_by=later(days=1)),
        step(c.RuleConflict, by=COORDINATOR, person=TEACHER, conflicted=False, reason=words(), rule_by=later(days=1)),
    ],
}


@pytest.mark.parametrize("finding", FINDINGS.values(), ids=FINDINGS)
def test_a_finding_clears_until_another_concern_names_the_person(finding):
    cleared = after(take(FIRST), *finding)
    assert cleared.named == {OTHER}
    events, case = decided(cleared, AGAIN)
    assert case.named == {TEACHER, OTHER}
    assert [event.excluded for event in events if event.type == "case-triaged"] == [(OTHER, TEACHER)]
    with pytest.raises(Refused):
        CASE.decide(step(Assign, to=TEACHER, by=COUNSELLOR), case)


@pytest.mark.parametrize("finding", [[judged("substantiated")], [judged("deliberately-false")]], ids=["substantiated", "false, by one person alone"])
def test_nothing_else_clears(finding):
    assert TEACHER in after(take(FIRST), *finding).named


def test_a_concern_about_others_leaves_the_cleared_cleared():
    case = after(take(FIRST), judged("unfounded"), take(raised("c-2", people=(named("father", "guardian"),))))
    assert case.named == {OTHER, "father"}


def test_a_new_accusation_is_judged_anew_and_an_old_half_finding_no_longer_waits():
    case = after(take(FIRST), judged("deliberately-false"), AGAIN)
    with pytest.raises(al.NothingToConfirm):
        CASE.decide(CONFIRMED, case)
    assert after(judged("unfounded"), case=case).named == {OTHER}


def test_what_was_substantiated_stays_so():
    assert after(take(FIRST), judged("substantiated"), AGAIN).conflicts.outcome(TEACHER) == "substantiated"


def test_a_student_who_is_accused_again_is_judged_again():
    case = after(take(raised("c-1", role="accused")), judged("unfounded", STUDENT), take(raised("c-2", role="affected")))
    assert case.conflicts.outcome(STUDENT) == "unfounded"
    assert after(take(raised("c-3", role="accused")), case=case).conflicts.outcome(STUDENT) is None


def test_who_was_cleared_may_stand_in_and_who_is_named_again_may_not():
    declared = step(c.DeclareConflict, person=COUNSELLOR, ground="other", substitute=TEACHER, rule_by=later(days=1))
    cleared = after(take(FIRST), judged("unfounded"))
    assert CASE.decide(declared, cleared)
    with pytest.raises(PersonInConflict):
        CASE.decide(declared, after(AGAIN, case=cleared))
