"""Lifecycles kept: letters of assignment (district-life 23), the four turns of every strategy (24), evaluations in their time (25)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from services.cases.commands.bodies import body_of
from services.cases.domain.case.case import CASE
from services.cases.domain.casework import CASEWORK
from services.cases.domain.referring import turns
from services.cases.domain.referring.referral import expected
from services.cases.domain.referring.turns import TURNS
from services.cases.domain.register import STRATEGIES
from services.cases.domain.steps.activity import WrongMoment
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.endings import COMMON
from services.cases.domain.steps.gone import LoseOwner, RegainOwner
from services.cases.domain.steps.strategy import StandingAlone, Strategy
from services.cases.domain.strategies import counselling as co
from services.cases.domain.strategies import group_steps as gs
from services.cases.domain.strategies import visit as v
from services.cases.domain.strategies.group import GROUP_STEPS
from services.cases.reading.vocabulary import words_of
from shared.errors import Refused
from shared.school_day import Calendar
from tests.cases.asking import faults, formed, refused_by_name
from tests.cases.desk import soon
from tests.cases.people import COUNSELLOR, NOW, after, handled, later, step, types, words
from tests.cases.scenarios import SENT, again, asked, go, held, laiseg, notify, open_draft, safe, timed, visited

W = words()


def refusal(command, case):
    with pytest.raises(Refused) as refused:
        CASE.decide(command, case)
    return type(refused.value)


# 23: one endorsement, one letter -----------------------------------------------------------------------------------


def announced(**told):
    return v.NotifyVisit(**(notify.model_dump() | {"act": "other", "letter": "800/7"} | told))


def test_row_23_a_second_notice_is_refused_while_a_letter_is_in_force():
    case = handled(safe, go, notify)
    assert refusal(announced(), case) is v.LetterInForce
    assert refusal(announced(letter="800/1"), case) is v.LetterInForce


def test_row_23_a_second_notice_replaces_the_first_by_its_number_and_has_its_own():
    case = handled(safe, go, notify)
    replaced = again.model_copy(update={"act": "x"})
    assert refusal(replaced.model_copy(update={"replaces": "800/9"}), case) is v.NoSuchLetter
    assert refusal(replaced.model_copy(update={"letter": "800/1"}), case) is v.LetterUsed
    assert refusal(replaced.model_copy(update={"endorsed_by": COUNSELLOR}), case) is v.VisitNotEndorsed
    now = after(replaced, case=case)
    letter = v.in_force(now.activities["a-1"])
    assert letter and (letter.letter, letter.when) == ("800/2", later(days=3))
    assert [each.due for each in now.deadlines.values() if each.what == "home-visit"] == [later(days=3)]
    assert refusal(replaced.model_copy(update={"act": "y", "letter": "800/3"}), now) is v.NoSuchLetter, "the first is in force no longer"


def test_row_23_after_nobody_was_met_the_next_visit_needs_a_letter_of_its_own():
    case = handled(safe, go, notify, step(v.RecordNotMet, activity="a-1"))
    assert refusal(announced(letter="800/1"), case) is v.LetterUsed
    assert types(CASE.decide(announced(), case))[0] == "visit-notified"
    assert v.in_force(handled(safe, go, notify, visited).activities["a-1"]) is None


def test_a_visit_that_was_not_checked_is_recorded_again_and_then_reported():
    unchecked = visited.model_copy(update={"act": "u", "accuracy_checked": False})
    report = step(v.ReportVisit, activity="a-1", report=W)
    case = handled(safe, go, notify, unchecked)
    assert refusal(report, case) is v.AccuracyNotChecked
    checked = after(visited, case=case)
    assert types(CASE.decide(report, checked))[0] == "visit-reported"
    assert refusal(visited.model_copy(update={"act": "w"}), checked) is WrongMoment


@pytest.mark.anyio
async def test_row_23_the_letter_that_was_replaced_stays_and_says_by_which(cases):
    school = await cases.school()
    case = await school.case()
    await school.person("mother", "guardian")
    await cases.done(case, "assess-guardian", school.counsellor, guardian=school.named("mother"), safe=True, reason="x")
    body = {"guardian": school.named("mother"), "gap": "x", "questions": "x"}
    activity = (await cases.done(case, "plan-visit", school.counsellor, **body))["activity"]
    letter = {"activity": activity, "when": soon(days=1), "endorsed_by": school.named("principal")}
    await cases.done(case, "notify-visit", school.counsellor, letter="800/1", **letter)
    second = await cases.act(case, "notify-visit", school.counsellor, letter="800/2", **letter)
    assert (second.status_code, refused_by_name(second)) == (409, "letter-in-force")
    nobody = letter | {"endorsed_by": "tidak-ada"}
    unknown = await cases.act(case, "replace-visit-notice", school.counsellor, replaces="800/1", letter="800/2", **nobody)
    assert faults(unknown) == [("/endorsed_by", "unknown-person")]
    await cases.done(case, "replace-visit-notice", school.counsellor, replaces="800/1", letter="800/2", **letter)
    told = (await cases.get(f"cases/{case}/documents", school.counsellor)).json()["items"]
    assert [(each["name"], each["number"], each["replaced_by"]) for each in told if each["name"] == "visit-assignment"] == [
        ("visit-assignment", "800/1", "800/2"),
        ("visit-assignment", "800/2", None),
    ]


# 24: every lifecycle knows the four turns --------------------------------------------------------------------------

_OF_ACTIVITIES = dict(zip(("postponed", "cancelled", "refused", "handed over"), COMMON, strict=True))
_OF_GROUPS: Mapping[str, type[Command]] = {
    "postponed": gs.PostponeGroup,
    "cancelled": gs.CancelGroup,
    "refused": gs.RecordMemberRefusal,
    "handed over": gs.HandOverGroup,
}
_OF_REFERRALS: Mapping[str, type[Command]] = {
    "postponed": turns.PostponeReferral, "cancelled": turns.WithdrawReferral, "refused": turns.RecordReferralRefusal,
    "handed over": turns.HandOverReferral,
}  # fmt: skip


def turns_of(chapter):
    """What each turn is called in a strategy, and the route on which it is given."""
    match chapter:
        case StandingAlone(path=path):
            return {turn: (command, f"/cases/api/{path}/{{activity_id}}/{command.called}") for turn, command in _OF_ACTIVITIES.items()}
        case Strategy():
            return {turn: (command, f"/cases/api/cases/{{case_id}}/{command.called}") for turn, command in _OF_ACTIVITIES.items()}
        case _ if chapter.name == "group-counselling":
            return {turn: (command, f"/cases/api/groups/{{group_id}}/{command.called}") for turn, command in _OF_GROUPS.items()}
        case _:
            return {turn: (command, f"/cases/api/cases/{{case_id}}/{command.called}") for turn, command in _OF_REFERRALS.items()}


ALL_TURNS = [pytest.param(chapter, turn, id=f"{chapter.name}-{turn}") for chapter in STRATEGIES for turn in _OF_ACTIVITIES]


@pytest.mark.anyio
@pytest.mark.parametrize(("chapter", "turn"), ALL_TURNS)
async def test_row_24_every_strategy_knows_every_turn_with_route_permission_and_words(cases, chapter, turn):
    command, route = turns_of(chapter)[turn]
    served = (await cases.client.get("/cases/openapi.json")).json()["paths"]
    assert list(served.get(route, ())) == ["post"], f"{route} is not served"
    assert cases.kernel.access.permissions.roles("POST", route) >= {"counsellor"}
    assert set(body_of(command).model_fields) - {"happened_at"}, "it says something"
    known = {*CASEWORK.commands, *GROUP_STEPS, *(step for each in CASEWORK.alone for step in COMMON), *TURNS.commands}
    assert command in known


def test_row_24_each_turn_of_a_referral_is_offered_and_ends_what_was_expected():
    drafted = handled(open_draft)
    waiting = after(step(turns.PostponeReferral, referral="r-1", until=later(days=3), reason=W), case=drafted)
    assert [(each.what, each.due) for each in waiting.deadlines.values() if each.what == "referral-take-up"] == [("referral-take-up", later(days=3))]
    gone = after(step(turns.RecordReferralRefusal, referral="r-1", who="guardian", reason=W), case=waiting)
    assert (gone.referrals.by_id["r-1"].state, [each for each in gone.deadlines.values() if each.what == "referral-take-up"]) == ("refused", [])
    assert refusal(step(turns.PostponeReferral, referral="r-1", until=later(days=3), reason=W), handled(*SENT)).code == "already-sent"
    theirs = after(step(turns.HandOverReferral, referral="r-1", to="other-counsellor"), case=handled(*SENT))
    assert [(each.what, each.owner) for each in expected(theirs.referrals, COUNSELLOR, ())] == [("referral-answer", "other-counsellor")]


def test_a_referral_that_was_handed_over_is_with_whoever_has_the_case_when_that_person_leaves():
    theirs = after(step(turns.HandOverReferral, referral="r-1", to="other-counsellor"), case=handled(*SENT))
    answer = next(each for each in theirs.deadlines.values() if each.what == "referral-answer")
    assert answer.owner == "other-counsellor"
    gone = after(LoseOwner(person="other-counsellor", why="left", goes_to=COUNSELLOR, at=later(days=1)), case=theirs)
    assert gone.deadlines[answer.key] == replace(answer, owner=COUNSELLOR)
    back = after(RegainOwner(person="other-counsellor", at=later(days=2)), case=gone)
    assert back.deadlines[answer.key] == answer


@pytest.mark.anyio
async def test_row_24_a_group_is_postponed_refused_by_a_member_and_handed_over(cases):
    school = await cases.school()
    await school.person("other", "staff", "counsellor")
    group, _ = await formed(cases, school)
    path = f"groups/{group}"
    past = await cases.post(f"{path}/postpone-group", school.counsellor, until=soon(days=-1), reason="x")
    assert refused_by_name(past) == "postponed-into-the-past"
    told = await cases.post(f"{path}/postpone-group", school.counsellor, until=soon(days=3), reason="Ujian kenari")
    assert (told.status_code, told.json()["state"]) == (200, "postponed")
    session = {"session": 1, "stage": "beginning", "when": soon(hours=-1), "present": [school.named("ani")], "dynamics": "x", "pledge": True}
    assert (await cases.post(f"{path}/hold-session", school.counsellor, **session)).json()["state"] == "running", "the next session takes it up"
    stranger = await cases.post(f"{path}/record-member-refusal", school.counsellor, student="nobody", reason="x")
    assert refused_by_name(stranger) == "not-a-member"
    left = await cases.post(f"{path}/record-member-refusal", school.counsellor, student=school.named("budi"), reason="Tidak mau kenari")
    assert left.status_code == 200, "a refusal is never refused, also where one member is left"
    alone = await cases.post(f"{path}/hold-session", school.counsellor, **(session | {"session": 2}))
    assert refused_by_name(alone) == "too-few-members"
    assert (await cases.post(f"{path}/hand-over-group", school.counsellor, to=school.named("other"))).status_code == 200
    known = (await cases.get(path, school.other)).json()
    assert [each["student"] for each in known["members"]] == [school.named("ani")]
    assert "Tidak mau kenari" in str(known["steps"])
    assert (await cases.post(f"{path}/cancel-group", school.other, reason="x")).json()["state"] == "cancelled"


@pytest.mark.parametrize("event", ["group-postponed", "member-refused", "visit-notice-replaced", "referral-postponed", "referral-withdrawn"])
def test_row_24_each_turn_has_words_in_both_languages(event):
    indonesian, english = words_of().sentence(event, {})
    assert indonesian != english


# 25: evaluations in their time -------------------------------------------------------------------------------------

EVERY_DAY = Calendar()


def evaluated(kind, at, reason=None):
    return step(co.EvaluateCounselling, activity="a-1", kind=kind, helped=True, finding=W, at=at, reason_for_early=reason, calendar=EVERY_DAY)


@pytest.mark.parametrize(
    ("kind", "days", "refused"),
    [
        ("laijapen", 0, co.EvaluationTooEarly),
        ("laijapen", 6, co.EvaluationTooEarly),
        ("laijapen", 7, None),
        ("laijapen", 30, None),
        ("laijapang", 7, co.EvaluationTooEarly),
        ("laijapang", 59, co.EvaluationTooEarly),
        ("laijapang", 60, None),
        ("laijapang", 180, None),
        ("laiseg", 0, None),
        ("laiseg", -1, co.EvaluationBeforeMeeting),
    ],
)
def test_row_25_an_evaluation_happens_in_its_time_or_with_a_reason(kind, days, refused):
    before = {"laiseg": [], "laijapen": [laiseg], "laijapang": [laiseg, evaluated("laijapen", later(days=7))]}[kind]
    case = handled(asked, timed, held, *before)
    when = evaluated(kind, later(days=days))
    if refused is None:
        assert types(CASE.decide(when, case))[0] == "counselling-evaluated"
    else:
        assert refusal(when, case) is refused
    if refused is co.EvaluationTooEarly:
        event, *_ = CASE.decide(evaluated(kind, later(days=days), W), case)
        assert isinstance(event, co.CounsellingEvaluated)
        assert event.reason_for_early == W, "the reason is recorded"


def test_row_25_a_week_is_counted_in_days_of_the_school():
    case = handled(asked, timed, held, laiseg)  # at nine in Jakarta
    assert types(CASE.decide(evaluated("laijapen", NOW + timedelta(days=7, hours=-8)), case))[0] == "counselling-evaluated"
    assert refusal(evaluated("laijapen", NOW + timedelta(days=7, hours=-10)), case) is co.EvaluationTooEarly


@pytest.mark.anyio
async def test_row_25_it_counts_when_it_happened_and_not_when_it_was_written_down(cases):
    school = await cases.school()
    case = await school.case()
    activity = await school.held(case)
    said = {"activity": activity, "helped": True, "finding": "x"}
    await cases.done(case, "evaluate-counselling", school.counsellor, kind="laiseg", **said)
    early = await cases.act(case, "evaluate-counselling", school.counsellor, kind="laijapen", **said)
    assert (early.status_code, refused_by_name(early)) == (409, "evaluation-too-early")
    before = await cases.act(case, "evaluate-counselling", school.counsellor, kind="laijapen", happened_at=soon(days=-3), **said)
    assert refused_by_name(before) == "evaluation-before-meeting"
    await cases.done(case, "evaluate-counselling", school.counsellor, kind="laijapen", reason_for_early="Pindah kota kenari", **said)
    history = (await cases.get(f"cases/{case}/history", school.counsellor)).json()["items"]
    told = [each["data"]["reason_for_early"] for each in history if each["type"] == "counselling-evaluated"]
    assert told == [None, "Pindah kota kenari"]


@pytest.mark.anyio
async def test_row_25_a_meeting_of_last_month_that_is_written_down_today_is_evaluated_today(cases):
    school = await cases.school()
    case = await school.case()
    asked_for = await cases.done(
        case, "request-counselling", school.counsellor, origin="self", field="social", reason="x", happened_at=soon(days=-40)
    )
    known = {"activity": asked_for["activity"]}
    await cases.done(case, "schedule-counselling", school.counsellor, when=soon(days=-39), place="x", happened_at=soon(days=-40), **known)
    said = dict.fromkeys(("symptoms", "complaint", "problem", "causes", "goal", "approach", "result", "next_plan"), "x")
    meeting = {"meeting": 1, "confidentiality_told": True, "happened_at": soon(days=-39)}
    await cases.done(case, "hold-counselling", school.counsellor, **meeting, **said, **known)
    finding = {"helped": True, "finding": "x"} | known
    await cases.done(case, "evaluate-counselling", school.counsellor, kind="laiseg", happened_at=soon(days=-39), **finding)
    await cases.done(case, "evaluate-counselling", school.counsellor, kind="laijapen", **finding)
