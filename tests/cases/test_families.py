"""What comes back from families: answers, consents and calls stand on the list of whoever has the case, and the ledger shows each consent."""

from datetime import timedelta
from typing import Any

import pytest

from services.cases.domain.case import families as fm
from services.cases.domain.case import guardians as gd
from services.cases.domain.case.case import CASE
from services.cases.domain.case.strands import Acknowledge, Close
from services.cases.domain.referring.consent import ConfirmOverride, OverrideConsent
from services.cases.domain.referring.referral.drafting import ConsentMissing
from services.cases.domain.steps.home import GuardianSafetyUnknown, GuardianUnsafe
from services.cases.domain.strategies.visit import NotifyVisit, PlanVisit, VisitRefusedAtHome
from shared.events import StaffToBeTold
from tests.cases.people import COUNSELLOR, FATHER, MOTHER, NOW, OTHER, later, step, take, types, words
from tests.cases.scenarios import approve, open_draft

W = words()
OWN = [take(), step(Acknowledge, by=COUNSELLOR), step(gd.AssessGuardian, guardian=MOTHER, safe=True, reason=W, by=COUNSELLOR)]
SOON = later(days=1)


def tell(**more):
    told: dict[str, Any] = {"notice": "n", "guardian": MOTHER, "guardians": (MOTHER, FATHER), "words": W, "age": 15} | more
    return step(gd.TellGuardian, **told, by=COUNSELLOR)


def fold(outcome: str, guardian: str = MOTHER):
    return gd.FoldNotice(notice="n", guardian=guardian, outcome=outcome, call_by=SOON)


def reply(answer: str, reply_id: str = "r", **more):
    told: dict[str, Any] = {"asks": "reading", "about": None, "words": None, "wish": None, "by": COUNSELLOR} | more
    return fm.FoldAnswer(notice="n", guardian=MOTHER, reply=reply_id, answer=answer, at=NOW, take_by=SOON, **told)


def case(*commands):
    state = CASE.initial
    for command in (*OWN, *commands):
        state = CASE.fold(CASE.decide(command, state), state)
    return state


def waiting(state) -> dict[str, tuple]:
    """What of families is expected by when, and of whom."""
    return {each.key: (each.what, each.expected, each.owner) for each in state.deadlines.values() if each.what.startswith("guardian-")}


def test_an_answer_stands_on_the_list_of_whoever_has_the_case_and_who_asked_gets_a_mail():
    before = case(tell(), fold("sent"))
    events = CASE.decide(reply("words", words=W), before)
    assert [(each.person, each.message) for each in events if isinstance(each, StaffToBeTold)] == [(COUNSELLOR, "guardian-answered")]
    after = CASE.fold(events, before)
    assert waiting(after) == {"guardian-answer/r": ("guardian-answer", SOON, COUNSELLOR)}
    taken = CASE.fold(CASE.decide(step(fm.TakeAnswer, reply="r", result=W, by=COUNSELLOR), after), after)
    assert waiting(taken) == {}


def test_that_somebody_read_it_waits_for_nobody():
    assert waiting(case(tell(), fold("sent"), reply("read"))) == {}


def test_an_answer_is_folded_once_and_also_after_the_case_was_closed():
    assert CASE.decide(reply("words", words=W), case(tell(), reply("words", words=W))) == []
    closed = case(tell(), fold("sent"), step(Close, outcome_class="helped", task_reviewed=W, by=COUNSELLOR), reply("words", words=W))
    assert closed.closed
    assert list(waiting(closed)) == ["guardian-answer/r"]
    assert waiting(CASE.fold(CASE.decide(step(fm.TakeAnswer, reply="r", result=W, by=COUNSELLOR), closed), closed)) == {}


@pytest.mark.parametrize("outcome", ["no-contact", "undeliverable", "unanswered"])
def test_whom_no_message_reached_is_phoned_and_the_call_is_recorded(outcome):
    after = case(tell(), fold(outcome))
    assert waiting(after) == {"guardian-call/n": ("guardian-call", SOON, COUNSELLOR)}
    called = step(fm.RecordGuardianCall, notice="n", reached=True, words=W, by=COUNSELLOR)
    events = CASE.decide(called, after)
    assert types(events)[0] == "guardian-called"
    assert waiting(CASE.fold(events, after)) == {}
    with pytest.raises(fm.NobodyToCall):
        CASE.decide(step(fm.RecordGuardianCall, notice="n", reached=False, words=W, by=COUNSELLOR), CASE.fold(events, after))


def test_who_answers_need_not_be_phoned_except_to_say_that_it_was_not_for_them():
    assert waiting(case(tell(), fold("unanswered"), reply("read"))) == {}
    not_theirs = case(tell(), fold("unanswered"), reply("not-for-me"))
    assert list(waiting(not_theirs)) == ["guardian-call/n", "guardian-answer/r"]


@pytest.mark.parametrize("outcome", ["sent", "acknowledged", "unsafe", "no-longer-guardian"])
def test_nobody_is_phoned_where_the_message_arrived_or_must_not_go(outcome):
    assert waiting(case(tell(), fold(outcome))) == {}


def test_an_answer_that_is_not_there_is_refused():
    with pytest.raises(fm.NoSuchAnswer):
        CASE.decide(step(fm.TakeAnswer, reply="other", result=W, by=COUNSELLOR), case(tell()))


# consent -----------------------------------------------------------------------------------------------------------

ASK = {"asks": "referral-consent", "about": "r-1"}


def consents(state) -> list[tuple]:
    return [(each.kind, each.about, each.guardian, each.given, each.withdrawn) for each in state.families.consents]


def test_a_consent_behind_the_link_is_the_referral_s_and_the_ledger_shows_it():
    given = case(open_draft, tell(**ASK), reply("consented", **ASK))
    assert given.referrals.by_id["r-1"].consent == "given"
    assert consents(given) == [("referral-consent", "r-1", MOTHER, True, False)]
    assert "referral-approved" in types(CASE.decide(approve, given))


@pytest.mark.parametrize(("answer", "withdrawn"), [("refused", False), ("withdrawn", True)])
def test_a_consent_refused_or_withdrawn_stops_the_referral(answer, withdrawn):
    after = case(open_draft, tell(**ASK), reply("consented", **ASK), reply(answer, "r2", **ASK))
    assert consents(after) == [("referral-consent", "r-1", MOTHER, False, withdrawn)]
    assert list(waiting(after)) == ["guardian-answer/r", "guardian-answer/r2"]
    with pytest.raises(ConsentMissing):
        CASE.decide(approve, after)


def test_a_refusal_does_not_undo_what_two_people_decided():
    override = step(OverrideConsent, referral="r-1", ground="vital-interest", reason=W, by=COUNSELLOR)
    after = case(open_draft, override, step(ConfirmOverride, referral="r-1", by=OTHER), tell(**ASK), reply("refused", **ASK))
    assert after.referrals.by_id["r-1"].consent == "overridden"


def test_consents_to_a_visit_and_to_a_group_stand_in_the_ledger():
    visit = case(tell(asks="visit-consent", about="v-1"), reply("consented", asks="visit-consent", about="v-1"))
    group = case(tell(asks="group-consent"), reply("refused", asks="group-consent"))
    assert consents(visit) + consents(group) == [("visit-consent", "v-1", MOTHER, True, False), ("group-consent", None, MOTHER, False, False)]


# telling -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"second": MOTHER}, gd.SameGuardianTwice),
        ({"second": FATHER}, GuardianSafetyUnknown),
        ({"second": "somebody"}, gd.NotAGuardian),
        ({"asks": "appointment"}, gd.AppointmentWithoutTime),
        ({"asks": "appointment", "meet_at": NOW - timedelta(hours=1)}, gd.AppointmentWithoutTime),
        ({"asks": "referral-consent"}, gd.NothingToConsentTo),
        ({"asks": "group-consent", "age": 18, "student_agrees": True}, gd.AdultConsentsThemselves),
    ],
)
def test_what_makes_no_sense_or_is_not_safe_is_refused(more, refusal):
    with pytest.raises(refusal):
        CASE.decide(tell(**more), case())


def test_an_unsafe_second_guardian_is_refused_and_a_safe_one_stands_in_the_ledger_of_disclosures():
    unsafe = step(gd.AssessGuardian, guardian=FATHER, safe=False, reason=W, by=COUNSELLOR)
    with pytest.raises(GuardianUnsafe):
        CASE.decide(tell(second=FATHER), case(unsafe))
    safe = case(step(gd.AssessGuardian, guardian=FATHER, safe=True, reason=W, by=COUNSELLOR), tell(second=FATHER))
    assert [each.to for each in safe.ledger.entries] == [MOTHER, FATHER]


@pytest.mark.parametrize("answer", ["refused", "withdrawn"])
def test_a_visit_that_a_guardian_refused_is_not_planned_or_announced_unless_there_is_serious_danger(answer):
    about: dict[str, Any] = {"asks": "visit-consent", "about": None}
    planned = step(PlanVisit, activity="v-1", guardian=MOTHER, gap=W, questions=W, age=15, by=COUNSELLOR)
    asked = case(tell(**about), reply("consented", **about), reply(answer, "r-2", **about))
    with pytest.raises(VisitRefusedAtHome):
        CASE.decide(planned, asked)
    assert types(CASE.decide(planned.model_copy(update={"serious_danger": True}), asked))[0] == "visit-planned"
    before = case(tell(**about), reply("consented", **about), planned)
    after = CASE.fold(CASE.decide(reply(answer, "r-2", **about), before), before)
    with pytest.raises(VisitRefusedAtHome):
        CASE.decide(step(NotifyVisit, activity="v-1", endorsed_by=OTHER, letter="1", when=later(days=2), by=COUNSELLOR), after)


def test_a_guardian_s_last_word_counts_whichever_request_it_answers():
    about: dict[str, Any] = {"asks": "visit-consent", "about": None}
    assert case(tell(**about), reply("refused", **about)).about.refused == {"visit-consent"}
    again = reply("consented", "r-2", **about).model_copy(update={"notice": "n-2", "at": later(days=1)})
    assert case(tell(**about), reply("refused", **about), again).about.refused == frozenset()
