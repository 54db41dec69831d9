"""Who is asked first about a low concern, and the clock of counselling that was asked for (domain.md, Urgency and The nine strategies)."""

from datetime import date, timedelta

import pytest

from services.cases.domain.case.case import CASE
from services.cases.domain.case.strands import SetUrgency
from services.cases.domain.case.whereabouts import NoteWhereabouts
from services.cases.domain.strategies.counselling import DeclineCounselling, RequestCounselling, ScheduleCounselling
from services.cases.domain.strategies.teacher import AskTeacher
from services.cases.policies import policy_for
from shared.events import CaseTriaged
from tests.cases.people import COUNSELLOR, NOW, STUDENT, TEACHER, after, handled, later, raised, step, take, words

W = words()
NEWEST = policy_for(date(2026, 11, 28))
TRUANT = {"categories": ("truancy",), "facts": {}}
ASK = step(AskTeacher, activity="t-1", teacher=TEACHER, aim="information", question=W, respond_by=later(days=2))
REQUEST = step(RequestCounselling, activity="a-1", origin="self", field="personal", reason=W)


def low(**told):
    return after(take(raised(**{**TRUANT, **told}), policy=NEWEST))


def waits(case, code):
    return [each.expected - NOW for each in case.deadlines.values() if each.what == code]


def test_of_a_low_concern_the_homeroom_teacher_is_asked_first():
    case = low()
    assert (case.urgency, waits(case, "homeroom-first")) == ("low", [timedelta(days=2)]), "Monday, to Wednesday"
    assert waits(after(ASK, case=case), "homeroom-first") == []


def test_once_it_is_asked_of_the_homeroom_teacher_a_further_low_concern_asks_no_more():
    case = after(take(raised(concern="c-2", **TRUANT), policy=NEWEST), case=after(ASK, case=low()))
    assert waits(case, "homeroom-first") == []


@pytest.mark.parametrize("reporter", [None, STUDENT])
def test_after_a_self_report_the_counsellor_is_first(reporter):
    assert waits(low(reporter_kind="student", reporter=reporter), "homeroom-first") == []


def test_a_fellow_student_s_report_is_no_self_report():
    assert len(waits(low(reporter_kind="student", reporter="another"), "homeroom-first")) == 1


def test_higher_levels_do_not_wait_for_the_homeroom_teacher():
    assert waits(low(categories=("emotional",)), "homeroom-first") == []
    raise_it = step(SetUrgency, decision="d", urgency="medium", reason=W, policy=NEWEST)
    assert waits(after(raise_it, case=low()), "homeroom-first") == []


def test_counselling_that_was_asked_for_waits_three_days_for_its_meeting_and_it_is_known_whose():
    case = after(REQUEST, case=handled())
    assert [(each.owner, each.expected - NOW) for each in case.deadlines.values() if each.what == "counselling-request"] == [
        (COUNSELLOR, timedelta(hours=72))
    ]
    meeting = step(ScheduleCounselling, activity="a-1", when=later(days=2), place=W)
    for done in (meeting, step(DeclineCounselling, activity="a-1", reason=W)):
        assert waits(after(done, case=case), "counselling-request") == []


def test_the_school_to_which_a_student_moves_has_school_days_to_take_the_case_in_hand_too():
    """A day is a day of the school (domain page, "People come and go"): what nobody had in hand on Friday is not late on Sunday."""
    friday = NOW + timedelta(days=4, hours=9)
    case = after(take(raised(), policy=NEWEST))
    (alert,) = (each for each in CASE.decide(NoteWhereabouts(school="sma1", at=friday, policy=NEWEST), case) if isinstance(each, CaseTriaged))
    assert (alert.school, alert.acknowledge_by) == ("sma1", NEWEST.calendar.later(friday, 1440))
    assert alert.acknowledge_by == friday + timedelta(days=3)
