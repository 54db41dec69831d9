"""No activity lies still behind something of a far day: what is expected and does not come is an event (domain.md, Steps)."""

from datetime import timedelta

from services.cases.domain.case.expecting import GOES_ON
from services.cases.domain.case.planning import AssessCase, Goal, PlanCase, WaitForCase
from services.cases.domain.steps.endings import CancelActivity, HandOverActivity
from services.cases.domain.strategies import counselling as co
from services.cases.domain.strategies.conference import ProposeConference
from tests.cases.people import COUNSELLOR, NOW, OTHER, after, handled, later, step, words

W = words()
ASKED = step(co.RequestCounselling, activity="far", origin="self", field="personal", reason=W)
FAR = step(co.ScheduleCounselling, activity="far", when=later(days=90), place=W)
PROPOSED = step(ProposeConference, activity="c", kind="help", purpose=W)
MISSED = [
    step(co.RequestCounselling, activity="m", origin="self", field="personal", reason=W),
    step(co.ScheduleCounselling, activity="m", when=later(days=1), place=W),
    step(co.RecordNoShow, activity="m", at=later(days=1)),
]
SET = [ASKED, FAR]


def still(case) -> list[tuple[str, str | None, object]]:
    return [(each.key, each.owner, each.due) for each in case.deadlines.values() if each.what == "activity-step"]


ASSESSED = [
    step(AssessCase, field="social", findings=W, safe=True),
    step(PlanCase, goals=(Goal(goal="g", words=W, field="social", owner=COUNSELLOR, due=later(days=80)),)),
]


def planned():
    """A case of the middle level without a clock that runs: only the far meeting is expected."""
    return handled(*ASSESSED, *SET)


def test_a_conference_that_was_only_proposed_is_expected_to_go_on():
    assert still(planned()) == []
    assert still(after(PROPOSED, case=planned())) == [("c/step-1", COUNSELLOR, NOW + GOES_ON["medium"])]


def test_a_child_who_did_not_come_is_not_forgotten():
    assert still(after(*MISSED, case=planned())) == [("m/step-3", COUNSELLOR, later(days=1) + timedelta(days=7))]


def test_nobody_leaves_the_ladder_by_handing_it_over():
    handed = after(PROPOSED, step(HandOverActivity, activity="c", to=OTHER, at=later(days=5)), case=planned())
    assert still(handed) == [("c/step-1", OTHER, NOW + GOES_ON["medium"])]


def test_its_next_step_or_its_end_meets_it_and_a_case_that_waits_is_left_alone():
    case = after(PROPOSED, case=planned())
    assert still(after(step(CancelActivity, activity="c", reason=W), case=case)) == []
    assert still(after(step(WaitForCase, until=later(days=30), what=W), case=case)) == []
