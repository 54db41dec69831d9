"""What a reporter says later, as the case decides it (domain.md; row 1 of a district's life)."""

from datetime import timedelta

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from services.cases.domain.case.additions import ConfirmReading, KeepClosed, NoteReading, StrandContinued
from services.cases.domain.case.arriving import carrying
from services.cases.domain.case.case import CASE
from services.cases.domain.case.conflict import DeclareConflict, RuleConflict
from services.cases.domain.case.handing_over import HandOverCase
from services.cases.domain.case.merging import CaseRests, MergeInto, UnmergeCase
from services.cases.domain.case.strands import Acknowledge, Assign, Close, Reopen, SetUrgency
from services.cases.domain.case.transferring import ReceiveTransfer, TransferCase
from services.cases.domain.case.whereabouts import NoteWhereabouts
from services.cases.domain.steps.gone import LoseOwner, RegainOwner
from services.cases.domain.steps.policy import ORDER
from services.cases.domain.steps.triage import TriageInputs
from shared.events import CaseClosed, CaseTriaged, ConcernRead, CoordinatorToBeTold, NamedPerson, StaffToBeTold
from tests.cases.people import (
    COORDINATOR,
    COUNSELLOR,
    NOW,
    OFFICER,
    OTHER,
    POLICY,
    PRINCIPAL,
    STUDENT,
    after,
    continued,
    decided,
    handled,
    later,
    named,
    raised,
    say_more,
    step,
    take,
    types,
    words,
)

WEAPON = continued(answers={"weapon": True})
ABOUT = {"case": "case-1", "student": STUDENT, "school": "smp1"}
ENDED = step(Close, outcome_class="helped", task_reviewed=words())


def told(case, said=None) -> list[tuple[str, str]]:
    """Who is told of an addition, and how."""
    events, _ = decided(case, say_more(said))
    return [(each.type, whom) for each in events if (whom := heard(each))]


def heard(event) -> str | None:
    match event:
        case StaffToBeTold(person=person):
            return person
        case CaseTriaged(urgency=urgency):
            return urgency
        case CoordinatorToBeTold(desk=desk):
            return desk
        case _:
            return None


# told to whoever has the case ----------------------------------------------------------------------------------------


def test_plain_words_are_told_to_whoever_has_the_case_and_to_nobody_else():
    events, case = decided(handled(), say_more())
    strand = StrandContinued(concern=continued(), at=NOW, read_by=later(days=1), alerted=False)
    assert events[:2] == [strand, StaffToBeTold(**ABOUT, person=COUNSELLOR, message="new-words")]
    assert types(events) == ["strand-continued"]
    assert case.deadlines["new-words/a-1"].expected == later(days=1)
    assert case.urgency == handled().urgency


@pytest.mark.parametrize(
    ("given", "whoever"),
    [([], COUNSELLOR), ([step(Assign, to=OTHER)], OTHER), ([step(HandOverCase, to=OTHER, reason="leave")], OTHER)],
)
def test_whoever_has_it_is_the_assignee_or_who_took_it_in_hand(given, whoever):
    assert told(handled(*given)) == [("staff-to-be-told", whoever)]


def test_during_a_leave_whoever_stands_in_hears_and_staff_are_alerted_until_the_case_is_taken():
    away = after(LoseOwner(person=COUNSELLOR, why="away", goes_to=OTHER, at=NOW), case=handled())
    assert told(away) == [("case-triaged", "medium"), ("staff-to-be-told", OTHER)]
    assert told(after(step(Assign, to=COORDINATOR), case=away)) == [("staff-to-be-told", COORDINATOR)]
    back = after(RegainOwner(person=COUNSELLOR, at=NOW), case=away)
    assert told(back) == [("staff-to-be-told", COUNSELLOR)]


def test_words_about_a_case_that_nobody_has_are_told_as_a_concern_of_its_level_is():
    untaken = after(take())
    events, case = decided(untaken, say_more())
    alert = CaseTriaged(**ABOUT, concern="c-1", urgency="medium", desk="school", excluded=(), acknowledge_by=later(days=1), decide_by=later(days=3))
    assert [each for each in events if isinstance(each, CaseTriaged | StaffToBeTold)] == [alert]
    assert case.urgency == "medium"
    assert case.additions.unread == {"a-1"}


def test_after_a_transfer_the_new_school_hears_of_it_and_nobody_of_the_old_one():
    moved = handled(step(TransferCase, to="smp2", reason=words(), receipt_by=later(days=2)), step(ReceiveTransfer, school="smp2", policy=POLICY))
    events, case = decided(moved, say_more())
    (alert,) = [each for each in events if isinstance(each, CaseTriaged)]
    assert (alert.school, [each for each in events if isinstance(each, StaffToBeTold)]) == ("smp2", [])
    assert "acknowledge" in case.deadlines, "a person takes it in hand by an act of its own"
    assert types(CASE.decide(step(Acknowledge, by=OTHER), case)) == ["case-acknowledged"]


def test_until_the_receipt_of_a_transfer_the_old_school_is_told():
    assert told(handled(step(TransferCase, to="smp2", reason=words(), receipt_by=later(days=2)))) == [("staff-to-be-told", COUNSELLOR)]


MOVED = NoteWhereabouts(school="smp2", at=later(minutes=1), policy=POLICY)


def test_a_danger_about_a_student_who_moved_is_told_where_the_student_is_now_and_the_old_school_stays_responsible():
    events, case = decided(handled(MOVED), say_more(WEAPON, at=later(hours=1)))
    assert [each.school for each in events if isinstance(each, CaseTriaged)] == ["smp2"]
    assert [each.person for each in events if isinstance(each, StaffToBeTold)] == [COUNSELLOR]
    assert case.heard_elsewhere == {"c-1"}
    assert case.in_nobody_s_hand == ("c-1",)


def test_plain_words_about_a_student_who_moved_go_to_whoever_has_the_case_and_widen_nobodys_reading():
    events, case = decided(handled(MOVED), say_more(at=later(hours=1)))
    assert [heard(each) for each in events if heard(each)] == [COUNSELLOR]
    assert case.heard_elsewhere == frozenset()


def test_whoever_has_the_concern_in_hand_at_the_new_school_hears_too():
    new = after(
        take(raised("c-2", school="smp2"), at=later(hours=1)), step(Acknowledge, by=OTHER, there=True, at=later(hours=2)), case=handled(MOVED)
    )
    assert told(new, continued("c-2")) == [("staff-to-be-told", COUNSELLOR), ("staff-to-be-told", OTHER)]
    assert told(new, continued("c-1")) == [("staff-to-be-told", COUNSELLOR)]


def test_at_the_districts_desk_only_the_district_hears_whoever_had_the_case_at_the_school():
    unknown = NamedPerson(person=None, relation="staff", role="accused")
    case = after(take(raised("c-2", desk="district", people=(unknown,))), case=handled())
    assert told(case) == [("case-triaged", "high")]  # it came twice
    assert [each.desk for each in decided(case, say_more())[0] if isinstance(each, CaseTriaged)] == ["district"]


def test_whoever_is_named_in_the_concern_hears_nothing_of_it_also_where_a_ruling_had_freed_them():
    accused = raised("c-2", people=(named(COUNSELLOR),))
    freed = after(
        take(accused),
        step(DeclareConflict, by=PRINCIPAL, person=COUNSELLOR, ground="accused", substitute=None, rule_by=later(days=1)),
        step(RuleConflict, by=OFFICER, person=COUNSELLOR, conflicted=False, reason=words(), rule_by=later(days=2)),
        case=handled(step(Assign, to=COUNSELLOR)),
    )
    events, case = decided(freed, say_more(continued("c-2", people=(named(COUNSELLOR),))))
    assert COUNSELLOR in case.named
    assert [each.excluded for each in events if isinstance(each, CaseTriaged)] == [(COUNSELLOR,)]
    assert not any(isinstance(each, StaffToBeTold) for each in events)


# triaged again ---------------------------------------------------------------------------------------------------------


def test_a_danger_raises_the_level_alerts_as_a_concern_would_and_starts_the_emergencys_clocks():
    events, case = decided(handled(), say_more(WEAPON))
    assert types(events) == ["strand-continued", "urgency-decided", "case-triaged"]
    assert [each for each in events if isinstance(each, CaseTriaged)] == [
        CaseTriaged(
            **ABOUT, concern="c-1", urgency="emergency", desk="school", excluded=(), acknowledge_by=later(minutes=15), decide_by=later(hours=1)
        )
    ]
    assert case.urgency == "emergency"
    receipt = case.decisions[-1]
    facts = {"repeated": False, "weapon": True}
    assert receipt.inputs == TriageInputs(kind="incident", categories=("bullying",), facts=facts, repeats=0)
    assert (receipt.decision, receipt.concern, receipt.by, "danger:weapon=emergency" in receipt.rules) == ("triage-a-1", "c-1", None, True)
    assert {key: case.deadlines[key].expected for key in ("acknowledge", "decide")} == {"acknowledge": later(minutes=15), "decide": later(hours=1)}
    assert told(handled(), WEAPON) == [("case-triaged", "emergency"), ("staff-to-be-told", COUNSELLOR)]


def test_a_person_takes_an_alerted_addition_in_hand_by_an_act_of_its_own_and_the_alert_ends():
    _, case = decided(handled(), say_more(WEAPON))
    assert types(CASE.decide(step(Acknowledge), case)) == ["case-acknowledged"]
    assert CASE.decide(step(Acknowledge), after(step(Acknowledge), case=case)) == []


def test_an_emergency_told_of_in_an_emergency_alerts_again():
    emergency = handled(concern=raised(facts={"repeated": False, "weapon": True}))
    assert told(emergency, WEAPON) == [("case-triaged", "emergency"), ("staff-to-be-told", COUNSELLOR)]


def test_a_lesser_danger_in_a_greater_one_is_told_plainly_and_lowers_nothing():
    emergency = handled(concern=raised(facts={"repeated": False, "weapon": True}))
    events, case = decided(emergency, say_more(continued(answers={"fear": True}, facts={"weapon": True, "fear": True})))
    assert types(events) == ["strand-continued", "urgency-decided"]
    assert (case.urgency, case.decisions[-1].inputs) == (
        "emergency", TriageInputs(kind="incident", categories=(), facts={"fear": True}, repeats=0),
    )  # fmt: skip


def test_a_no_lowers_nothing_and_alerts_nobody_anew():
    emergency = handled(concern=raised(facts={"repeated": False, "weapon": True}))
    events, case = decided(emergency, say_more(continued(answers={"weapon": False})))
    assert (types(events), case.urgency) == (["strand-continued"], "emergency")


def test_plain_words_do_not_undo_a_level_that_a_person_lowered_and_a_new_danger_does():
    lowered = handled(
        step(SetUrgency, decision="d", urgency="low", reason=words(), policy=POLICY), concern=raised(facts={"repeated": False, "weapon": True})
    )
    assert decided(lowered, say_more(continued(facts={"repeated": False, "weapon": True})))[1].urgency == "low"
    assert decided(lowered, say_more(continued(answers={"fear": True}, facts={"weapon": True, "fear": True})))[1].urgency == "medium"
    assert decided(lowered, say_more(WEAPON))[1].urgency == "emergency"


def test_what_was_unknown_and_turns_out_to_be_so_raises_what_a_person_had_lowered():
    """Bullying of which nobody said whether it was repeated came in as high; a person lowered it; now it was repeated."""
    lowered = handled(step(SetUrgency, decision="d", urgency="medium", reason=words(), policy=POLICY), concern=raised(facts={}))
    assert decided(lowered, say_more(continued(answers={"repeated": True}, facts={"repeated": True})))[1].urgency == "high"


def test_sexual_violence_told_of_later_brings_its_rules():
    assert decided(handled(), say_more(continued(answers={"sexual_violence": True})))[1].sexual_violence


def test_an_accused_guardian_is_not_told_because_of_new_words_and_is_judged_anew():
    unknown = NamedPerson(person=None, relation="guardian", role="accused")
    case = handled(concern=raised(people=(unknown,), guardians_unsafe=True))
    events, case = decided(case, say_more(continued(people=(unknown,), guardians_unsafe=True)))
    assert "guardian-to-be-told" not in types(events)
    assert (case.home.all_unsafe, case.home.safe) == (True, frozenset())


ANSWERS = st.dictionaries(st.sampled_from(sorted(POLICY.facts)), st.booleans(), max_size=4)


@settings(max_examples=150)
@drawn(st.lists(st.tuples(ANSWERS, st.sampled_from(ORDER)), min_size=1, max_size=6))
def test_whatever_a_reporter_adds_the_level_never_falls_and_an_urgent_yes_is_never_without_an_alert(said):
    case, facts = handled(), {"repeated": False}
    for place, (answers, lowered) in enumerate(said):
        facts |= answers
        events, now = decided(case, say_more(continued(addition=f"a-{place}", answers=answers, facts=dict(facts))))
        assert ORDER.index(now.urgency) >= ORDER.index(case.urgency)
        emergency = any(answer and POLICY.facts[fact] == "emergency" for fact, answer in answers.items())
        assert (not emergency) or [each.urgency for each in events if isinstance(each, CaseTriaged)] == ["emergency"]
        assert now.urgency == case.urgency or any(isinstance(each, CaseTriaged) for each in events)
        assert f"new-words/a-{place}" in now.deadlines
        case = CASE.fold(CASE.decide(step(SetUrgency, decision=f"d-{place}", urgency=lowered, reason=words(), policy=POLICY), now), now)


# after the end -----------------------------------------------------------------------------------------------------------


def test_after_the_end_plain_words_ask_the_coordinator_whether_the_case_goes_on():
    ended = handled(ENDED)
    events, case = decided(ended, say_more())
    assert events[1] == CoordinatorToBeTold(**ABOUT, message="new-words", desk="school", excluded=())
    assert (types(events), case.closed) == (["strand-continued", "coordinator-to-be-told"], True)
    asked = case.deadlines["reopening-question/a-1"]
    assert (asked.what, asked.expected, asked.owner) == ("reopening-question", POLICY.calendar.after(NOW, 1), None)


def test_the_question_after_the_end_is_answered_by_reopening_or_by_keeping_it_closed():
    asked = after(say_more(), case=handled(ENDED))
    kept = after(step(KeepClosed, by=COORDINATOR, reason=words()), case=asked)
    reopened = after(step(Reopen, by=COORDINATOR, text=words()), case=asked)
    assert (kept.closed, kept.deadlines) == (True, {})
    assert (reopened.closed, sorted(reopened.deadlines)) == (False, ["new-words/a-1"])


def test_opening_the_words_does_not_answer_the_question():
    asked = after(say_more(), NoteReading(by=COORDINATOR, at=NOW), case=handled(ENDED))
    assert sorted(asked.deadlines) == ["reopening-question/a-1"]


def test_a_danger_after_the_end_reopens_the_case_and_alerts():
    events, case = decided(handled(ENDED), say_more(WEAPON))
    assert types(events) == ["case-reopened", "strand-continued", "urgency-decided", "case-triaged"]
    assert (case.closed, case.urgency, case.additions.asking) == (False, "emergency", frozenset())
    assert {"acknowledge", "decide", "new-words/a-1"} <= set(case.deadlines)


def test_words_that_nobody_had_read_when_the_case_was_closed_are_still_expected_to_be_read():
    closed = after(say_more(), ENDED, case=handled())
    assert sorted(closed.deadlines) == ["new-words/a-1"]
    assert after(NoteReading(by=COORDINATOR, at=NOW), case=closed).deadlines == {}


# merged ------------------------------------------------------------------------------------------------------------------


def test_nothing_lands_in_a_case_that_rests():
    with pytest.raises(CaseRests):
        CASE.decide(say_more(), handled(step(MergeInto, into="case-2", policy=POLICY)))


def test_in_the_case_that_goes_on_the_added_to_concern_counts_with_whom_it_names_its_desk_and_its_dangers():
    """Its strand stays in the case that rests; who is named there must not read the new words here."""
    said = continued("c-9", people=(named(OTHER),), desk="district", categories=("family",), answers={"weapon": True}, facts={"weapon": True})
    _, case = decided(handled(), say_more(said))
    assert (case.concerns, OTHER in case.named, case.desk, case.categories) == (("c-1", "c-9"), True, "district", ("bullying", "family"))
    closed = CASE.decide(ENDED, after(step(Acknowledge, by=COORDINATOR), case=case))
    assert [each.concerns for each in closed if isinstance(each, CaseClosed)] == [("c-1", "c-9")]


def test_words_unread_when_a_case_is_merged_are_read_there_and_stay_expected():
    merged = after(say_more(), step(MergeInto, into="case-2", policy=POLICY), case=handled())
    assert "new-words/a-1" in merged.deadlines
    assert "new-words/a-1" not in after(step(ConfirmReading), case=merged).deadlines
    assert "new-words/a-1" in after(step(UnmergeCase, reason=words(), policy=POLICY), case=merged).deadlines


# read --------------------------------------------------------------------------------------------------------------------


def test_opening_a_case_says_once_which_concerns_and_additions_were_read():
    case = after(take(), say_more())
    read = ConcernRead(**ABOUT, by=COUNSELLOR, concerns=("c-1",), additions=("a-1",))
    events, case = decided(case, NoteReading(by=COUNSELLOR, at=NOW))
    assert events[0] == read
    assert "new-words/a-1" not in case.deadlines
    assert CASE.decide(NoteReading(by=OTHER, at=NOW), case) == []
    assert CASE.decide(step(ConfirmReading, by=OTHER), case) == []


def test_a_concern_that_was_taken_in_hand_is_not_said_to_be_read_again():
    assert CASE.decide(NoteReading(by=COUNSELLOR, at=NOW), handled()) == []


def test_a_reader_of_some_concerns_reads_those_and_no_others():
    case = after(take(raised("c-2")), say_more(continued("c-2", "a-2")), say_more(), case=after(take()))
    (read,) = [each for each in CASE.decide(NoteReading(by=OTHER, at=NOW, only=frozenset({"c-2"})), case) if isinstance(each, ConcernRead)]
    assert (read.concerns, read.additions) == (("c-2",), ("a-2",))


def test_what_was_added_goes_along_when_its_case_is_merged():
    said = continued("c-9", people=(named(OTHER),), answers={"weapon": True}, facts={"weapon": True})
    takes = carrying(decided(handled(), say_more(said))[1])
    assert [(each.concern, each.facts, each.acknowledged) for each in takes.concerns] == [
        ("c-1", {"repeated": False}, True), ("c-9", {"weapon": True}, False),
    ]  # fmt: skip
    assert [each.person for each in takes.concerns[1].people] == [OTHER]


def test_whoever_is_named_is_no_reader():
    assert CASE.decide(NoteReading(by=OTHER, at=NOW), after(take(raised(people=(named(OTHER),))))) == []


def test_the_same_addition_again_is_quiet_whatever_the_case_has_become():
    for case in (handled(), handled(ENDED)):
        said = after(say_more(WEAPON), case=case)
        assert CASE.decide(say_more(WEAPON, at=NOW + timedelta(days=1)), said) == []
