"""Due deadlines: in virtual time none is lost or fires twice, whatever schedulers and clocks do. On PostgreSQL two schedulers fire each one once."""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from services.cases import clocks
from services.cases.clocks import Clockwork
from services.cases.domain.case.case import CASE
from services.cases.domain.casework import CASEWORK
from services.cases.domain.steps import deadline as d
from services.cases.domain.steps.activity import Expected
from services.cases.reading.projecting import TABLES, VIEW, projecting
from services.cases.reading.worklist import WorkList
from shared.errors import LaterRelease
from shared.eventstore.projection import Projection
from shared.testing import eventually
from tests.cases.desk import desk
from tests.cases.people import NOW, decided, later, take

SCHEDULES = 10_000
CLIMB = (60, 120, 240)
RUNGS = len(CLIMB) + 1


# virtual time ------------------------------------------------------------------------------------------------------


class District:
    """One case's deadlines, as two schedulers see them. sets: how often a key was set; fired: (key, which set, step) to how often it was said."""

    def __init__(self, chance):
        self.chance, self.now = chance, NOW
        self.deadlines: Mapping[str, d.Deadline] = {}
        self.wanted: dict[str, Expected] = {}
        self.sets: Counter[str] = Counter()
        self.fired: Counter[tuple[str, int, int]] = Counter()
        self.moved = self.met = self.stale = 0
        self.rows: list[list[tuple[str, datetime]]] = [[], []]

    def apply(self, events):
        for event in events:
            self.deadlines = d.evolve(self.deadlines, event)
            if event.type == "deadlines-set":
                self.sets.update(each.key for each in event.deadlines)

    def expect(self, key):
        """A deadline is set, or moved to another day."""
        due = self.now + timedelta(minutes=self.chance.randint(-30, 600))
        self.moved += key in self.wanted
        self.wanted[key] = Expected(key, "plan", due, None)
        self.apply(d.changes(self.deadlines, tuple(self.wanted.values()), {}, CLIMB))

    def meet(self, key):
        self.met += self.wanted.pop(key, None) is not None
        self.apply(d.changes(self.deadlines, tuple(self.wanted.values()), {}, CLIMB))

    def read(self, scheduler):
        """What a scheduler knows from now on; until it reads again it works from this, also over a restart of the other."""
        self.rows[scheduler] = [(each.key, each.due) for each in self.deadlines.values() if each.due]

    def work(self, scheduler):
        for key, due in self.rows[scheduler]:
            if due > self.now:
                continue
            known = self.deadlines.get(key)
            self.stale += known is None or known.due != due
            event = d.passed(d.PassDeadline(key=key, due=due, now=self.now), self.deadlines)
            if event:
                assert known and known.due and known.due <= self.now, "fired before its time"
                self.fired[key, self.sets[key], event.step] += 1
                self.apply([event])

    def step(self):
        """Something happens; the clock may jump by two hours, forward or back."""
        self.now += timedelta(minutes=self.chance.choice((1, 10, 45, 120, -120)))
        key, scheduler = self.chance.choice(("a", "b", "c")), self.chance.randrange(2)
        match self.chance.randrange(10):
            case 0 | 1:
                self.expect(key)
            case 2:
                self.meet(key)
            case 3:
                self.rows[scheduler] = []  # a restart forgets
            case 4 | 5 | 6:
                self.read(scheduler)
                self.work(scheduler)
            case _:
                self.work(scheduler)

    def settle(self):
        """Long after, one scheduler that still runs finds the rest, one rung after another."""
        for _ in range(RUNGS):
            self.now += timedelta(days=30)
            self.read(0)
            self.work(0)


@pytest.mark.long
def test_over_ten_thousand_random_schedules_no_deadline_is_lost_and_none_fires_twice():
    chance, fired, moved, met, stale = random.Random(20_260_209), 0, 0, 0, 0
    for schedule in range(SCHEDULES):
        district = District(chance)
        district.expect("a")
        for _ in range(chance.randint(10, 40)):
            district.step()
        district.settle()
        twice = [key for key, count in district.fired.items() if count > 1]
        assert twice == [], f"schedule {schedule}: fired twice"
        for each in district.wanted.values():
            said = [step for key, nth, step in district.fired if (key, nth) == (each.key, district.sets[each.key])]
            assert sorted(said) == list(range(RUNGS)), f"schedule {schedule}: {each.key} was lost at {said}"
        assert all(each.due is None for each in district.deadlines.values())
        fired, moved, met, stale = fired + sum(district.fired.values()), moved + district.moved, met + district.met, stale + district.stale
    assert min(fired, moved, met, stale) > SCHEDULES // 2, "the schedules hardly ever try what they are for"


def test_a_deadline_that_was_moved_is_not_passed_by_a_scheduler_that_read_the_old_one():
    told = d.changes({}, (Expected("a", "plan", NOW, None),), {}, CLIMB)
    before = d.evolve({}, told[0])
    (moved,) = d.changes(before, (Expected("a", "plan", later(hours=5), None),), {}, CLIMB)
    after = d.evolve(before, moved)
    assert d.passed(d.PassDeadline(key="a", due=NOW, now=later(hours=1)), after) is None
    assert d.passed(d.PassDeadline(key="a", due=later(hours=5), now=later(hours=4)), after) is None
    now = d.passed(d.PassDeadline(key="a", due=later(hours=5), now=later(hours=5)), after)
    assert now and now.step == 0


def test_a_clock_that_runs_back_takes_no_rung_back():
    case = CASE.fold(CASE.decide(take(), CASE.initial))
    due = case.deadlines["acknowledge"].due
    assert due
    events, case = decided(case, d.PassDeadline(key="acknowledge", due=due, now=due))
    assert [event.step for event in events if event.type == "deadline-passed"] == [0]
    following = case.deadlines["acknowledge"].due
    assert following and following > due
    for moment in (due - timedelta(hours=2), due, following - timedelta(seconds=1)):
        assert CASE.decide(d.PassDeadline(key="acknowledge", due=following, now=moment), case) == []
        assert CASE.decide(d.PassDeadline(key="acknowledge", due=due, now=moment), case) == []


# real schedulers ---------------------------------------------------------------------------------------------------


class Watched(Clockwork):
    """A scheduler that says what it tried."""

    def __init__(self, kernel, case_list):
        super().__init__(kernel, case_list, CASE)
        self.tried = []

    async def _pass(self, case, key, due, now):
        self.tried.append((case, key))
        await super()._pass(case, key, due, now)


@pytest.fixture
def alone(monkeypatch):
    """The service's own scheduler rests: the test brings its own. Gives their `run`."""
    run = Clockwork.run

    async def rest(_):
        await asyncio.Event().wait()

    monkeypatch.setattr(Clockwork, "run", rest)
    return run


def view_of(running):
    """A view that another process would have: it follows the same table."""
    kernel = running.kernel
    return Projection(VIEW, kernel.store, kernel.database, projecting(CASEWORK), TABLES, kernel.heartbeats)


@pytest.mark.anyio
async def test_two_schedulers_at_once_say_each_passed_deadline_once(module_database, redis_url, alone):
    async with desk(module_database, redis_url) as running:
        school = await running.school()
        cases = [await school.case(f"student-{place}") for place in range(6)]
        for case in cases:
            await school.ask(case, hours=-1)
        await running.caught_up()
        due = await WorkList(running.kernel.database, view_of(running)).due()
        assert len(due) == len(cases)
        views = [view_of(running) for _ in range(2)]
        working = [asyncio.create_task(view.run()) for view in views]
        schedulers = [Watched(running.kernel, view) for view in views]
        await asyncio.gather(*(each._pass(*deadline) for deadline in due[:3] for each in schedulers))  # both read the same rows
        assert all(len(each.tried) == 3 for each in schedulers)
        working += [asyncio.create_task(alone(each)) for each in schedulers]

        async def nothing_left() -> bool:
            return not await WorkList(running.kernel.database, view_of(running)).due()

        await eventually(nothing_left)
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        for case in cases:
            assert len(await running.events(case, "deadline-passed")) == 1
            assert len(await running.events(case, "work-overdue")) == 1


@pytest.mark.anyio
async def test_one_deadline_that_fails_or_is_of_a_later_release_stops_no_other(module_database, redis_url, alone, monkeypatch):
    passing = clocks.pass_deadline

    async def beside_a_later_release(store, decider, calendars, deadline, now):
        if deadline.case == "later":
            raise LaterRelease
        return await passing(store, decider, calendars, deadline, now)

    monkeypatch.setattr(clocks, "pass_deadline", beside_a_later_release)
    async with desk(module_database, redis_url) as running:
        school = await running.school()
        case = await school.case()
        await school.ask(case, minutes=-30)
        await running.caught_up()
        lost = (
            "INSERT INTO cases.worklist_v1 SELECT name, 'x', 'plan', 'none', NULL, NULL, 'low', now(), now() - age, 0, 'school',"
            " (SELECT generation FROM view_checkpoint WHERE view = 'case_list_v2' AND state = 'answering')"
            " FROM (VALUES ('lost', interval '9 days'), ('later', interval '8 days')) AS failing (name, age) RETURNING 1"
        )
        await running.sql(lost)
        scheduler = Watched(running.kernel, view_of(running))
        working = asyncio.create_task(alone(scheduler))

        async def passed() -> bool:
            return bool(await running.events(case, "deadline-passed"))

        await eventually(passed)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        assert scheduler.tried[:2] == [("lost", "x"), ("later", "x")]
        assert [scheduler.tried.count(each) for each in (("lost", "x"), ("later", "x"))] == [1, 1], "what failed waits a minute"


def test_after_an_outage_each_rung_has_its_time_to_act_but_in_an_emergency_all_hear_at_once():
    deadlines = {"a": d.Deadline("a", "acknowledge", NOW, NOW, "counsellor", climb=(60, 60))}
    late = d.PassDeadline(key="a", due=NOW, now=later(hours=6))
    first = d.passed(late, deadlines)
    assert first == d.DeadlinePassed(key="a", what="acknowledge", due=NOW, step=0, next_due=later(hours=7))
    told = d.evolve(deadlines, first)
    assert d.passed(d.PassDeadline(key="a", due=later(hours=7), now=later(hours=6)), told) is None
    assert d.passed(late, deadlines, emergency=True) == d.DeadlinePassed(key="a", what="acknowledge", due=NOW, step=0, next_due=later(hours=1))
