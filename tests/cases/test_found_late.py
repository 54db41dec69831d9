"""What is found out late leaves a day before the ladder hears of it, and that day stands (domain.md, Urgency)."""

from dataclasses import replace

import pytest

from services.cases.domain.case.case import CASE
from services.cases.domain.case.owing import LookAhead
from services.cases.domain.case.planning import AssessCase
from services.cases.domain.case.strands import Acknowledge, AddNote, SetUrgency
from services.cases.domain.steps.deadline import PassDeadline
from services.cases.domain.strategies.conference import ProposeConference
from tests.cases.people import NOW, POLICY, after, handled, later, step, words
from tests.cases.test_always_expected import lowered
from tests.cases.test_lying_still import PROPOSED, planned
from tests.cases.test_medical_care import VIOLENCE

W = words()
CARE, STILL = "medical-care", "c/step-1"


def by_an_older_release(case, key):
    """The same case, where nothing was known of this deadline."""
    return replace(case, deadlines={name: each for name, each in case.deadlines.items() if name != key})


def due(case, key):
    return case.deadlines[key].expected


def note(**at):
    return step(AddNote, note="n-1", text=W, at=later(**at))


OLD = {
    CARE: by_an_older_release(handled(concern=VIOLENCE), CARE),
    STILL: by_an_older_release(after(PROPOSED, case=planned()), STILL),
}


@pytest.mark.parametrize("key", OLD)
@pytest.mark.parametrize("first", [note(days=21), LookAhead(at=later(days=21))], ids=["a-note", "the-release"])
def test_an_older_release_did_not_expect_it_so_one_rung_hears_a_day_later_and_the_next_after_the_climb(key, first):
    case = after(first, case=OLD[key])
    (climb, *_) = case.deadlines[key].climb
    assert due(case, key) == later(days=22), "a Tuesday"
    assert CASE.decide(PassDeadline(key=key, due=later(days=22), now=later(days=21, hours=1)), case) == []
    passed = PassDeadline(key=key, due=later(days=22), now=later(days=22))
    assert after(passed, case=case).deadlines[key].due == later(days=22, minutes=climb)


@pytest.mark.parametrize("key", OLD)
def test_its_day_stands_whatever_is_said_next(key):
    case = after(note(days=21), case=OLD[key])
    again = [event for days in (21.5, 30) for event in CASE.decide(step(AddNote, note="n-2", text=W, at=later(days=days)), case)]
    assert [event.type for event in again] == ["note-added"] * 2


def test_a_day_is_one_of_school_but_where_a_child_was_hurt_or_is_in_danger():
    friday = {"days": 18}
    assert {key: due(after(note(**friday), case=case), key) for key, case in OLD.items()} == {CARE: later(days=19), STILL: later(days=21)}


def test_what_was_proposed_weeks_ago_and_is_written_down_today_is_expected_a_day_from_today():
    late = step(ProposeConference, activity="c", kind="help", purpose=W, at=NOW, given_at=later(days=21))
    assert due(after(late, case=planned()), STILL) == later(days=22)
    assert due(after(late.model_copy(update={"given_at": later(hours=3)}), case=planned()), STILL) == later(days=7), "as ever where days are left"


def test_what_was_assessed_weeks_ago_and_is_written_down_today_is_planned_by_the_next_day():
    late = step(AssessCase, field="social", findings=W, safe=True, at=NOW, given_at=later(days=21))
    assert due(after(step(Acknowledge), late, case=lowered()), "plan") == later(days=22)


def test_where_there_is_danger_now_it_waits_no_longer_than_a_day():
    danger = step(SetUrgency, urgency="emergency", decision="d", reason=W, policy=POLICY, at=later(days=5))
    assert due(after(PROPOSED, danger, case=planned()), STILL) == later(days=6)
