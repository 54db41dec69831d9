"""Deadlines in virtual time: none is lost or fires twice in ten thousand random schedules with two schedulers, restarts and jumping clocks."""

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from services.cases.domain.case import planning as h
from services.cases.domain.case.case import CASE
from services.cases.domain.case.guardians import AssessGuardian
from services.cases.domain.case.strands import Acknowledge, Close, SetUrgency
from services.cases.domain.steps.deadline import PassDeadline, clocks
from services.cases.domain.steps.home import StudentConsentNeeded
from services.cases.domain.strategies.parents import PlanParentMeeting
from services.cases.domain.strategies.teacher import AnswerAsTeacher, AskTeacher
from services.cases.domain.strategies.visit import PlanVisit
from services.cases.policies import FOLDER, parse_policy
from shared.errors import Invalid
from shared.events import CaseAcknowledged
from shared.school_day import Calendar, Holiday
from tests.cases.people import COUNSELLOR, NOW, POLICY, STUDENT, TEACHER, after, decided, handled, later, raised, step, take, words

SCHEDULES = 10_000
W = words()


class Scheduler:
    """What one scheduler remembers of the worklist: possibly old, and cleared by a restart."""

    def __init__(self):
        self.rows = []

    def read(self, case):
        self.rows = [(each.key, each.due) for each in case.deadlines.values() if each.due]

    def work(self, case, now):
        """Passes whatever is due by its rows; the case after it, and what passed."""
        passed: list[tuple[str, int]] = []
        for key, due in self.rows:
            if due <= now:
                events, case = decided(case, PassDeadline(key=key, due=due, now=now))
                passed += [(event.key, event.step) for event in events if event.type == "deadline-passed"]
        return case, passed


@pytest.mark.long
def test_ten_thousand_random_schedules_lose_none_and_fire_none_twice():
    chance, fired = random.Random(20260209), 0
    for _ in range(SCHEDULES):
        case, now = handled(), NOW
        for place in range(chance.randint(1, 2)):
            ask = step(AskTeacher, activity=f"t-{place}", teacher=TEACHER, aim="help", question=W, respond_by=later(hours=chance.randint(1, 60)))
            _, case = decided(case, ask)
        schedulers = (Scheduler(), Scheduler())
        passed: Counter[tuple[str, int]] = Counter()
        for _ in range(chance.randint(2, 6)):
            now += timedelta(hours=chance.choice((1, 6, 12, 24, -2, 2)))
            scheduler = chance.choice(schedulers)
            if chance.random() < 0.8:  # else it still works from what it read before: a restart, or a standby that woke up
                scheduler.read(case)
            case, told = scheduler.work(case, now)
            passed.update(told)
            if chance.random() < 0.2:
                answer = step(AnswerAsTeacher, by=TEACHER, activity="t-0", answer=W)
                if case.activities["t-0"].state == "requested":
                    _, case = decided(case, answer)
        assert all(count == 1 for count in passed.values()), "fired twice"
        last = Scheduler()
        for _ in range(8):  # nothing was lost: whoever comes last finds every rung that is due
            last.read(case)
            case, told = last.work(case, now)
            passed.update(told)
        assert all(count == 1 for count in passed.values())
        assert not [each for each in case.deadlines.values() if each.due and each.due <= now], "lost"
        fired += sum(passed.values())
    assert fired > SCHEDULES // 2, "the schedules hardly ever come due"


def test_a_clock_in_school_days_leaves_out_the_weekend_and_the_holidays():
    calendar = Calendar(holidays=(Holiday(first=later(days=2).date(), last=later(days=3).date(), name="Libur"),))
    assert calendar.after(NOW, 1) == later(days=1)
    assert calendar.after(NOW, 2) == later(days=4)  # Wednesday and Thursday are holidays
    assert calendar.after(NOW, 3) == later(days=7)  # and then comes the weekend
    assert Calendar(school_days=frozenset({1, 2, 3, 4, 5, 6})).after(NOW, 5) == later(days=5)


def test_of_school_days_and_hours_the_earlier_one_counts():
    due = {each.key: each.due for each in clocks(POLICY, "high", NOW, None)}
    assert due["refer"] == later(days=3)  # 72 hours and three school days are the same on a Monday
    friday = later(days=4)
    assert {each.key: each.due for each in clocks(POLICY, "high", friday, None)}["refer"] == friday + timedelta(hours=72)
    assert {each.key: each.due for each in clocks(POLICY, "low", friday, None)}["contact"] == friday + timedelta(days=7)


def test_an_emergency_starts_its_clocks_and_each_is_met_by_what_happened():
    case = CASE.fold(CASE.decide(take(raised(categories=("weapon",), facts={"weapon": True})), CASE.initial))
    assert {key: each.due for key, each in case.deadlines.items()} == {"acknowledge": later(minutes=15), "decide": later(hours=1)}
    _, case = decided(case, step(Acknowledge, by=COUNSELLOR))
    assert set(case.deadlines) == {"decide"}
    _, case = decided(case, step(h.AssessCase, field="personal", findings=W, safe=True))
    assert {key: each.due for key, each in case.deadlines.items()} == {"plan": later(days=1)}


def test_the_ladder_climbs_rung_by_rung_and_stops_when_it_happened():
    case = CASE.fold(CASE.decide(take(raised(categories=("weapon",), facts={"weapon": True})), CASE.initial))
    told = []
    for minutes in (15, 30, 45, 60, 600):
        due = case.deadlines["acknowledge"].due
        if due is None:
            break
        events, case = decided(case, PassDeadline(key="acknowledge", due=due, now=later(minutes=minutes)))
        told += [event.step for event in events if event.type == "work-overdue"]
    assert told == [0, 1, 2, 3]
    _, case = decided(case, step(Acknowledge, by=COUNSELLOR))
    assert "acknowledge" not in case.deadlines


def test_a_second_concern_in_an_open_case_wants_an_act_of_its_own():
    case = handled()
    assert "acknowledge" not in case.deadlines
    _, case = decided(case, take(raised("c-2"), at=later(days=1)))
    assert "acknowledge" in case.deadlines
    events, case = decided(case, step(Acknowledge, by=COUNSELLOR))
    assert events[0].concerns == ("c-1", "c-2")
    assert "acknowledge" not in case.deadlines


WRONG = (
    ('"bullying" = "medium"', '"bullying" = "terrible"', "categories.bullying"), ("repeat_days = 30", "repeat_days = 0", "repeat_days"),
    ("[clocks.low]", "[clocks.lowest]", "clocks"), ("assess = 1440", "asses = 1440", "clocks.high.asses"),
    ('zone = "Asia/Jakarta"', 'zone = "Mars/Base"', "calendar.zone"), ("school_days = [1, 2, 3, 4, 5]", "school_days = [0]", "calendar.school_days"),
    ("failed_strategies = 2", "failed_strategies = 2\ncolour = 1", "referral.colour"), ("adult = 18", 'adult = "old"', "telling.adult"),
    ("low = [2880, 2880, 2880]", "", "ladder"),
)  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "place"), WRONG)
def test_a_wrong_policy_is_refused_with_its_line_and_key(right, wrong, place):
    text = (FOLDER / "default-2026.toml").read_text(encoding="utf-8")
    assert right in text
    changed = text.replace(right, wrong)
    with pytest.raises(Invalid) as refused:
        parse_policy(changed, "draft.toml")
    told = str(refused.value)
    assert told.startswith("draft.toml: line ")
    assert place in told
    line = int(told.removeprefix("draft.toml: line ").split(":")[0])
    if wrong and place != "clocks":
        assert wrong.splitlines()[-1].split(" ")[0].strip('"') in changed.splitlines()[line - 1]


def test_a_level_raised_by_a_person_alerts_and_starts_its_clocks():
    case = handled()
    raise_it = step(SetUrgency, decision="d-9", urgency="high", reason=W, by=COUNSELLOR, policy=POLICY, at=later(hours=1))
    events, case = decided(case, raise_it)
    assert [event.type for event in events][:2] == ["urgency-decided", "case-triaged"]
    assert case.deadlines["assess"].due == later(hours=25)
    assert "decide" not in case.deadlines  # raising it was a person's decision
    events, _ = decided(case, step(SetUrgency, decision="d-10", urgency="low", reason=W, by=COUNSELLOR, policy=POLICY, at=later(hours=2)))
    assert "case-triaged" not in [event.type for event in events]


def test_an_alert_in_a_case_that_somebody_has_ends_when_a_person_takes_it_in_hand_or_closes_the_case():
    taken = CaseAcknowledged(case="case-1", student=STUDENT, school="smp1", by=COUNSELLOR, concerns=("c-1",))
    alerted = after(step(SetUrgency, decision="d-9", urgency="high", reason=W, policy=POLICY), case=handled())
    events = CASE.decide(step(Acknowledge), alerted)
    assert list(events)[:1] == [taken]
    assert CASE.decide(step(Acknowledge), after(step(Acknowledge), case=alerted)) == [], "asked twice: quiet"
    closing = step(Close, outcome_class="helped", task_reviewed=W)
    assert [each for each in CASE.decide(closing, alerted) if isinstance(each, CaseAcknowledged)] == [taken]
    assert [each for each in CASE.decide(closing, handled()) if isinstance(each, CaseAcknowledged)] == []


def test_home_is_not_turned_to_without_a_student_who_asked_themselves_or_is_of_age():
    own = handled(step(AssessGuardian, guardian="mother", safe=True, reason=W, by=COUNSELLOR), concern=raised(reporter_kind="student"))
    minor = handled(step(AssessGuardian, guardian="mother", safe=True, reason=W, by=COUNSELLOR))
    plan: dict[str, Any] = {"activity": "p", "guardian": "mother", "kind": "help-at-home", "goal": W}
    for case, age in ((own, 15), (minor, 18)):
        with pytest.raises(StudentConsentNeeded):
            CASE.decide(step(PlanParentMeeting, **plan, age=age), case)
        with pytest.raises(StudentConsentNeeded):
            CASE.decide(step(PlanVisit, activity="v", guardian="mother", gap=W, questions=W, age=age), case)
        assert CASE.decide(step(PlanParentMeeting, **plan, age=age, student_agrees=True), case)
        assert CASE.decide(step(PlanParentMeeting, **plan, age=age, serious_danger=True), case)
    assert CASE.decide(step(PlanParentMeeting, **plan, age=15), minor)
