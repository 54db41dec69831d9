"""Three tests for each of the other commands: a counsellor's first steps, referral, telling home, groups, partnerships, consultations, the rota."""

import pytest

from services.cases.domain.case import guardians as gd
from services.cases.domain.case.case import CASE, CaseAlreadyClosed, ConflictOfInterest
from services.cases.domain.case.opening import AlreadyIdentified, NotClosed, ReferralStillOpen, SameCounsellorForBoth
from services.cases.domain.case.strands import Acknowledge, AddNote, Assign, Close, Match, Reopen, SetUrgency
from services.cases.domain.duty import DUTY, EndLeave, LeaveBackwards, NotAway, RecordLeave
from services.cases.domain.referring.referral.answering import AgencyHasEnded, AnswerAgency, NothingAsked
from services.cases.domain.referring.referral.decision import DecideReferral
from services.cases.domain.referring.referral.drafting import ApproveReferral, DraftReferral, NoAlternativesOffered, OwnApproval
from services.cases.domain.referring.referral.sending import CancelReferral, NotApproved, NotSentYet, SendReferral
from services.cases.domain.register import STRATEGIES
from services.cases.domain.steps.activity import ActivityEnded, NoSuchActivity, WrongMoment
from services.cases.domain.steps.home import GuardianSafetyUnknown, GuardianUnsafe
from services.cases.domain.strategies import consultation as cn
from services.cases.domain.strategies import group as g
from services.cases.domain.strategies import group_steps as gs
from services.cases.domain.strategies import partnership as pt
from services.cases.domain.without_case import WITHOUT_CASE, alone
from shared.errors import Refused
from tests.cases.people import (
    COUNSELLOR,
    MOTHER,
    NOW,
    OTHER,
    POLICY,
    PRINCIPAL,
    STUDENT,
    WHOLE,
    later,
    named,
    raised,
    step,
    take,
    types,
    whole,
    words,
)
from tests.cases.scenarios import approve, consent, moved, open_draft, send

W = words()
TAKEN = [take()]
OWN = [*TAKEN, step(Acknowledge, by=COUNSELLOR)]
CLOSE = step(Close, outcome_class="helped", task_reviewed=W, by=COUNSELLOR)
NAMED = [take(raised(people=(named(OTHER),)))]
SAFE = step(gd.AssessGuardian, guardian=MOTHER, safe=True, reason=W, by=COUNSELLOR)
TELL = step(gd.TellGuardian, notice="n", guardian=MOTHER, guardians=(MOTHER,), not_before=NOW, words=W, age=15, student_agrees=False, serious_danger=False, by=COUNSELLOR)  # fmt: skip
DECISION = step(DecideReferral, decision="d", policy=POLICY)
CANCEL = step(CancelReferral, referral="r-1", by=COUNSELLOR)
ANSWER = step(AnswerAgency, referral="r-1", words=W, by=COUNSELLOR)
ONE, TWO = (gs.Member(case=f"case-{each}", student=each, roles={f"c-{each}": "affected"}) for each in ("ani", "budi"))
BLAMED = gs.Member(case="case-x", student="x", roles={"c-ani": "accused"})
FORM = step(gs.FormGroup, group="g-1", school="smp1", field="social", purpose=W, members=(ONE, TWO))
SESSION = step(gs.HoldSession, session=1, stage="beginning", when=NOW, present=("ani",), pledge=True, dynamics=W)
CITRA = gs.Member(case="case-c", student="citra", roles={})
ADD = step(gs.AddMember, member=CITRA)
PROPOSE = step(pt.ProposePartnership, activity="p", school="smp1", institution="MGBK", kind="mgbk", improves=W, contribution=W, contact=W)
AGREE = step(pt.AgreePartnership, by=PRINCIPAL, activity="p", memorandum="1", until=later(days=90))
START = step(pt.StartPartnership, activity="p")
END = step(pt.EndPartnership, activity="p", result=W, helped=True)
ASK = step(cn.AskConsultation, activity="k", school="smp1", asker_kind="teacher", asker="teacher", aim="climate", question=W)
GIVE = step(cn.GiveAdvice, activity="k", advice=W)
FEEDBACK = step(cn.RecordFeedback, activity="k", feedback=W, commitment=W, monitor_by=later(days=9))
DONE = step(cn.CloseConsultation, activity="k", helped=True, result=W)
LEAVE = step(RecordLeave, school="smp1", person=OTHER, away_from=NOW, away_until=later(days=3), deputy=COUNSELLOR)

ROWS = [
    # decider, given, when, says, given wrongly, wrongly, refusal
    (CASE, TAKEN, step(Acknowledge, by=COUNSELLOR), "case-acknowledged", NAMED, step(Acknowledge, by=OTHER), ConflictOfInterest),
    (CASE, OWN, step(Assign, to=OTHER, by=COUNSELLOR), "case-assigned",
     [take(raised(categories=("sexual-violence",)))], step(Assign, to=OTHER, by=COUNSELLOR, elsewhere=frozenset({OTHER})), SameCounsellorForBoth),
    (CASE, OWN, step(AddNote, note="n", text=W, by=COUNSELLOR), "note-added", [*OWN, CLOSE], step(AddNote, note="n", text=W, by=COUNSELLOR), CaseAlreadyClosed),
    (CASE, OWN, step(SetUrgency, decision="u", urgency="low", reason=W, by=COUNSELLOR, policy=POLICY, at=NOW), "urgency-decided",
     [*OWN, CLOSE], step(SetUrgency, decision="u", urgency="low", reason=W, by=COUNSELLOR, policy=POLICY, at=NOW), CaseAlreadyClosed),
    (CASE, [take(raised(student=None))], step(Match, student=STUDENT, by=COUNSELLOR, policy=POLICY), "student-matched", OWN, step(Match, student="x", by=COUNSELLOR, policy=POLICY), AlreadyIdentified),
    (CASE, OWN, CLOSE, "task-reviewed case-closed", [*OWN, open_draft, consent, approve, send], CLOSE, ReferralStillOpen),
    (CASE, [*OWN, CLOSE], step(Reopen, text=W, by=COUNSELLOR), "case-reopened", OWN, step(Reopen, text=W, by=COUNSELLOR), NotClosed),
    (CASE, OWN, DECISION, "referral-decided", [*OWN, CLOSE], DECISION, CaseAlreadyClosed),
    (CASE, OWN, open_draft, "referral-drafted", OWN, open_draft.model_copy(update={"alternatives": ()}), NoAlternativesOffered),
    (CASE, [*OWN, open_draft, consent], approve, "referral-approved", [*OWN, open_draft], step(ApproveReferral, referral="r-1", by=COUNSELLOR), OwnApproval),
    (CASE, [*OWN, open_draft, consent, approve], send, "referral-sent", [*OWN, open_draft], send, NotApproved),
    (CASE, [*OWN, open_draft, consent, approve, send], CANCEL, "referral-cancel-requested", [*OWN, open_draft], CANCEL, NotSentYet),
    (CASE, [*OWN, open_draft, consent, approve, send, moved("ask", "received")], ANSWER, "referral-question-answered",
     [*OWN, open_draft, consent, approve, send], ANSWER, NothingAsked),
    (CASE, OWN, SAFE, "guardian-assessed", [take(raised(people=(named(MOTHER, "guardian"),)))], SAFE, GuardianUnsafe),
    (CASE, [*OWN, SAFE], TELL, "guardian-to-be-told", OWN, TELL, GuardianSafetyUnknown),
    (g.GROUP, [], FORM, "group-formed", [], step(gs.FormGroup, **FORM.model_dump(include={"group", "school", "field"}), purpose=W, members=(ONE, BLAMED)),
     g.VictimAndAccusedTogether),
    (g.GROUP, [FORM], ADD, "member-added", [FORM], step(gs.AddMember, member=BLAMED), g.VictimAndAccusedTogether),
    (g.GROUP, [FORM, ADD], step(gs.RemoveMember, student="citra"), "member-removed", [FORM], step(gs.RemoveMember, student="ani"), g.TooFewMembers),
    (g.GROUP, [FORM], SESSION, "session-held", [FORM], SESSION.model_copy(update={"pledge": False}), g.PledgeMissing),
    (g.GROUP, [FORM, SESSION], step(gs.CloseGroup, result=W), "group-closed", [FORM], step(gs.CloseGroup, result=W), WrongMoment),
    (g.GROUP, [FORM], step(gs.CancelGroup, reason=W), "group-cancelled", [], step(gs.CancelGroup, reason=W), g.NoSuchGroup),
    (g.GROUP, [FORM, SESSION], step(gs.PostponeGroup, until=later(days=3), reason=W), "group-postponed",
     [FORM], step(gs.PostponeGroup, until=NOW, reason=W), g.PostponedIntoThePast),
    (g.GROUP, [FORM], step(gs.RecordMemberRefusal, student="ani", reason=W), "member-refused",
     [FORM], step(gs.RecordMemberRefusal, student="citra", reason=W), g.NotAMember),
    (g.GROUP, [FORM], step(gs.HandOverGroup, to=OTHER), "group-handed-over", [FORM, step(gs.CancelGroup, reason=W)], step(gs.HandOverGroup, to=OTHER), g.GroupEnded),
    (WITHOUT_CASE, [], PROPOSE, "partnership-proposed", [PROPOSE], step(pt.ProposePartnership, **PROPOSE.model_dump(exclude={"act", "by", "at"})), WrongMoment),
    (WITHOUT_CASE, [PROPOSE], AGREE, "partnership-agreed", [PROPOSE], AGREE.model_copy(update={"by": COUNSELLOR}), pt.PartnershipAgreedByProposer),
    (WITHOUT_CASE, [PROPOSE, AGREE], START, "partnership-started", [PROPOSE], START, WrongMoment),
    (WITHOUT_CASE, [PROPOSE, AGREE, START], END, "partnership-ended", [PROPOSE], END, WrongMoment),
    (WITHOUT_CASE, [], ASK, "consultation-asked", [ASK], step(cn.AskConsultation, **ASK.model_dump(exclude={"act", "by", "at"})), WrongMoment),
    (WITHOUT_CASE, [ASK], GIVE, "advice-given", [], GIVE, NoSuchActivity),
    (WITHOUT_CASE, [ASK, GIVE], FEEDBACK, "feedback-recorded", [ASK], FEEDBACK, WrongMoment),
    (WITHOUT_CASE, [ASK, GIVE], DONE, "consultation-closed", [ASK, GIVE, DONE], step(cn.CloseConsultation, activity="k", helped=True, result=W), ActivityEnded),
    (DUTY, [], LEAVE, "duty-changed", [], LEAVE.model_copy(update={"away_until": NOW}), LeaveBackwards),
    (DUTY, [LEAVE], step(EndLeave, school="smp1", person=OTHER), "duty-changed", [], step(EndLeave, school="smp1", person=OTHER), NotAway),
]  # fmt: skip
ALL = [pytest.param(*row, id=type(row[2]).__name__) for row in ROWS]


FIRST = {Acknowledge, AddNote, Assign, Close, Match, Reopen, SetUrgency, gd.AssessGuardian, gd.TellGuardian, DecideReferral, DraftReferral,
    ApproveReferral, SendReferral, CancelReferral, AnswerAgency}  # fmt: skip


def folded(decider, commands):
    state = decider.initial
    for command in commands:
        events = decider.decide(command, state)
        assert events, type(command).__name__
        state = decider.fold(events, state)
    return state


def test_no_command_is_left_out():
    standing = {each.command for strategy in alone(STRATEGIES) for each in strategy.steps}
    assert {type(row[2]) for row in ROWS} == {*standing, *FIRST, gs.FormGroup, *g.GROUP_STEPS, RecordLeave, EndLeave}


@pytest.mark.parametrize(("decider", "given", "when", "says", "_given", "_wrong", "_refusal"), ALL)
def test_at_the_right_moment_it_says_what_happened(decider, given, when, says, _given, _wrong, _refusal):
    events = decider.decide(when, folded(decider, given))
    assert types(events) == says.split()
    assert whole(events) == WHOLE[type(when).__name__]


@pytest.mark.parametrize(("decider", "_given", "_when", "_says", "given", "wrong", "refusal"), ALL)
def test_at_the_wrong_moment_it_is_refused_by_name(decider, _given, _when, _says, given, wrong, refusal):
    with pytest.raises(Refused) as refused:
        decider.decide(wrong, folded(decider, given))
    assert type(refused.value) is refusal
    assert refusal.indonesian != refusal.english


@pytest.mark.parametrize(("decider", "given", "when", "_says", "_given", "_wrong", "_refusal"), ALL)
def test_asked_again_it_is_quiet(decider, given, when, _says, _given, _wrong, _refusal):
    state = folded(decider, [*given, when])
    assert list(decider.decide(when, state)) == []


def test_an_outcome_may_win_over_a_wish_to_cancel():
    state = folded(CASE, [*OWN, open_draft, consent, approve, send, CANCEL, moved("outcome", "completed")])
    assert state.referrals.by_id["r-1"].state == "completed"


def test_what_an_agency_asks_is_expected_of_the_owner_until_it_is_answered_or_decided():
    asked = [*OWN, open_draft, consent, approve, send, moved("ask", "received")]

    def waits(*more: object) -> list[str]:
        return sorted(each.what for each in folded(CASE, [*asked, *more]).deadlines.values() if each.key.startswith("r-1/"))

    assert waits() == ["agency-question", "referral-answer"]
    assert waits(moved("fetch", "received")) == ["agency-question", "referral-answer"]
    assert waits(ANSWER) == ["referral-answer"], "the agency has still to answer the referral itself"
    assert waits(moved("accept", "accepted")) == []


def test_an_agency_that_has_ended_its_work_reads_no_answer_any_more():
    asked = [*OWN, open_draft, consent, approve, send, moved("ask", "received"), moved("decline", "rejected")]
    with pytest.raises(AgencyHasEnded):
        CASE.decide(ANSWER, folded(CASE, asked))
