"""One severe case from start to end (domain.md, Darurat): a suicide plan, reported on a Saturday evening while the only counsellor is on leave."""

from datetime import UTC, datetime, timedelta

import pytest

from services.cases.domain.case import planning as h
from services.cases.domain.case.case import CASE
from services.cases.domain.case.guardians import AssessGuardian, TellGuardian
from services.cases.domain.case.opening import ActivityStillOpen
from services.cases.domain.case.strands import Acknowledge, Close
from services.cases.domain.duty import DUTY, RecordLeave
from services.cases.domain.referring import consent as cs
from services.cases.domain.referring import following_up as fu
from services.cases.domain.referring.referral import FoldTask
from services.cases.domain.referring.referral.decision import DecideReferral
from services.cases.domain.referring.referral.drafting import ApproveReferral, DraftReferral
from services.cases.domain.referring.referral.sending import SendReferral
from services.cases.domain.steps.deadline import PassDeadline
from services.cases.domain.steps.home import GuardianUnsafe
from services.cases.domain.steps.triage import ReferralInputs, TriageInputs, recommend, triage
from services.cases.domain.strategies import conference as cf
from services.cases.domain.strategies import counselling as co
from services.cases.domain.strategies import teacher as t
from services.cases.domain.strategies import visit as v
from services.cases.policies import policy_of
from services.cases.reading.vocabulary import words_of
from shared.testing import given as given_
from tests.cases.people import COORDINATOR, FATHER, MOTHER, POLICY, PRINCIPAL, TEACHER, decided, raised, step, take, words

SATURDAY = datetime(2026, 2, 7, 14, 40, tzinfo=UTC)  # 21:40 in Jakarta
DEPUTY, ABSENT = "deputy", "absent-counsellor"
W = words("rahasia")


class Story:
    """Commands one after the other, each at its time; everything that was said."""

    def __init__(self):
        self.case, self.told = CASE.initial, []

    def do(self, command):
        events, self.case = decided(self.case, command)
        self.told += events
        return [event.type for event in events]

    def due(self, what):
        return [each for each in self.case.deadlines.values() if each.what == what]


def at(**span):
    return SATURDAY + timedelta(**span)


def of(command, moment, by=DEPUTY, **told):
    return step(command, by=by, at=moment, **told)


def moved(referral, agency, trigger, state, when):
    return FoldTask(referral=referral, agency=agency, trigger=trigger, state=state, business_status="x", moved_at=when)


def test_the_severe_case_from_saturday_evening_to_its_closing():  # noqa: PLR0915 - one story
    given_(DUTY).when(of(RecordLeave, at(days=-2), school="smp1", person=ABSENT, away_from=at(days=-2), away_until=at(days=9), deputy=DEPUTY)).says(
        "duty-changed"
    )

    story = Story()
    concern = raised(categories=("suicide",), facts={"suicide_plan": True}, reporter_kind="student", channel="web")
    story.do(take(concern, at=SATURDAY))
    assert story.case.urgency == "emergency"
    assert story.due("acknowledge")[0].due == at(minutes=15)
    assert story.due("decide")[0].due == at(hours=1)
    receipt = story.case.decisions[0]
    assert "danger:suicide_plan=emergency" in receipt.rules
    policy = policy_of(receipt.policy, receipt.policy_version)
    assert policy and receipt.inputs
    again = triage(policy, TriageInputs.model_validate(receipt.inputs.model_dump()))
    assert (again.urgency, again.rules) == (receipt.urgency, receipt.rules)

    assert "case-acknowledged" in story.do(step(Acknowledge, by=DEPUTY))
    assert not story.due("acknowledge")
    story.do(of(h.AgreeSafetyPlan, at(minutes=25), words=W, review_by=at(days=2)))
    story.do(of(h.AssessCase, at(minutes=30), field="personal", findings=W, safe=False))
    assert not story.due("decide")

    # the hospital by phone, before consent and approval; the letter follows
    story.do(step(DraftReferral, referral="r-1", agency="hospital", why=W, alternatives=(), consent="overridden", ground="vital-interest",
                           by_phone_first=True, by=DEPUTY))  # fmt: skip
    story.do(of(cs.CallForHelp, at(minutes=35), referral="r-1", ground="vital-interest", said=W, letter_by=at(hours=24)))
    assert story.due("referral-letter")[0].due == at(hours=24)
    assert "referral-sent" in story.do(step(SendReferral, referral="r-1", package=W, policy=POLICY, by=DEPUTY))
    assert not story.due("referral-letter")
    story.do(moved("r-1", "hospital", "accept", "accepted", at(hours=2)))

    # one guardian is safe, the other is not; nobody was told before the deputy chose
    assert not any(event.type == "guardian-to-be-told" for event in story.told)
    story.do(step(AssessGuardian, guardian=MOTHER, safe=True, reason=W, by=DEPUTY))
    story.do(step(AssessGuardian, guardian=FATHER, safe=False, reason=W, by=DEPUTY))
    tell = step(TellGuardian, notice="n-1", guardian=MOTHER, guardians=(MOTHER, FATHER), not_before=at(hours=1), words=W, age=15, student_agrees=False,
                        serious_danger=True, by=DEPUTY)  # fmt: skip
    assert "guardian-to-be-told" in story.do(tell)
    with pytest.raises(GuardianUnsafe):
        CASE.decide(tell.model_copy(update={"notice": "n-2", "guardian": FATHER}), story.case)

    # Monday: the decision receipt
    monday = datetime(2026, 2, 9, 2, 0, tzinfo=UTC)
    story.do(step(DecideReferral, decision="d-1", policy=POLICY, consent="given", by=DEPUTY))
    referral = story.case.referrals.decisions[0]
    assert referral.inputs == ReferralInputs(urgency="emergency", categories=("suicide",), tried={}, consent="given")
    assert referral.rules == recommend(POLICY, referral.inputs).rules
    assert referral.chosen == "refer-now"

    # the first psychologist declines, the second accepts
    story.do(step(DraftReferral, referral="r-2", agency="psychologist-1", why=W, alternatives=("psychologist-2",), consent="asked", by=DEPUTY))
    story.do(of(cs.RecordConsent, monday, referral="r-2", giver="guardian", age=15, adult=18, form="F-1"))
    story.do(of(cs.AskApproval, monday, referral="r-2", approver=PRINCIPAL, approve_by=monday + timedelta(hours=2)))
    story.do(step(ApproveReferral, referral="r-2", by=PRINCIPAL))
    story.do(step(SendReferral, referral="r-2", package=W, policy=POLICY, by=DEPUTY))
    story.do(moved("r-2", "psychologist-1", "decline", "rejected", monday + timedelta(hours=3)))
    story.do(of(fu.TakeNextAlternative, monday + timedelta(hours=4), referral="r-2", fresh="r-3", why=W))
    assert story.case.referrals.by_id["r-3"].agency == "psychologist-2"
    story.do(step(ApproveReferral, referral="r-3", by=PRINCIPAL))
    story.do(step(SendReferral, referral="r-3", package=W, policy=POLICY, by=DEPUTY))
    story.do(moved("r-3", "psychologist-2", "accept", "accepted", monday + timedelta(hours=6)))

    # the teacher is asked without reasons
    asked = story.do(of(t.AskTeacher, monday, activity="t-1", teacher=TEACHER, aim="information", question=W, respond_by=monday + timedelta(days=2)))
    assert "staff-to-be-told" in asked
    story.do(of(t.AnswerAsTeacher, monday + timedelta(days=1), by=TEACHER, activity="t-1", answer=W))
    story.do(of(t.RecordGuidanceResult, monday + timedelta(days=2), activity="t-1", helped=True, result=W))

    # a conference of four, its minutes closed
    four = tuple(cf.Invitee(person=each, side="school", reason="support") for each in (DEPUTY, TEACHER, PRINCIPAL, COORDINATOR))
    story.do(of(cf.ProposeConference, monday, activity="k-1", kind="help", purpose=W))
    story.do(of(cf.ConveneConference, monday, activity="k-1", when=monday + timedelta(days=1), invitees=four))
    story.do(of(cf.HoldConference, monday + timedelta(days=1), activity="k-1", present=tuple(each.person for each in four), pledge=True))
    promise = cf.Commitment(commitment="p-1", owner=TEACHER, what=W, due=monday + timedelta(days=7))
    story.do(of(cf.MinuteConference, monday + timedelta(days=1), activity="k-1", facts=W, decisions=W, commitments=(promise,)))
    assert story.due("commitment")[0].owner == TEACHER
    story.do(of(cf.KeepCommitment, monday + timedelta(days=5), activity="k-1", commitment="p-1"))
    story.do(of(cf.CloseConference, monday + timedelta(days=6), activity="k-1", result=W))

    # a visit to the safe home, none to the other
    with pytest.raises(GuardianUnsafe):
        CASE.decide(of(v.PlanVisit, monday, activity="v-0", guardian=FATHER, gap=W, questions=W, serious_danger=True), story.case)
    story.do(of(v.PlanVisit, monday, activity="v-1", guardian=MOTHER, gap=W, questions=W, serious_danger=True))
    story.do(of(v.NotifyVisit, monday, activity="v-1", when=monday + timedelta(days=3), endorsed_by=PRINCIPAL, letter="800/7"))
    story.do(of(v.RecordVisit, monday + timedelta(days=3), activity="v-1", met=(MOTHER,), observations=W, commitment=W, accuracy_checked=True))
    story.do(of(v.ReportVisit, monday + timedelta(days=4), activity="v-1", report=W, tabled="k-1"))
    story.do(of(v.UseVisit, monday + timedelta(days=5), activity="v-1", use=W))

    # a missed appointment is chased; silence is a signal
    story.do(moved("r-3", "psychologist-2", "no-show", "accepted", monday + timedelta(days=8)))
    chase = story.due("missed-appointment")[0]
    passed = story.do(PassDeadline(key=chase.key, due=chase.due, now=chase.due))
    assert passed == ["deadline-passed", "work-overdue"]
    story.do(of(fu.ChaseAppointment, chase.due + timedelta(hours=1), referral="r-3", words=W))
    assert not story.due("missed-appointment")
    story.do(moved("r-3", "psychologist-2", "outcome", "completed", monday + timedelta(days=30)))
    story.do(moved("r-1", "hospital", "outcome", "completed", monday + timedelta(days=20)))

    # counselling with its three evaluations, each due by itself
    held = dict.fromkeys(("symptoms", "complaint", "problem", "causes", "goal", "approach", "result", "next_plan"), W)
    story.do(of(co.RequestCounselling, monday, activity="c-1", origin="referral", field="personal", reason=W))
    story.do(of(co.ScheduleCounselling, monday, activity="c-1", when=monday + timedelta(days=9), place=W))
    story.do(of(co.HoldCounselling, monday + timedelta(days=9), activity="c-1", meeting=1, confidentiality_told=True, **held))
    for kind in ("laiseg", "laijapen", "laijapang"):
        (due,) = story.due(f"evaluation-{kind}")
        story.do(of(co.EvaluateCounselling, due.due, activity="c-1", kind=kind, helped=True, finding=W))
    with pytest.raises(ActivityStillOpen):  # nothing is left lying
        CASE.decide(step(Close, outcome_class="helped", task_reviewed=W, by=DEPUTY), story_with_open_activity(story))
    story.do(of(co.EndCounselling, monday + timedelta(days=200), activity="c-1", result="helped"))
    for sent in ("r-1", "r-3"):
        story.do(of(fu.EvaluateReferral, monday + timedelta(days=60), referral=sent, helped=True, finding=W))

    closing = story.do(step(Close, outcome_class="referred", task_reviewed=W, by=DEPUTY))
    assert closing[:2] == ["task-reviewed", "case-closed"]
    assert story.case.deadlines == {}
    assert story.told[-1 if closing[-1] == "case-closed" else -2].type in ("case-closed", "deadlines-met")
    closed = next(event for event in story.told if event.type == "case-closed")
    assert (closed.outcome, closed.concerns) == ("referred", ("c-1",))  # what the reporter hears, and no more

    history = [words_of().sentence(event.type, event.model_dump(mode="json")) for event in story.told]
    assert len(history) == len(story.told) > 80
    assert not any("rahasia" in text for pair in history for text in pair)
    assert "Lewat batas waktu: tindak lanjut pertemuan yang terlewat." in [indonesian for indonesian, _ in history]


def story_with_open_activity(story):
    """The same case, with a teacher's answer still awaited."""
    ask = of(t.AskTeacher, SATURDAY, activity="t-9", teacher=TEACHER, aim="information", question=W, respond_by=at(days=3))
    return decided(story.case, ask)[1]
