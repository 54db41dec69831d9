"""A draft policy over the history of a store, and over the API: receipts give the same decisions again, and only the expected decisions change."""

from datetime import UTC, datetime

import pytest

from services.cases.domain.case.strands import SetUrgency
from services.cases.domain.steps.policy import Policy
from services.cases.domain.steps.triage import ReferralInputs, TriageInputs, recommend, triage
from services.cases.domain.steps.whatif import WhatIf
from services.cases.policies import policy_of
from services.cases.reading.what_if import replay
from tests.cases.drafts import TEXT, History, changed, draft
from tests.cases.people import COUNSELLOR, NOW, POLICY, later, step, words


@pytest.mark.anyio
async def test_every_receipt_in_a_history_derives_again_exactly_from_its_policy_and_inputs():
    history = History(7)
    await history.fill(120)
    receipts = await history.receipts()
    levels: dict[str, str] = {}
    for stream, kind, body in receipts:
        policy = policy_of(body["policy"], body["policy_version"])
        assert policy
        if kind == "referral-decided":
            told = recommend(policy, ReferralInputs.model_validate(body["inputs"]))
            assert (told.recommendation, list(told.rules), list(told.alternatives)) == (body["recommendation"], body["rules"], body["alternatives"])
        else:
            level = triage(policy, TriageInputs.model_validate(body["inputs"]))
            assert list(level.rules) == body["rules"]
            order = ("low", "medium", "high", "emergency")
            assert body["urgency"] == max(level.urgency, levels.get(stream, "low"), key=order.index)
            levels[stream] = body["urgency"]
    assert {kind for _, kind, _ in receipts} == {"urgency-decided", "referral-decided"}
    assert len(receipts) > 300


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
    await history.do("k-1", step(SetUrgency, urgency="emergency", decision="p-1", reason=words(), by=COUNSELLOR, policy=POLICY, at=NOW))
    await history.decide("k-1", "monitor")
    told = await replay(history.store, draft(('"learning" = "low"', '"learning" = "high"'), ("failed_strategies = 2", "failed_strategies = 1")))
    assert [change.decision for change in told.changes if change.decision == "p-1"] == []
    assert [(change.before, change.after) for change in told.changes if change.what == "urgency"] == [("low", "high")]
    assert [change for change in told.changes if change.what == "referral"] == []  # the policy says what it said: the person chose otherwise


@pytest.mark.anyio
async def test_a_replay_stores_nothing_and_says_how_far_it_is():
    history = History(23)
    await history.fill(20)
    before, reached = list(history.store.events), list[int]()
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
    assert (whole["decisions"], whole["changed"], [each["count"] for each in whole["kinds"]]) == (9, 7, [7])
    assert (told["decisions"], told["changed"], [each["count"] for each in told["kinds"]]) == ("5-9", "5-9", ["5-9"]), "in steps of five"
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
