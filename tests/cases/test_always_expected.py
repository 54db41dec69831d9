"""Of an open case something is always expected, also where a fact ended the last thing that was (domain.md, Urgency): found by random years (ADR 34)."""

from datetime import timedelta

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
