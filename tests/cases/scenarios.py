"""For every command of a case: when it is right, and when it is refused, by which name. Each command has one row; a missing row fails a test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from services.cases.domain import data_request as dr
from services.cases.domain import official_reporting as r
from services.cases.domain.case import additions as ad
from services.cases.domain.case import allegation as al
from services.cases.domain.case import answering as an
from services.cases.domain.case import conflict as ct
from services.cases.domain.case import families as fm
from services.cases.domain.case import glass as gl
from services.cases.domain.case import guardians as gd
from services.cases.domain.case import handing_over as ho
from services.cases.domain.case import holding as hd
from services.cases.domain.case import identity as idn
from services.cases.domain.case import linking as lk
from services.cases.domain.case import merging as mg
from services.cases.domain.case import own_words as ow
from services.cases.domain.case import planning as h
from services.cases.domain.case import protection as pr
from services.cases.domain.case import transferring as tr
from services.cases.domain.case.case import ConflictOfInterest
from services.cases.domain.case.guardians import AssessGuardian
from services.cases.domain.case.moves import Carrying
from services.cases.domain.case.state import Case
from services.cases.domain.case.strands import Close, SetUrgency
from services.cases.domain.case.whereabouts import NoteWhereabouts
from services.cases.domain.referring import consent as cs
from services.cases.domain.referring import disclosure as d
from services.cases.domain.referring import following_up as fu
from services.cases.domain.referring import handing_across as ha
from services.cases.domain.referring import turns as tu
from services.cases.domain.referring.referral import FoldTask
from services.cases.domain.referring.referral.drafting import ApproveReferral, DraftReferral, OwnApproval
from services.cases.domain.referring.referral.sending import AlreadySent, SendReferral
from services.cases.domain.referring.referral.state import NoSuchReferral
from services.cases.domain.steps import activity as a
from services.cases.domain.steps import endings as e
from services.cases.domain.steps.home import GuardianSafetyUnknown, GuardianUnsafe
from services.cases.domain.strategies import conference as cf
from services.cases.domain.strategies import counselling as co
from services.cases.domain.strategies import parents as p
from services.cases.domain.strategies import referral as i
from services.cases.domain.strategies import teacher as t
from services.cases.domain.strategies import visit as v
from services.cases.domain.strategies.group import NoteMember
from shared.errors import Refused
from shared.events import ConcernRaised
from shared.message import Fact
from shared.two_people import SecondPersonNeeded
from tests.cases.people import (
    COORDINATOR,
    COUNSELLOR,
    MOTHER,
    NOW,
    OFFICER,
    OTHER,
    POLICY,
    PRINCIPAL,
    STUDENT,
    TEACHER,
    after,
    handled,
    later,
    named,
    raised,
    say_more,
    step,
    words,
)

W = words()


@dataclass(frozen=True)
class Scenario:
    """given, when: the right moment. says: types of what is decided. wrongly, refused: the same command where it must not be, and the name."""

    given: Sequence[Fact]
    when: Fact
    says: Sequence[str]
    refused: type[Refused]
    wrongly: Callable[[], tuple[Case, Fact]]
    concern: ConcernRaised | None = None

    @property
    def case(self) -> Case:
        """The case at the right moment."""
        return handled(*self.given, concern=self.concern)


SCENARIOS: dict[type[Fact], Scenario] = {}


def right(
    given: Sequence[Fact], when: Fact, says: str, refused: type[Refused], *, wrong: Fact | None = None, at: Sequence[Fact] = (), about: Any = None
) -> None:
    """One row. wrong: the refused command, decided `at` these commands of a case about a concern; the same command where it is left out."""
    bad = wrong or when
    SCENARIOS[type(when)] = Scenario(given, when, says.split(), refused, lambda: (handled(*at, concern=about), bad))


def x(**told: Any) -> dict[str, Any]:
    return {"activity": "a-1", **told}


# individual counselling
asked = step(co.RequestCounselling, **x(origin="self", field="personal", reason=W))
timed = step(co.ScheduleCounselling, **x(when=later(days=1), place=W))
HELD = {"symptoms": W, "complaint": W, "problem": W, "causes": W, "goal": W, "approach": W, "result": W, "next_plan": W}
held = step(co.HoldCounselling, **x(meeting=1, confidentiality_told=True, **HELD))
laiseg = step(co.EvaluateCounselling, **x(kind="laiseg", helped=True, finding=W))
right([], asked, "counselling-requested", ConflictOfInterest, about=raised(people=(named(COUNSELLOR),), reporter_kind="student"))
SCENARIOS[co.RequestCounselling] = Scenario(
    [], asked, ["counselling-requested"], ConflictOfInterest,
    lambda: (handled(concern=raised(people=(named(OTHER),))), step(co.RequestCounselling, by=OTHER, **x(origin="self", field="social", reason=W))),
)  # fmt: skip
right([asked], timed, "counselling-scheduled", a.NoSuchActivity)
right([asked, timed], held, "counselling-held", co.ConfidentialityNotTold, at=[asked, timed],
      wrong=step(co.HoldCounselling, **x(meeting=1, confidentiality_told=False, **HELD)))  # fmt: skip
right([asked, timed], step(co.RecordNoShow, **x()), "counselling-no-show", a.WrongMoment, at=[asked])
right([asked], step(co.DeclineCounselling, by=COUNSELLOR, **x(reason=W)), "counselling-declined", a.WrongMoment, at=[asked, timed, held])
right([asked, timed, held], laiseg, "counselling-evaluated", co.EvaluationOutOfOrder, at=[asked, timed, held],
      wrong=step(co.EvaluateCounselling, **x(kind="laijapang", helped=True, finding=W)))  # fmt: skip
right([asked, timed, held], step(co.RecordSatisfaction, **x(score=4, words=W)), "satisfaction-recorded", a.WrongMoment, at=[asked])
right([asked, timed, held, laiseg], step(co.EndCounselling, **x(result="helped")), "counselling-ended", co.NotEvaluated, at=[asked, timed, held])

# collaboration with teachers
ask = step(t.AskTeacher, **x(teacher=TEACHER, aim="information", question=W, respond_by=later(days=2)))
answer = step(t.AnswerAsTeacher, by=TEACHER, **x(answer=W))
right([], ask, "teacher-asked", a.PersonInConflict, about=raised(people=(named(TEACHER),)))
right([ask], answer, "teacher-answered", t.NotTheAskedTeacher, at=[ask], wrong=step(t.AnswerAsTeacher, by="another", **x(answer=W)))
right([ask], step(t.DeclineAsTeacher, by=TEACHER, **x(reason=W)), "teacher-declined", t.NotTheAskedTeacher, at=[ask],
      wrong=step(t.DeclineAsTeacher, by="another", **x(reason=W)))  # fmt: skip
agree = step(t.AgreeGuidance, **x(guidance=W, due=later(days=7)))
right([ask, answer], agree, "guidance-agreed", a.WrongMoment, at=[ask])
right([ask, answer, agree], step(t.RecordGuidanceResult, **x(helped=True, result=W)), "guidance-done", a.WrongMoment, at=[ask])

# collaboration with parents
safe = step(AssessGuardian, guardian=MOTHER, safe=True, reason=W, by=COUNSELLOR)
unsafe = step(AssessGuardian, guardian=MOTHER, safe=False, reason=W, by=COUNSELLOR)
plan = step(p.PlanParentMeeting, **x(guardian=MOTHER, kind="help-at-home", goal=W))
first = step(p.InviteParent, **x(summons=1, channel="letter", when=later(days=2), letter="421/1"))
met = step(p.HoldParentMeeting, **x(came=(MOTHER,), received=W, given=W))
action = step(p.AgreeHomeAction, **x(action=W, review_by=later(days=14)))
silent = step(p.RecordNoAnswer, **x())
right([safe], plan, "parent-meeting-planned", GuardianSafetyUnknown)
right([safe, plan], first, "parent-invited", p.SummonsOutOfOrder, at=[safe, plan],
      wrong=step(p.InviteParent, **x(summons=3, channel="letter", when=later(days=2), letter="421/3")))  # fmt: skip
right([safe, plan, first], silent, "parent-no-answer", a.WrongMoment, at=[safe, plan])
right(
    [safe, plan, first],
    met,
    "parent-met",
    a.WrongMoment,
    at=[safe, plan, met],
    wrong=step(p.HoldParentMeeting, **x(came=(MOTHER,), received=W, given=W)),
)
right([safe, plan, first], step(p.RecordParentRefusal, **x(reason=W)), "parent-refused", a.NoSuchActivity)
right([safe, plan, met], action, "home-action-agreed", a.WrongMoment, at=[safe, plan])
right([safe, plan, met, action], step(p.ReviewHomeAction, **x(kept=True, result=W)), "home-action-reviewed", a.WrongMoment, at=[safe, plan])

# case conference
propose = step(cf.ProposeConference, **x(kind="help", purpose=W))
PEOPLE = tuple(cf.Invitee(person=each, side="school", reason="support") for each in (COUNSELLOR, TEACHER, PRINCIPAL))
convene = step(cf.ConveneConference, **x(when=later(days=1), invitees=PEOPLE))
hold = step(cf.HoldConference, **x(present=(COUNSELLOR, TEACHER), pledge=True))
promise = cf.Commitment(commitment="k-1", owner=TEACHER, what=W, due=later(days=7))
minute = step(cf.MinuteConference, **x(facts=W, decisions=W, commitments=(promise,)))
keep = step(cf.KeepCommitment, **x(commitment="k-1"))
right([], propose, "conference-proposed", cf.NotATribunal, wrong=step(cf.ProposeConference, **x(kind="tribunal", purpose=W)))
right([propose], convene, "conference-convened", a.PersonInConflict, at=[propose], about=raised(people=(named(TEACHER),)))
right([propose, convene], hold, "conference-held", cf.PledgeMissing, at=[propose, convene],
      wrong=step(cf.HoldConference, **x(present=(COUNSELLOR, TEACHER), pledge=False)))  # fmt: skip
right([propose, convene, hold], minute, "conference-minuted", cf.NotAnInvitee, at=[propose, convene, hold],
      wrong=step(cf.MinuteConference, **x(facts=W, decisions=W, commitments=(promise.model_copy(update={"owner": PRINCIPAL}),))))  # fmt: skip
right([propose, convene, hold, minute], keep, "commitment-kept", cf.NoSuchCommitment, at=[propose, convene, hold, minute],
      wrong=step(cf.KeepCommitment, **x(commitment="k-2")))  # fmt: skip
right([propose, convene, hold, minute], step(cf.BreakCommitment, **x(commitment="k-1", reason=W)), "commitment-broken", cf.NoSuchCommitment,
      at=[propose, convene, hold, minute, keep])  # fmt: skip
right([propose, convene, hold, minute, keep], step(cf.CloseConference, **x(result=W)), "conference-closed", cf.CommitmentOpen,
      at=[propose, convene, hold, minute])  # fmt: skip

# home visit
go = step(v.PlanVisit, **x(guardian=MOTHER, gap=W, questions=W))
notify = step(v.NotifyVisit, **x(when=later(days=2), endorsed_by=PRINCIPAL, letter="800/1"))
visited = step(v.RecordVisit, **x(met=(MOTHER,), observations=W, commitment=W, accuracy_checked=True))
report = step(v.ReportVisit, **x(report=W))
right([safe], go, "visit-planned", GuardianUnsafe, at=[unsafe])
right([safe, go], notify, "visit-notified", v.VisitNotEndorsed, at=[safe, go],
      wrong=step(v.NotifyVisit, **x(when=later(days=2), endorsed_by=COUNSELLOR, letter="800/1")))  # fmt: skip
again = step(v.ReplaceVisitNotice, **x(replaces="800/1", when=later(days=3), endorsed_by=PRINCIPAL, letter="800/2"))
right([safe, go, notify], again, "visit-notice-replaced", v.NoSuchLetter, at=[safe, go, notify],
      wrong=step(v.ReplaceVisitNotice, **x(replaces="800/9", when=later(days=3), endorsed_by=PRINCIPAL, letter="800/2")))  # fmt: skip
right([safe, go, notify], visited, "home-visited", a.WrongMoment, at=[safe, go])
right([safe, go, notify], step(v.RecordNotMet, **x()), "visit-not-met", a.WrongMoment, at=[safe, go])
right([safe, go, notify, visited], report, "visit-reported", v.AccuracyNotChecked,
      at=[safe, go, notify, step(v.RecordVisit, **x(met=(MOTHER,), observations=W, commitment=W, accuracy_checked=False))])  # fmt: skip
right([safe, go, notify, visited, report], step(v.UseVisit, **x(use=W)), "visit-used", a.WrongMoment, at=[safe, go])

# official reports and requests for data
file = step(r.FileOfficialReport, **x(to="pokja", number="1", legal_basis="UU 12/2022", respond_by=later(days=3), contents=W))
receipt = step(r.RecordReportReceipt, **x(receipt="P-1"))
demand = step(dr.RecordDataRequest, **x(requester=W, written=True, letter="B/1", legal_basis="KUHAP", items=W, respond_by=later(days=3)))
one = step(dr.DecideDataRequest, by=PRINCIPAL, **x(release=True, reason=W))
two = step(dr.ConfirmDataDecision, by=OFFICER, **x(agrees=True))
no = step(dr.DecideDataRequest, by=PRINCIPAL, **x(release=False, reason=W))
right([], file, "official-report-filed", a.WrongMoment, at=[ask])
right([file], receipt, "report-receipt-recorded", a.NoSuchActivity)
right([file], step(r.RecordReportAnswer, **x(answer=W)), "report-answered", a.NoSuchActivity)
right([file], step(r.CloseOfficialReport, **x(result="handled")), "official-report-closed", a.NoSuchActivity)
right([], demand, "data-requested", dr.RequestNotWritten,
      wrong=step(dr.RecordDataRequest, **x(requester=W, written=False, letter="", legal_basis="", items=W, respond_by=later(days=3))))  # fmt: skip
right([demand], one, "data-request-decided", a.WrongMoment, at=[demand, one], wrong=no)
right([demand, one], two, "data-decision-confirmed", SecondPersonNeeded, at=[demand, one],
      wrong=step(dr.ConfirmDataDecision, by=PRINCIPAL, **x(agrees=True)))  # fmt: skip
right([demand, one, two], step(dr.ReleaseData, by=PRINCIPAL, **x(package=W)), "data-released", dr.NotDecidedSo, at=[demand, no, two])
right([demand, no, two], step(dr.RefuseData, by=PRINCIPAL, **x(reason=W)), "data-refused", dr.NotDecidedSo, at=[demand, one, two])

# inbound referral
inbound = step(i.RecordInboundReferral, **x(institution="Puskesmas", letter="9", reason=W, package=W, answer_by=later(days=3)))
replied = step(i.AnswerInboundReferral, **x(accepted=True, answer=W))
right([], inbound, "inbound-referral-recorded", a.WrongMoment, at=[asked])
right([inbound], replied, "inbound-referral-answered", a.NoSuchActivity)
right([inbound, replied], step(i.CompleteInboundReferral, **x(report=W)), "inbound-referral-completed", a.WrongMoment, at=[inbound])

# what every activity knows
declined = step(co.DeclineCounselling, **x(reason=W))
right([asked], step(e.PostponeActivity, **x(until=later(days=3), reason=W)), "activity-postponed", a.ActivityEnded, at=[asked, declined])
right([asked], step(e.CancelActivity, **x(reason=W)), "activity-cancelled", a.NoSuchActivity)
right([asked], step(e.RecordRefusal, **x(who="student", reason=W)), "activity-refused", a.ActivityEnded, at=[asked, declined])
right([asked], step(e.HandOverActivity, **x(to=OTHER)), "activity-handed-over", a.PersonInConflict, at=[asked], about=raised(people=(named(OTHER),)))

# the case itself
assess = step(h.AssessCase, field="personal", findings=W, safe=True)
goal = h.Goal(goal="g-1", field="personal", words=W, owner=COUNSELLOR, due=later(days=30))
planned = step(h.PlanCase, goals=(goal,))
wait = step(h.WaitForCase, until=later(days=3), what=W)
glass = step(gl.BreakGlass, by=COORDINATOR, activity="a-1", ground="safety", reason=W)
right([], assess, "case-assessed", ConflictOfInterest)
SCENARIOS[h.AssessCase] = Scenario(
    [], assess, ["case-assessed"], ConflictOfInterest,
    lambda: (handled(concern=raised(people=(named(OTHER),))), step(h.AssessCase, by=OTHER, field="social", findings=W, safe=True)),
)  # fmt: skip
right([assess], planned, "case-planned", h.NotAssessed)
right([assess, planned], step(h.ReachGoal, goal="g-1", reached=True, words=W), "goal-judged", h.NoSuchGoal, at=[assess, planned],
      wrong=step(h.ReachGoal, goal="g-2", reached=True, words=W))  # fmt: skip
right([], step(h.AgreeSafetyPlan, words=W, review_by=later(days=7)), "safety-plan-agreed", ConflictOfInterest)
SCENARIOS[h.AgreeSafetyPlan] = Scenario(
    [], step(h.AgreeSafetyPlan, words=W, review_by=later(days=7)), ["safety-plan-agreed"], ConflictOfInterest,
    lambda: (handled(concern=raised(people=(named(OTHER),))), step(h.AgreeSafetyPlan, by=OTHER, words=W, review_by=later(days=7))),
)  # fmt: skip
right([], wait, "case-waiting", h.MomentPassed, wrong=step(h.WaitForCase, until=later(days=-1), what=W))
right([wait], step(h.ResumeCase), "case-resumed", h.NotWaiting)
right([], step(ho.HandOverCase, to=OTHER, reason="leave"), "case-handed-over", a.PersonInConflict, about=raised(people=(named(OTHER),)))
right([], step(ho.DeputiseCase, deputy=OTHER, until=later(days=3)), "case-deputised", a.PersonInConflict, about=raised(people=(named(OTHER),)))
right([], step(ho.TakeOverCase, by=OFFICER, reason=W), "case-taken-over", ConflictOfInterest, about=raised(people=(named(OFFICER),)))
right([asked], glass, "glass-broken", ConflictOfInterest, at=[asked], about=raised(people=(named(COORDINATOR),)))
right([asked, glass], step(gl.ConfirmBreakGlass, by=PRINCIPAL, glass=glass.act), "break-glass-confirmed", gl.SecondReader, at=[asked, glass],
      wrong=step(gl.ConfirmBreakGlass, by=COORDINATOR, glass=glass.act))  # fmt: skip
reviewed = step(gl.ReviewGlass, by=PRINCIPAL, glass=glass.act, justified=True, finding=W)
right([asked, glass], reviewed, "glass-reviewed", gl.ReviewsOwnGlass, at=[asked, glass],
      wrong=step(gl.ReviewGlass, by=COORDINATOR, glass=glass.act, justified=True, finding=W))  # fmt: skip

# families
from_home = fm.FoldAnswer(notice="n-1", guardian=MOTHER, reply="reply-1", answer="words", asks="reading", about=None, words=W, wish=None, by=OTHER,
                        at=NOW, take_by=later(days=1))  # fmt: skip
told = step(gd.TellGuardian, notice="n-1", guardian=MOTHER, guardians=(MOTHER,), words=W, age=15)
unanswered = gd.FoldNotice(notice="n-1", guardian=MOTHER, outcome="unanswered", call_by=later(days=1))
right([from_home], step(fm.TakeAnswer, reply="reply-1", result=W), "guardian-reply-taken", fm.NoSuchAnswer)
right([safe, told, unanswered], step(fm.RecordGuardianCall, notice="n-1", reached=True, words=W), "guardian-called", fm.NobodyToCall)

# the student's own words
objects = ow.HearObjection(objection="objection-1", student=STUDENT, words=W, owner=COUNSELLOR, at=NOW, answer_by=later(days=3))
right([objects], step(ow.AnswerObjection, objection="objection-1", words=W), "objection-answered", ow.NoSuchObjection)

# conflicts and allegations
suspend = step(ct.DeclareConflict, by=OTHER, person=OTHER, ground="family-of-victim", substitute=COUNSELLOR, rule_by=later(days=1))
false = step(al.JudgeAllegation, by=COORDINATOR, accused=TEACHER, outcome="deliberately-false", reason=W)
ACCUSED = raised(people=(named(TEACHER),))
right([], suspend, "conflict-declared conflict-ruling-asked", a.PersonInConflict,
      wrong=step(ct.DeclareConflict, person=OTHER, ground="witness", substitute=OTHER, rule_by=later(days=1)))  # fmt: skip
right(
    [suspend],
    step(ct.RuleConflict, by=COORDINATOR, person=OTHER, conflicted=False, reason=W, rule_by=later(days=2)),
    "conflict-ruled",
    ct.NotInConflict,
)
BLAMED = raised(role="accused")
SCENARIOS[al.JudgeAllegation] = Scenario(
    [], step(al.JudgeAllegation, by=COORDINATOR, accused=STUDENT, outcome="not-proven", reason=W), ["allegation-judged"], al.NotAccused,
    lambda: (handled(), step(al.JudgeAllegation, by=COORDINATOR, accused="nobody", outcome="not-proven", reason=W)), BLAMED,
)  # fmt: skip
SCENARIOS[al.ConfirmAllegation] = Scenario(
    [step(ho.TakeOverCase, by=OFFICER, reason=W), step(al.JudgeAllegation, by=COORDINATOR, accused=STUDENT, outcome="deliberately-false", reason=W)],
    step(al.ConfirmAllegation, by=OFFICER, accused=STUDENT), ["allegation-confirmed"], al.SamePerson,
    lambda: (handled(false, concern=ACCUSED), step(al.ConfirmAllegation, by=COORDINATOR, accused=TEACHER)), BLAMED,
)  # fmt: skip

# protection
account = step(pr.RecordFirstAccount, words=W)
right([], account, "first-account-recorded", pr.AccountAlreadyTaken, at=[account], wrong=step(pr.RecordFirstAccount, words=W))
for each in (step(pr.KeepEvidence, what=W, where=W), step(pr.OfferMedicalCare, answer="accepted", where=W)):
    other = each.model_copy(update={"by": OTHER, "act": f"{each.act}-other"})
    right([], each, {"KeepEvidence": "evidence-kept"}.get(type(each).__name__, "medical-care-offered"), ConflictOfInterest,
          wrong=other, about=raised(people=(named(OTHER),)))  # fmt: skip

SCENARIOS[pr.WaiveOfficialReport] = Scenario(
    [], step(pr.WaiveOfficialReport, by=COORDINATOR, ground="reported-already", reason=W), ["official-report-waived", "coordinator-to-be-told"], pr.NoReportRequired,
    lambda: (handled(), step(pr.WaiveOfficialReport, by=COORDINATOR, ground="did-not-happen", reason=W)), raised(categories=("sexual-violence",)),
)  # fmt: skip

# moving
merge = step(mg.MergeInto, into="case-2", policy=POLICY)
take_merged = step(mg.TakeMerged, merged="case-2", takes=Carrying(), policy=POLICY)
transfer = step(tr.TransferCase, to="sma1", reason=W, receipt_by=later(days=2))
gone = NoteWhereabouts(school="sma1", at=later(minutes=1), policy=POLICY)
legal = step(hd.SetLegalHold, by=PRINCIPAL, reason=W)
right([], merge, "case-merged alerts-passed-on", mg.SameCase, wrong=step(mg.MergeInto, into="case-1", policy=POLICY))
right([], take_merged, "merged-taken", mg.SameCase, wrong=step(mg.TakeMerged, merged="case-1", takes=Carrying(), policy=POLICY))
right([merge], step(mg.UnmergeCase, reason=W, policy=POLICY), "case-unmerged", mg.NotMerged)
right([merge], step(mg.ComeApart, policy=POLICY), "case-unmerged", mg.NotMerged)
right([take_merged], step(mg.GiveBackMerged, merged="case-2"), "merged-given-back", mg.NotMerged)
right([], step(lk.LinkCase, other="case-2"), "case-linked", mg.SameCase, wrong=step(lk.LinkCase, other="case-1"))
right(
    [], transfer, "case-transfer-asked school-to-be-told", tr.AlreadyThere, wrong=step(tr.TransferCase, to="smp1", reason=W, receipt_by=later(days=2))
)
right(
    [transfer],
    step(tr.ReceiveTransfer, by="there", school="sma1", policy=POLICY),
    "case-transferred alerts-passed-on case-triaged",
    tr.NotAskedForTransfer,
)
right([transfer], step(tr.DeclineTransfer, by="there", school="sma1", reason=W), "transfer-declined", tr.NotAskedForTransfer)
right([transfer], step(tr.WithdrawTransfer, reason=W), "transfer-withdrawn school-to-be-told", tr.NoTransferWaits)
right([gone], step(tr.AskForCase, by="there", school="sma1", answer_by=later(days=2)), "case-asked-for", tr.StudentNotThere)
right([gone], step(tr.KeepCase, reason=W), "case-kept", tr.NothingToSettle)
right([], step(lk.UnmatchStudent, student=STUDENT, reason=W), "student-unmatched", lk.NotThisStudent,
      wrong=step(lk.UnmatchStudent, student="somebody", reason=W))  # fmt: skip
right([], legal, "legal-hold-set", ConflictOfInterest, about=raised(people=(named(PRINCIPAL),)))
right([legal], step(hd.LiftLegalHold, by=OFFICER, reason=W), "legal-hold-lifted", hd.HoldNeedsSecondPerson, at=[legal],
      wrong=step(hd.LiftLegalHold, by=PRINCIPAL, reason=W))  # fmt: skip

# referral: consent, approval, call, next alternative, chase, evaluation
draft = step(DraftReferral, referral="r-1", agency="ag-1", why=W, alternatives=("ag-2",), consent="asked", by=COUNSELLOR)
open_draft = draft.model_copy(update={"consent": "given"})
dangerous = step(SetUrgency, decision="u", urgency="emergency", reason=W, policy=POLICY, at=NOW)
urgent = step(
    DraftReferral,
    referral="r-1",
    agency="ag-1",
    why=W,
    alternatives=(),
    consent="overridden",
    ground="vital-interest",
    by_phone_first=True,
    by=COUNSELLOR,
)
approve = step(ApproveReferral, referral="r-1", by=PRINCIPAL)
send = step(SendReferral, referral="r-1", package=W, policy=POLICY, by=COUNSELLOR)


def moved(trigger: str, state: str) -> FoldTask:
    return FoldTask(referral="r-1", agency="ag-1", trigger=trigger, state=state, business_status="7.0", moved_at=NOW)


right([draft], step(ha.HandAcross, referral="r-1", districts=("ag-1",)), "referral-hands-over", ha.NotADistrict, at=[draft],
      wrong=step(ha.HandAcross, referral="r-1", districts=("ag-9",)))  # fmt: skip
consent = step(cs.RecordConsent, referral="r-1", giver="guardian", age=15, adult=18, form="F-1")
right([draft], consent, "consent-recorded", cs.StudentConsentsThemselves, at=[draft],
      wrong=step(cs.RecordConsent, referral="r-1", giver="guardian", age=18, adult=18, form="F-1"))  # fmt: skip
override = step(cs.OverrideConsent, referral="r-1", ground="legal-duty", reason=W)
right([draft], override, "consent-override-proposed", NoSuchReferral)
right([draft, override], step(cs.ConfirmOverride, by=PRINCIPAL, referral="r-1"), "consent-override-confirmed", SecondPersonNeeded, at=[draft, override],
      wrong=step(cs.ConfirmOverride, by=COUNSELLOR, referral="r-1"))  # fmt: skip
right([draft], step(cs.AskApproval, referral="r-1", approver=PRINCIPAL, approve_by=later(days=1)), "approval-asked", OwnApproval, at=[draft],
      wrong=step(cs.AskApproval, referral="r-1", approver=COUNSELLOR, approve_by=later(days=1)))  # fmt: skip
right([dangerous, urgent], step(cs.CallForHelp, referral="r-1", ground="vital-interest", said=W, letter_by=later(days=1)), "help-called", cs.NotByPhone,
      at=[open_draft])  # fmt: skip
SENT = [open_draft, consent, approve, send]
withdraw = step(tu.WithdrawReferral, referral="r-1", reason=W)
right([open_draft], step(tu.PostponeReferral, referral="r-1", until=later(days=3), reason=W), "referral-postponed", tu.PostponedBackwards,
      at=[open_draft], wrong=step(tu.PostponeReferral, referral="r-1", until=NOW, reason=W))  # fmt: skip
right([open_draft], withdraw, "referral-withdrawn", AlreadySent, at=SENT)
right([open_draft, consent, approve], step(tu.RecordReferralRefusal, referral="r-1", who="student", reason=W), "referral-refused", tu.ReferralEnded,
      at=[open_draft, withdraw])  # fmt: skip
right(SENT, step(tu.HandOverReferral, referral="r-1", to=OTHER), "referral-handed-over", NoSuchReferral)
right([*SENT, moved("decline", "rejected")], step(fu.TakeNextAlternative, referral="r-1", fresh="r-2", why=W),
      "next-alternative-taken referral-drafted", fu.NotDeclined, at=SENT)  # fmt: skip
right([*SENT, moved("no-show", "accepted")], step(fu.ChaseAppointment, referral="r-1", words=W), "appointment-chased", fu.NothingMissed, at=SENT)
right([*SENT, moved("outcome", "completed")], step(fu.EvaluateReferral, referral="r-1", helped=True, finding=W), "referral-evaluated",
      fu.NotCompleted, at=SENT)  # fmt: skip

# what is added after the end
ended = step(Close, outcome_class="helped", task_reviewed=W)
right([ended, say_more()], step(ad.KeepClosed, reason=W), "closed-kept", ad.NothingAsked, at=[ended])

SCENARIOS[ad.ConfirmReading] = Scenario(
    [say_more()], step(ad.ConfirmReading), ["concern-read"], ConflictOfInterest,
    lambda: (after(say_more(), case=handled(concern=raised(people=(named(OTHER),)))), step(ad.ConfirmReading, by=OTHER)),
)  # fmt: skip

# what is written back to a reporter
right([], step(an.AnswerReporter, answer="answer-1", concern="c-1", text=W), "reporter-answered", an.NotOfThisCase,
      wrong=step(an.AnswerReporter, answer="answer-1", concern="another", text=W))  # fmt: skip

# a confidential reporter's name
KEPT = raised(reporter_kind="confidential")
reporter = step(idn.AskReporter, concern="c-1", ground="safety", reason=W)
SCENARIOS[idn.AskReporter] = Scenario([], reporter, ["reporter-asked"], idn.NotKeptConfidential, lambda: (handled(), reporter), concern=KEPT)
SCENARIOS[idn.ConfirmReporter] = Scenario(
    [reporter], step(idn.ConfirmReporter, by=PRINCIPAL, reveal=reporter.act), ["reporter-confirmed", "reporter-revealed"], idn.SecondPersonReveals,
    lambda: (handled(reporter, concern=KEPT), step(idn.ConfirmReporter, reveal=reporter.act)), concern=KEPT,
)  # fmt: skip

# the ledger
correct = step(d.CorrectFact, event=1, words=W, reason=W, tell_by=later(days=3))
right([], correct, "fact-corrected", d.NoSuchEvent, wrong=step(d.CorrectFact, event=999, words=W, reason=W, tell_by=later(days=3)))
right([ask, correct], step(d.TellReceiver, correction=correct.act, disclosure="a-1", channel="letter"), "receiver-told", d.NothingToTell)
right([], step(d.RecordDisclosure, receiver="agency", to="RSUD", ground="vital-interest", what=W), "disclosure-recorded", ConflictOfInterest)
SCENARIOS[d.RecordDisclosure] = Scenario(
    [], SCENARIOS[d.RecordDisclosure].when, ["disclosure-recorded"], ConflictOfInterest,
    lambda: (
        handled(concern=raised(people=(named(OTHER),))),
        step(d.RecordDisclosure, by=OTHER, receiver="agency", to="RSUD", ground="vital-interest", what=W),
    ),
)  # fmt: skip
SCENARIOS[NoteMember] = Scenario(
    [], step(NoteMember, group="g-1", session=1, note=W), ["member-noted"], ConflictOfInterest,
    lambda: (handled(concern=raised(people=(named(OTHER),))), step(NoteMember, by=OTHER, group="g-1", session=1, note=W)),
)  # fmt: skip
