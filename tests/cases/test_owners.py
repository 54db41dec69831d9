"""Who has a case, and what is expected of it: whoever takes it has it until it is given on, and of an open case something always is expected
(first use, row 4).
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.cases.domain.case.case import CASE
from services.cases.domain.case.expecting import NEXT_STEP
from services.cases.domain.case.handing_over import DeputiseCase, HandOverCase, TakeOverCase
from services.cases.domain.case.opening import CLOCKS
from services.cases.domain.case.owing import LookAhead
from services.cases.domain.case.people import people_of
from services.cases.domain.case.planning import AssessCase, Goal, PlanCase, ReachGoal, WaitForCase
from services.cases.domain.case.state import Case
from services.cases.domain.case.strands import Acknowledge, AddNote, Assign, Close, Reopen, SetUrgency
from services.cases.domain.case.transferring import ReceiveTransfer, TransferCase
from services.cases.domain.steps.deadline import PassDeadline
from services.cases.domain.steps.gone import LoseOwner, RegainOwner
from services.cases.domain.strategies.parents import InviteParent, RecordNoAnswer
from services.cases.domain.strategies.teacher import AskTeacher, DeclineAsTeacher
from services.cases.domain.strategies.visit import PlanVisit
from services.cases.rights import rights
from shared.errors import NotFound
from shared.message import Fact
from tests.cases.people import (
    COORDINATOR,
    COUNSELLOR,
    MOTHER,
    NOW,
    OTHER,
    POLICY,
    PRINCIPAL,
    TEACHER,
    after,
    handled,
    later,
    named,
    raised,
    step,
    take,
    words,
)
from tests.cases.scenarios import plan as meeting
from tests.cases.scenarios import safe
from tests.cases.test_laws import walked
from tests.cases.test_possible import HISTORIES
from tests.keys import somebody

W = words()
EMERGENCY = raised(categories=("weapon",), facts={"weapon": True})
ASSESS = step(AssessCase, field="personal", findings=W, safe=True, at=later(hours=2))
GOAL = Goal(goal="g-1", field="social", words=W, owner=COUNSELLOR, due=later(days=9))


def waiting(case: Case) -> dict[str, tuple[str | None, timedelta]]:
    """What is expected, of whom, and how long after the concern came."""
    return {key: (each.owner, each.expected - NOW) for key, each in case.deadlines.items()}


# whoever takes it has it --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("taker", [COUNSELLOR, COORDINATOR, PRINCIPAL])
def test_first_use_4_whoever_takes_an_emergency_has_it_and_the_next_thing_is_expected_of_them(taker):
    case = after(take(EMERGENCY))
    assert (case.owner, waiting(case)) == (None, {"acknowledge": (None, timedelta(minutes=15)), "decide": (None, timedelta(hours=1))})
    case = after(step(Acknowledge, by=taker), case=case)
    assert (case.owner, waiting(case)) == (taker, {"decide": (taker, timedelta(hours=1))})
    decide = step(SetUrgency, by=taker, at=later(minutes=30), decision="d-1", urgency="high", reason=W, policy=POLICY)
    case = after(decide, case=case)
    assert (case.state, waiting(case)) == ("opened", {"assess": (taker, timedelta(minutes=30, days=3))})


def test_first_use_4_after_each_step_the_next_one_is_expected_until_the_case_ends():
    case = handled(ASSESS, concern=EMERGENCY)
    assert waiting(case) == {"plan": (COUNSELLOR, timedelta(days=1, hours=2))}
    case = after(step(PlanCase, goals=(GOAL,)), case=case)
    assert waiting(case) == {"goal/g-1": (COUNSELLOR, timedelta(days=9))}
    case = after(step(ReachGoal, goal="g-1", reached=True, words=W, at=later(days=8)), case=case)
    assert waiting(case) == {"next-step": (COUNSELLOR, timedelta(days=9))}
    case = after(step(WaitForCase, until=later(days=30), what=W), case=case)
    assert [(owner, span) for owner, span in waiting(case).values()] == [(COUNSELLOR, timedelta(days=30))]
    case = after(step(Close, outcome_class="helped", task_reviewed=W), case=case)
    assert waiting(case) == {}


def test_a_note_puts_off_nothing_and_a_step_does():
    judged = [ASSESS, step(PlanCase, goals=(GOAL,)), step(ReachGoal, goal="g-1", reached=True, words=W)]
    case = handled(*judged)
    assert waiting(case) == {"next-step": (COUNSELLOR, timedelta(days=7))}
    case = after(step(AddNote, note="n-1", text=W, at=later(days=6)), case=case)
    assert waiting(case) == {"next-step": (COUNSELLOR, timedelta(days=7))}
    ask = step(AskTeacher, activity="t-1", teacher=TEACHER, aim="help", question=W, respond_by=later(days=8), at=later(days=6))
    case = after(ask, case=case)
    assert waiting(case) == {"t-1/answer": (TEACHER, timedelta(days=8))}
    case = after(step(DeclineAsTeacher, by=TEACHER, activity="t-1", reason=W, at=later(days=7)), case=case)
    assert waiting(case) == {"next-step": (COUNSELLOR, timedelta(days=14))}


@pytest.mark.parametrize("give", [step(Assign, to=OTHER), step(HandOverCase, to=OTHER, reason="leave")])
def test_what_is_expected_goes_along_when_the_case_is_given_on(give):
    case = after(give, case=handled())
    assert case.owner == OTHER
    assert {each.owner for each in case.deadlines.values()} == {OTHER}


def test_what_was_late_stays_late_when_it_is_given_on():
    """Nobody takes a case off the ladder by giving it on."""
    case = handled()
    due = case.deadlines["contact"].due
    assert due
    case = after(PassDeadline(key="contact", due=due, now=due), case=case)
    before = case.deadlines["contact"]
    given_on = after(step(Assign, to=OTHER), case=case).deadlines["contact"]
    assert (given_on.step, given_on.due, given_on.owner) == (before.step, before.due, OTHER)


def test_at_the_new_school_nobody_has_it_until_somebody_takes_it():
    moved = [step(TransferCase, to="sma1", reason=W, receipt_by=later(days=2)), step(ReceiveTransfer, by="there", school="sma1", policy=POLICY)]
    case = handled(*moved)
    assert (case.owner, {each.owner for each in case.deadlines.values()}) == (None, {None})
    assert after(step(Acknowledge, by="there"), case=case).owner == "there"


# something is always expected ----------------------------------------------------------------------------------------


def test_a_home_visit_that_was_proposed_is_expected_until_one_is_planned():
    summonses = [
        each
        for number in (1, 2, 3)
        for each in (
            step(InviteParent, activity="a-1", summons=number, channel="letter", when=later(days=number), letter=f"421/{number}"),
            step(RecordNoAnswer, activity="a-1", at=later(days=number)),
        )
    ]
    case = handled(safe, meeting, *summonses)
    assert waiting(case)["a-1/home-visit-proposed-3"] == (COUNSELLOR, timedelta(days=5))
    case = after(step(PlanVisit, activity="v-1", guardian=MOTHER, gap=W, questions=W, at=later(days=4)), case=case)
    assert "a-1/home-visit-proposed-3" not in waiting(case)


def test_a_case_that_is_reopened_is_expected_to_go_on():
    closed = handled(ASSESS, step(Close, outcome_class="helped", task_reviewed=W))
    case = after(step(Reopen, text=W, by=COORDINATOR, at=later(days=3)), case=closed)
    assert waiting(case) == {"plan": (COUNSELLOR, timedelta(days=10))}
    case = after(take(raised("c-2"), at=later(days=3)), case=closed)
    assert waiting(case)["acknowledge"] == (COUNSELLOR, timedelta(days=3, hours=4))


@settings(max_examples=150)
@given(HISTORIES)
def test_of_every_open_case_something_is_expected(history: list[Fact]):
    """After each step of a random history, by a time that is known; of a case that rests in another one that other owes it."""
    for command, _, _, case in walked(history):
        assert case.deadlines or case.closed or case.moves.merged_into, command
        assert {each.owner for key, each in case.deadlines.items() if key in (*CLOCKS, NEXT_STEP)} <= {case.owner}


def test_a_case_of_an_older_release_is_expected_to_go_on_from_its_next_command():
    """Its store says that nothing is expected any more; the first thing that happens says what is."""
    still = CASE.fold([event for event in CASE.decide(take(EMERGENCY), CASE.initial) if event.type != "deadlines-set"])
    for told in (step(AddNote, note="n-1", text=W), LookAhead(at=NOW)):
        assert waiting(after(told, case=still)) == {"assess": (None, timedelta(days=1))}


# somebody is gone ------------------------------------------------------------------------------------------------------

GONE = LoseOwner(person=COUNSELLOR, why="left", goes_to=COORDINATOR, at=later(days=1))
BACK = RegainOwner(person=COUNSELLOR, at=later(days=2))


def test_whoever_is_gone_has_nothing_and_who_may_go_on_is_told_once():
    case = handled(step(AskTeacher, activity="t-1", teacher=TEACHER, aim="help", question=W, respond_by=later(days=8)))
    events = list(CASE.decide(GONE, case))
    assert [event.type for event in events] == ["owner-gone", "staff-to-be-told", "deadlines-given", "case-people-changed"]
    gone = CASE.fold(events, case)
    assert (gone.owner, {each.owner for key, each in gone.deadlines.items() if key != "t-1/answer"}) == (None, {None})
    assert gone.deadlines["t-1/answer"].owner == TEACHER
    assert CASE.decide(GONE, gone) == []
    assert CASE.decide(LoseOwner(person="stranger", why="left", goes_to=COORDINATOR, at=NOW), case) == [], "who owes nothing is not missed"


def test_whoever_works_on_cases_no_more_still_answers_what_they_are_asked_in_another_s_case():
    """The lists may not know yet that the case was given on."""
    ask = step(AskTeacher, activity="t-1", teacher=COUNSELLOR, aim="help", question=W, respond_by=later(days=8))
    case = handled(ask, step(Assign, to=OTHER))
    assert CASE.decide(GONE.model_copy(update={"why": "other-role"}), case) == []
    assert CASE.decide(GONE, case) != []


def test_what_nobody_took_is_theirs_again_and_what_was_taken_stays_taken():
    gone = after(GONE, case=handled())
    assert waiting(after(BACK, case=gone)) == waiting(handled())
    taken = after(step(Acknowledge, by=OTHER, at=later(days=1)), case=gone)
    assert (taken.owner, {each.owner for each in taken.deadlines.values()}) == (OTHER, {OTHER})
    assert after(BACK, case=taken).owner == OTHER


@pytest.mark.parametrize("why", ["left", "suspended", "away"])
def test_whoever_is_absent_opens_nothing_and_their_return_gives_it_back(why):
    """Whoever left or is suspended holds no post, and on leave none of the school counts; whoever is back reads before the case has said so."""
    case = after(step(Assign, by=COORDINATOR, to=COUNSELLOR), GONE.model_copy(update={"why": why}), case=handled())
    here = somebody(COUNSELLOR, {"counsellor", "coordinator"}, {"smp1"})
    for absent in (replace(here, away=frozenset({"smp1"})), somebody(COUNSELLOR, ())):
        with pytest.raises(NotFound):
            rights(absent, case, NOW)
    assert rights(here, case, NOW) == "content"
    assert rights(replace(here, away=frozenset({"sma1"})), case, NOW) == "content", "a leave is from a school"


@pytest.mark.parametrize("given", [step(DeputiseCase, deputy=OTHER, until=later(days=9)), step(TakeOverCase, by=OTHER, reason=W)])
def test_an_absent_owner_takes_nothing_from_deputies_and_officers(given):
    """The owner's leave empties who has the case, and nothing else."""
    people = people_of(after(given, GONE, case=handled(step(Assign, by=COORDINATOR, to=COUNSELLOR))))
    assert (people.has, people.given) == (frozenset(), False)
    assert OTHER in {*people.officers, *(person for person, _ in people.deputies)}


def test_whoever_a_concern_names_opens_nothing_and_has_nothing_until_they_are_cleared():
    case = after(take(raised("c-2", people=(named(COUNSELLOR),))), case=handled(step(Assign, by=COORDINATOR, to=COUNSELLOR)))
    assert (case.owner, people_of(case).has) == (None, frozenset())
    with pytest.raises(NotFound):
        rights(somebody(COUNSELLOR, {"counsellor"}, {"smp1"}), case, NOW)


def test_a_case_without_an_owner_is_for_every_counsellor_of_the_school():
    colleague = somebody(OTHER, {"counsellor"}, {"smp1"})
    given_on = handled(step(Assign, by=COORDINATOR, to=COUNSELLOR))
    assert (rights(colleague, given_on, NOW), rights(colleague, after(GONE, case=given_on), NOW)) == ("summary", "content")


COMINGS = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from([COUNSELLOR, OTHER, TEACHER, COORDINATOR, PRINCIPAL]), st.booleans()), min_size=1, max_size=6
)


@settings(max_examples=150)
@given(HISTORIES, COMINGS)
def test_of_nobody_who_is_gone_anything_is_expected(history: list[Fact], comings: list[tuple[int, str, bool]]):
    """Staff come and go at random moments. Each expected thing is somebody's who is there, or stands on the list without an owner."""
    told = list(history)
    for place, person, gone in comings:
        fact: Fact = LoseOwner(person=person, why="away", goes_to="duty", at=NOW) if gone else RegainOwner(person=person, at=NOW)
        told.insert(place, fact)
    for _, _, _, case in walked(told):
        if case.closed:
            continue
        assert case.owner not in case.absent
        assert not {each.owner for each in case.deadlines.values()} & case.absent.keys()
        assert case.deadlines or case.moves.merged_into
