"""Of an open case something is always expected, also where a fact ended the last thing that was (domain.md, Urgency): found by random years (ADR 34)."""

from datetime import UTC, datetime, timedelta

import pytest

from services.cases.domain.case.additions import NoteReading
from services.cases.domain.case.conflict import DeclareConflict
from services.cases.domain.case.strands import Acknowledge, Assign, SetUrgency
from services.cases.domain.case.whereabouts import NoteWhereabouts
from services.cases.domain.steps.gone import LoseOwner
from services.cases.domain.successor import Staff
from tests.cases.people import COORDINATOR, COUNSELLOR, OFFICER, OTHER, POLICY, after, continued, later, raised, say_more, step, take, words

ASSESSED_NEXT = timedelta(days=3)
STAFF = Staff({"counsellor": (COUNSELLOR, OTHER), "coordinator": (COORDINATOR,), "district-officer": (OFFICER,)})


def lowered():
    """An emergency that a person lowered: none of its clocks runs."""
    told = take(raised(categories=("weapon",), facts={}))
    return after(told, step(SetUrgency, urgency="high", decision="d", reason=words(), policy=POLICY))


def expected(case) -> dict[str, object]:
    return {each.what: each.due for each in case.deadlines.values()}


def test_a_student_who_came_back_leaves_a_case_that_goes_on():
    moved = after(NoteWhereabouts(school="smp2", at=later(hours=1), policy=POLICY), step(Acknowledge, by=COUNSELLOR), case=lowered())
    assert set(expected(moved)) == {"transfer"}
    back = after(NoteWhereabouts(school="smp1", at=later(hours=2), policy=POLICY), case=moved)
    assert expected(back) == {"assess": later(hours=2) + ASSESSED_NEXT}


def test_words_that_were_read_leave_a_case_that_goes_on():
    taken = after(step(Acknowledge, by=COUNSELLOR), case=lowered())
    told = after(say_more(continued(), at=later(hours=1)), case=taken)
    assert "new-words" in expected(told)
    read = after(NoteReading(by=COUNSELLOR, at=later(hours=2)), case=told)
    assert set(expected(read)) - {"new-words"}, expected(read)
    assert "new-words" not in expected(read)


def test_a_case_that_nobody_has_is_expected_of_nobody_though_others_owe_something_in_it():
    """So it stands on the list without an owner: what a teacher or a ruler owes is on theirs."""
    asked = after(
        step(Acknowledge, by=COUNSELLOR), step(DeclareConflict, person=OFFICER, ground="other", staff=STAFF, rule_by=later(days=1)), case=lowered()
    )
    gone = after(LoseOwner(person=COUNSELLOR, why="left", goes_to=COORDINATOR, at=later(hours=1)), case=asked)
    assert {each.what: each.owner for each in gone.deadlines.values()} == {"conflict-ruling": COORDINATOR, "assess": None}
    taken = after(step(Assign, to=OTHER, by=COORDINATOR), case=gone)
    assert None not in {each.owner for each in taken.deadlines.values()}


@pytest.mark.parametrize(("level", "due"), [("high", "2026-03-21"), ("medium", "2026-04-01"), ("low", "2026-04-08")])
def test_the_next_step_waits_for_school_days_where_there_is_no_danger(level, due):
    """Lowered on 18 March, a Wednesday. From the 19th to the 25th and on weekends there is no school."""
    at = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)
    told = take(raised(categories=("weapon",), facts={}), at=at)
    lower = step(SetUrgency, at=at, urgency=level, decision="d", reason=words(), policy=POLICY, calendar=POLICY.calendar)
    assert expected(after(told, step(Acknowledge, at=at), lower)) == {"assess": datetime.fromisoformat(f"{due}T02:00:00+00:00")}
