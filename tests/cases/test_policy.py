"""The policy as data: errors name line and key, clocks keep the school's calendar, receipts derive again, a what-if changes what it changes."""

import json
import random
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.cases.domain.calendar import Calendar, Holiday
from services.cases.domain.case import CASE
from services.cases.domain.deadline import clocks
from services.cases.domain.policy import Policy
from services.cases.domain.referral import DecideReferral
from services.cases.domain.strands import SetUrgency
from services.cases.domain.triage import ReferralInputs, TriageInputs, recommend, triage
from services.cases.domain.whatif import WhatIf
from services.cases.policies import FOLDER, parse_policy, policy_for, policy_of, read_policy
from services.cases.replaying import replay
from shared.decider import load, write
from shared.errors import Invalid
from shared.events import ConcernRaised
from shared.eventstore.memory import InMemoryEventStore
from shared.eventstore.store import Item
from shared.message import TANGGAP, Occasion, derived_id
from tests.cases.people import COUNSELLOR, NOW, POLICY, later, raised, take, words

TEXT = (FOLDER / "default-2026.toml").read_text(encoding="utf-8")
JAKARTA = ZoneInfo("Asia/Jakarta")


def changed(*changes):
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text


def draft(*changes):
    return parse_policy(changed(*changes), "draft.toml")


def refused(text):
    with pytest.raises(Invalid) as error:
        parse_policy(text, "draft.toml")
    return error.value


# errors of a policy file -------------------------------------------------------------------------------------------

WRONG_KEYS = {
    # what is wrong: the change, the key that the error names, the text of the line that it points to
    "unknown-field": ("repeat_days = 30", "repeat_days = 30\ncolour = 1", "colour", "colour = 1"),
    "unknown-field-in-a-table": ("adult = 18", "adult = 18\ncolour = 1", "telling.colour", "colour = 1"),
    "unknown-field-of-a-clock": ("plan = 10080", "plam = 10080", "clocks.medium.plam", "plam = 10080"),
    "wrong-level-of-a-category": ('"bullying" = "medium"', '"bullying" = "grave"', "categories.bullying", '"bullying" = "grave"'),
    "wrong-level-of-a-fact": ('"fear" = "medium"', '"fear" = "Medium"', "facts.fear", '"fear" = "Medium"'),
    "unknown-category": ('"quarrel" = "low"', '"quarel" = "low"', "categories.quarel", '"quarel" = "low"'),
    "unknown-fact": ('"fear" = "medium"', '"anger" = "medium"', "facts.anger", '"anger" = "medium"'),
    "unknown-critical-fact": ('"family" = ["unsafe_now"]', '"family" = ["unsafe"]', "critical.family", '"family" = ["unsafe"]'),
    "unknown-authority": ('"medical", "drugs", "weapon"', '"medical", "drug", "weapon"', "referral.authority", 'authority = ["medical"'),
    "wrong-zone": ('zone = "Asia/Jakarta"', 'zone = "WIB"', "calendar.zone", 'zone = "WIB"'),
    "wrong-school-day": ("school_days = [1, 2, 3, 4, 5]", "school_days = [1, 8]", "calendar.school_days", "school_days = [1, 8]"),
    "no-school-day-at-all": ("school_days = [1, 2, 3, 4, 5]", "school_days = []", "calendar.school_days", "school_days = []"),
    "wrong-type": ("adult = 18", 'adult = "eighteen"', "telling.adult", "adult ="),
    "wrong-date": ("effective = 2026-01-01", 'effective = "soon"', "effective", "effective ="),
    "too-small": ("reopen_days = 30", "reopen_days = -1", "reopen_days", "reopen_days = -1"),
    "too-large": ("decide = 60", "decide = 90000", "clocks.emergency.decide", "decide = 90000"),
    "no-rungs": ('rungs = ["counsellor", "coordinator", "principal", "district-duty"]', "rungs = []", "ladder.rungs", "rungs = []"),
    "climb-of-nothing": ("emergency = [15, 15, 15]", "emergency = []", "ladder.climb.emergency", "emergency = []"),
    "unknown-level-of-a-climb": ("low = [2880, 2880, 2880]", "low = [2880]\nlowest = [1]", "ladder.climb.lowest", "lowest = [1]"),
    "holiday-without-its-end": (
        '{ first = 2026-05-01, last = 2026-05-01, name = "Hari Buruh" }', '{ first = 2026-05-01, name = "Hari Buruh" }',
        "calendar.holidays.2.last", "holidays = [",
    ),
    "holiday-that-is-no-date": (
        '{ first = 2026-05-01, last = 2026-05-01, name = "Hari Buruh" }', '{ first = "1 Mei", last = 2026-05-01, name = "Hari Buruh" }',
        "calendar.holidays.2.first", "holidays = [",
    ),
    "missing-key-of-a-clock": ("acknowledge = 15\n", "", "clocks.emergency.acknowledge", "[clocks.emergency]"),
    "missing-key-of-a-table": ("letter = 1440", "", "telling.letter", "[telling]"),
    "missing-climb": ("low = [2880, 2880, 2880]", "", "ladder.climb lacks low", None),
    "missing-clock": (
        "[clocks.low]\nacknowledge = 2880\ndecide = 7200\nrespond = 7200\ncontact_school_days = 5\n", "", "clocks lacks low", None,
    ),
    "missing-table": ("[telling]\nadult = 18\nletter = 1440\n", "", "telling", None),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "line"), WRONG_KEYS.values(), ids=WRONG_KEYS)
def test_a_wrong_policy_file_is_refused_with_its_line_and_its_key(old, new, key, line):
    text = changed((old, new))
    told = str(refused(text))
    assert told.startswith("draft.toml: line ")
    assert key in told
    number = int(told.removeprefix("draft.toml: line ").split(":")[0])
    if line:
        assert text.splitlines()[number - 1].startswith(line)
    else:
        assert number == 1, "what is nowhere in the file is told at its top"


def test_every_error_of_a_file_is_told_at_once_and_never_the_value():
    text = changed(('"bullying" = "medium"', '"bullying" = "rahasia"'), ("adult = 18", 'adult = "kenari"'), ("plan = 10080", "plam = 10080"))
    error = refused(text)
    assert sorted(fault.pointer for fault in error.faults) == ["/categories/bullying", "/clocks/medium/plam", "/telling/adult"]
    assert str(error).count("line ") == len(error.faults)
    assert "rahasia" not in str(error)
    assert "kenari" not in str(error)


def test_a_holiday_that_ends_before_it_begins_is_refused():
    told = str(refused(changed(("first = 2026-03-19, last = 2026-03-25", "first = 2026-03-25, last = 2026-03-19"))))
    assert "calendar.holidays.1: " in told


def test_what_is_no_toml_and_what_is_no_file_is_told_by_name(tmp_path):
    broken = changed(("adult = 18", "adult = "))
    line = broken.splitlines().index("adult = ") + 1
    assert str(refused(broken)).startswith("draft.toml: ")
    assert f"(at line {line}, column" in str(refused(broken))
    with pytest.raises(Invalid, match="there is no such file"):
        read_policy(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'id = "\xe9"')
    with pytest.raises(Invalid, match=r"latin\.toml: not a text in UTF-8"):
        read_policy(tmp_path / "latin.toml")


def test_the_policy_in_force_is_the_newest_whose_day_has_come():
    assert policy_for(date(2026, 1, 1)).id == "default"
    assert policy_of("default", 1) == POLICY
    assert policy_of("default", 999) is None
    assert policy_of("nobody's", 1) is None


# the calendar ------------------------------------------------------------------------------------------------------


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=JAKARTA)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-02-09 09:00", 1, "2026-02-10 09:00"),  # Monday to Tuesday
        ("2026-02-13 15:30", 1, "2026-02-16 15:30"),  # Friday to Monday
        ("2026-02-14 23:00", 1, "2026-02-16 23:00"),  # Saturday to Monday
        ("2026-02-12 09:00", 3, "2026-02-17 09:00"),  # Thursday over the weekend
        ("2026-03-18 09:00", 1, "2026-03-26 09:00"),  # over Nyepi and Idul Fitri, with a weekend inside
        ("2026-03-18 09:00", 3, "2026-03-30 09:00"),  # and over the weekend behind
        ("2026-04-30 09:00", 1, "2026-05-04 09:00"),  # Thursday over a holiday on Friday and the weekend
        ("2026-12-18 09:00", 1, "2027-01-04 09:00"),  # over the end of the semester, the year and a weekend
        ("2026-02-09 09:00", 0, "2026-02-09 09:00"),
    ],
)
def test_school_days_leave_out_weekends_and_holidays(start, days, end):
    assert POLICY.calendar.after(at(start), days) == at(end)


def test_the_day_begins_in_the_school_s_zone_and_not_in_utc():
    evening = datetime(2026, 2, 12, 18, 0, tzinfo=UTC)  # Friday, one in the morning in Jakarta
    assert POLICY.calendar.after(evening, 1) == datetime(2026, 2, 15, 18, 0, tzinfo=UTC)  # Monday, one in the morning
    assert Calendar(zone="UTC").after(evening, 1) == datetime(2026, 2, 13, 18, 0, tzinfo=UTC)


def test_a_calendar_without_an_end_of_its_holidays_still_answers():
    endless = Calendar(holidays=(Holiday(first=date(2026, 1, 1), last=date(2036, 1, 1), name="Libur"),))
    assert endless.after(NOW, 1) > NOW


def referred_by(start):
    return {each.key: each.due for each in clocks(POLICY, "high", start, None)}["refer"]


def test_of_72_hours_and_three_school_days_the_earlier_one_counts():
    assert referred_by(at("2026-02-09 09:00")) == at("2026-02-12 09:00")  # the same
    assert referred_by(at("2026-02-13 09:00")) == at("2026-02-16 09:00")  # hours: school days would end on Wednesday
    tight = draft(("refer = 4320 ", "refer = 14400 "))
    due = {each.key: each.due for each in clocks(tight, "high", at("2026-02-13 09:00"), None)}
    assert due["refer"] == at("2026-02-18 09:00")  # school days: ten days of hours would end later


def test_a_clock_that_has_only_school_days_counts_only_them():
    due = {each.key: each.due for each in clocks(POLICY, "low", at("2026-03-17 09:00"), None)}
    assert due["contact"] == at("2026-03-31 09:00")  # five school days over the holidays and a weekend: 18, 26, 27, 30, 31


# receipts ----------------------------------------------------------------------------------------------------------


class History:
    """Cases as events in a store, decided by random concerns and decisions; no two runs of a seed differ."""

    def __init__(self, seed):
        self.chance, self.store, self.number, self.cases = random.Random(seed), InMemoryEventStore(), 0, []

    async def do(self, case, command):
        self.number += 1
        cause = derived_id(TANGGAP, "history", self.number)
        loaded = await load(self.store, CASE, f"case-{case}")
        events = CASE.decide(command, loaded.state)
        if events:
            await self.store.append(Item((write(CASE, loaded, events, Occasion("x", "smp1", NOW, cause, cause)),)))

    def concern(self, case, **told):
        self.number += 1
        categories = tuple(self.chance.sample(list(POLICY.categories), self.chance.randint(1, 3)))
        facts = {fact: self.chance.random() < 0.2 for fact in self.chance.sample(list(POLICY.facts), 3)}
        kind = self.chance.choice(("need", "incident"))
        known = {"student": case, "categories": categories, "facts": facts, "kind": kind} | told
        return ConcernRaised(**(raised(f"c-{self.number}").model_dump() | known))

    async def take(self, case, moment=NOW, **told):
        command = take(self.concern(case, **told), at=moment)
        await self.do(case, command.model_copy(update={"case": case}))

    async def decide(self, case, person=None):
        """A referral decision as the API makes it: what the policy says of the case's own inputs."""
        state = (await load(self.store, CASE, f"case-{case}")).state
        tried = {f"s-{place}": self.chance.choice(("helped", "failed", "open")) for place in range(self.chance.randint(0, 4))}
        categories = tuple(dict.fromkeys(each for strand in state.strands for each in strand.concern.categories))
        inputs = ReferralInputs(
            urgency=state.urgency, categories=categories, tried=tried, consent=self.chance.choice(("given", "refused", "unknown"))
        )
        told = recommend(POLICY, inputs)
        command = DecideReferral(
            decision=f"d-{self.number}", policy=POLICY.id, policy_version=POLICY.version, inputs=inputs, recommendation=told.recommendation,
            rules=told.rules, alternatives=told.alternatives, chosen=person or told.recommendation, by=COUNSELLOR, reason=words() if person else None,
        )  # fmt: skip
        await self.do(case, command)

    async def fill(self, cases):
        for place in range(cases):
            case = f"k-{place}"
            self.cases.append(case)
            for nth in range(self.chance.randint(1, 4)):
                await self.take(case, later(days=self.chance.randint(0, 50) + 10 * nth))
            if self.chance.random() < 0.5:
                level = self.chance.choice(("low", "medium", "high", "emergency"))
                said = {"decision": f"p-{place}", "reason": words(), "by": COUNSELLOR, "policy": POLICY, "at": NOW}
                await self.do(case, SetUrgency(urgency=level, **said))
            await self.decide(case, self.chance.choice((None, "monitor")))

    async def receipts(self):
        """Every decision receipt of the machine, as it stands in the store."""
        page = await self.store.replay(0, types=("urgency-decided", "referral-decided"), limit=1_000_000)
        told = [(stream, kind, json.loads(body)) for stream, kind, body in zip(page.streams, page.types, page.bodies, strict=True) if kind]
        return [each for each in told if each[2]["inputs"] is not None]


@pytest.mark.anyio
async def test_every_receipt_in_a_history_derives_again_exactly_from_its_policy_and_inputs():
    history = History(7)
    await history.fill(120)
    receipts = await history.receipts()
    levels: dict[str, str] = {}
    for stream, kind, body in receipts:
        policy = policy_of(body["policy"], body["policy_version"])
        if kind == "referral-decided":
            told = recommend(policy, ReferralInputs.model_validate(body["inputs"]))
            assert (told.recommendation, list(told.rules), list(told.alternatives)) == (body["recommendation"], body["rules"], body["alternatives"])
        else:
            told = triage(policy, TriageInputs.model_validate(body["inputs"]))
            assert list(told.rules) == body["rules"]
            order = ("low", "medium", "high", "emergency")
            assert body["urgency"] == max(told.urgency, levels.get(stream, "low"), key=order.index)
            levels[stream] = body["urgency"]
    assert {kind for _, kind, _ in receipts} == {"urgency-decided", "referral-decided"}
    assert len(receipts) > 300


# what-if -----------------------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_the_policy_in_force_over_a_whole_history_changes_nothing():
    history = History(11)
    await history.fill(80)
    told = await replay(history.store, POLICY)
    assert told.decisions == len(await history.receipts())
    assert [change for change in told.changes if change.what == "referral"] == []
    assert told.changes == []


@pytest.mark.anyio
async def test_a_draft_that_changes_one_category_changes_exactly_the_decisions_of_that_category():
    history = History(13)
    for place, category in enumerate(list(POLICY.categories) * 3):
        await history.take(f"k-{place}", categories=(category,), facts={"fear": False, "repeated": False, "injury": False}, kind="need")
    before = [body["decision"] for _, _, body in await history.receipts() if body["inputs"]["categories"] == ["learning"]]
    told = await replay(history.store, draft(('"learning" = "low"', '"learning" = "high"')))
    assert len(before) == 3
    assert [change.decision for change in told.changes] == before
    assert {(change.what, change.before, change.after) for change in told.changes} == {("urgency", "low", "high")}


@pytest.mark.anyio
async def test_wider_repeat_days_of_a_draft_are_counted_anew_and_narrower_ones_too():
    history = History(17)
    same = {"categories": ("truancy",), "facts": {}, "kind": "incident"}
    for moment in (NOW, later(days=20), later(days=65)):
        await history.take("k-1", moment, **same)
    receipts = [body["inputs"]["repeats"] for _, _, body in await history.receipts()]
    assert receipts == [0, 1, 0]
    assert [body["urgency"] for _, _, body in await history.receipts()] == ["low", "medium", "medium"]
    wide = await replay(history.store, draft(("repeat_days = 30", "repeat_days = 60")))
    assert wide.changes == []  # the second raised the case; the third, now a repeat too, raises it no higher
    narrow = await replay(history.store, draft(("repeat_days = 30", "repeat_days = 10")))
    assert [(change.before, change.after, change.rules) for change in narrow.changes] == [("medium", "low", ("category:truancy=low",))] * 2
    await history.take("k-2", NOW, **same)
    await history.take("k-2", later(days=45), **same)
    wide = await replay(history.store, draft(("repeat_days = 30", "repeat_days = 60")))
    assert [(change.case, change.before, change.after) for change in wide.changes] == [("k-2", "low", "medium")]
    assert wide.changes[0].rules == ("category:truancy=low", "repeat:1=+1")


@pytest.mark.anyio
async def test_no_draft_changes_what_a_person_decided():
    history = History(19)
    await history.take("k-1", categories=("learning",), facts={}, kind="need")
    said = {"decision": "p-1", "reason": words(), "by": COUNSELLOR, "policy": POLICY, "at": NOW}
    await history.do("k-1", SetUrgency(urgency="emergency", **said))
    await history.decide("k-1", "monitor")
    told = await replay(history.store, draft(('"learning" = "low"', '"learning" = "high"'), ("failed_strategies = 2", "failed_strategies = 1")))
    assert [change.decision for change in told.changes if change.decision == "p-1"] == []
    assert [(change.before, change.after) for change in told.changes if change.what == "urgency"] == [("low", "high")]
    assert [change for change in told.changes if change.what == "referral"] == []  # the policy says what it said: the person chose otherwise


@pytest.mark.anyio
async def test_a_replay_stores_nothing_and_says_how_far_it_is():
    history = History(23)
    await history.fill(20)
    before, reached = list(history.store.events), []
    first = await replay(history.store, draft(('"bullying" = "medium"', '"bullying" = "emergency"')), reached.append)
    again = await replay(history.store, draft(('"bullying" = "medium"', '"bullying" = "emergency"')))
    assert history.store.events == before
    assert reached == sorted(reached)
    assert reached[-1] == len(before)
    assert (first.decisions, first.changes, first.workload) == (again.decisions, again.changes, again.workload)
    assert first.changes


def test_a_replay_of_no_history_is_empty():
    told = WhatIf(POLICY)
    assert (told.decisions, told.changes, dict(told.workload)) == (0, [], {})
    assert isinstance(told.draft, Policy)


# over the API ------------------------------------------------------------------------------------------------------


async def ask(cases, who, text):
    return await cases.client.post("/cases/api/policies/replay", headers=who, content=text.encode())


async def stored(cases):
    """How much there is of everything that a replay could leave behind."""
    tables = ("event", "idempotency_key", "case_list_v1", "worklist_v1", "fact_v1", "strand_v1", "read_log", "view_checkpoint")
    known = {row[0] for row in await cases.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'cases'")}
    return {table: (await cases.sql(f"SELECT count(*) FROM {table}"))[0][0] for table in tables if table in known}


@pytest.mark.anyio
async def test_the_api_replays_a_draft_and_stores_nothing(cases):
    school = await cases.school()
    case = await school.concern(categories=("learning",), facts={})
    other = await school.concern("other-student", categories=("career",), facts={})
    before = await stored(cases)
    answer = await ask(cases, cases.duty, changed(('"learning" = "low"', '"learning" = "high"')))
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [(each["case"], each["before"], each["after"], each["what"]) for each in told["changes"] if each["school"] == school.id] == [
        (case, "low", "high", "urgency")
    ]
    assert other not in answer.text
    year, week, _ = datetime.now(UTC).isocalendar()
    (workload,) = [each for each in told["workload"] if each["school"] == school.id]
    assert workload["week"] == f"{year}-W{week:02}"
    assert (workload["before"], workload["after"]) == ({"low": 2, "high": 0}, {"low": 1, "high": 1})
    assert told["changed"] == sum(each["count"] for each in told["kinds"]) == len(told["changes"])
    assert await stored(cases) == before
    assert len(before) > 5
    unchanged = (await ask(cases, cases.duty, TEXT)).json()
    assert (unchanged["changed"], unchanged["changes"]) == (0, [])
    assert unchanged["decisions"] == told["decisions"] >= 2


@pytest.mark.anyio
async def test_an_officer_s_replay_shows_no_single_case_and_no_small_cell(cases):
    school = await cases.school()
    made = [await school.concern(f"student-{place}", categories=("learning",), facts={}) for place in range(6)]
    made.append(await school.concern("career", categories=("career",), facts={}))
    draft = changed(('"learning" = "low"', '"learning" = "high"'))
    whole, answer = (await ask(cases, cases.duty, draft)).json(), await ask(cases, cases.officer, draft)
    told = answer.json()
    assert not any(case in answer.text for case in made)
    assert told["changes"] == []
    assert {name: told[name] for name in ("decisions", "changed", "kinds")} == {name: whole[name] for name in ("decisions", "changed", "kinds")}
    (week,) = [each for each in told["workload"] if each["school"] == school.id]
    assert (week["before"], week["after"]) == ({"low": "suppressed", "high": 0}, {"low": "<5", "high": "suppressed"})


@pytest.mark.anyio
async def test_the_api_refuses_a_wrong_draft_with_its_line_and_key(cases):
    answer = await ask(cases, cases.officer, changed(('zone = "Asia/Jakarta"', 'zone = "WIB"')))
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "/calendar/zone", "code": "value_error"}]
    line = next(number for number, text in enumerate(TEXT.splitlines(), start=1) if text.startswith("zone = "))
    assert f"line {line}: calendar.zone" in answer.json()["detail"]
    for text in ("", "[", "\ufffd = 1"):
        assert (await ask(cases, cases.officer, text)).status_code == 422


@pytest.mark.anyio
async def test_a_replay_of_the_whole_district_is_nobody_s_at_a_school(cases):
    school = await cases.school()
    for who in (school.counsellor, school.coordinator, school.principal, school.teacher):
        assert (await ask(cases, who, TEXT)).status_code == 403
    assert (await cases.client.post("/cases/api/policies/replay", content=TEXT.encode())).status_code == 401
