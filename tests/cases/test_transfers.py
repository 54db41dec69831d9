"""A transfer is asked, received, declined or withdrawn, in one stream; afterwards the case is the new school's (domain page, "People come and go")."""

import asyncio
from datetime import UTC, datetime

import pytest

from tests.cases.asking import climbed, refused_by_name
from tests.cases.desk import soon
from tests.cases.moving_about import EMERGENCY, expected, moves, told

pytestmark = pytest.mark.anyio

CLOSING = {"outcome_class": "transferred", "task_reviewed": "x"}


async def asked(cases, here, there, case):
    await cases.done(case, "transfer-case", here.counsellor, to=there.id, reason="Pindah rumah")


async def test_row_12_a_school_that_does_not_exist_is_422_with_its_field(cases):
    here = await cases.school()
    case = await here.case()
    for nowhere in ("sekolah-mana", "", here.id.upper()):
        answer = await cases.act(case, "transfer-case", here.counsellor, to=nowhere, reason="x")
        assert answer.status_code == 422
        assert [each["pointer"] for each in answer.json()["errors"]] == ["/to"]
    assert await cases.events(case, "case-transfer-asked") == []


async def test_row_12_a_transfer_is_withdrawn_with_a_reason_and_closing_works_after(cases):
    here, there = await cases.school(), await cases.school()
    case = await here.case()
    assert refused_by_name(await cases.act(case, "withdraw-transfer", here.counsellor, reason="x")) == "no-transfer-waits"
    await asked(cases, here, there, case)
    assert (await cases.act(case, "withdraw-transfer", here.counsellor)).status_code == 422, "a reason is given"
    assert (await cases.act(case, "withdraw-transfer", there.counsellor, reason="x")).status_code == 403
    await cases.done(case, "withdraw-transfer", here.counsellor, reason="Keluarga tetap tinggal")
    assert await told(cases, case, "school-to-be-told", "school", "message") == [(there.id, "transfer-asked"), (there.id, "transfer-withdrawn")]
    assert (await cases.get(f"cases/{case}", there.counsellor)).status_code == 404
    await cases.done(case, "close", here.counsellor, **CLOSING)


async def test_row_12_a_transfer_is_declined_with_a_reason_and_who_asked_hears(cases):
    here, there = await cases.school(), await cases.school()
    case = await here.case()
    await asked(cases, here, there, case)
    assert refused_by_name(await cases.act(case, "decline-transfer", here.counsellor, reason="x")) == "not-asked-for-transfer"
    await cases.done(case, "decline-transfer", there.coordinator, reason="Murid tidak terdaftar")
    assert (await told(cases, case, "staff-to-be-told", "person", "message"))[-1] == (here.named("counsellor"), "transfer-declined")
    assert "transfer-receipt" not in await expected(cases, case, here.counsellor)
    await cases.done(case, "close", here.counsellor, **CLOSING)


async def test_after_a_decline_the_case_of_a_student_who_is_there_is_still_to_be_settled(cases):
    here, there = await cases.school(), await cases.school()
    case = await here.case()
    await moves(cases, here.named("student"), there)
    await asked(cases, here, there, case)
    assert set(await expected(cases, case, here.counsellor)) & {"transfer", "transfer-receipt"} == {"transfer-receipt"}
    await cases.done(case, "decline-transfer", there.counsellor, reason="x")
    assert (await expected(cases, case, here.counsellor))["transfer"] == here.named("counsellor")


async def test_repeated_and_crossing_commands_are_decided_in_one_stream(cases):
    here, there, elsewhere = [await cases.school() for _ in range(3)]
    case = await here.case()
    await asked(cases, here, there, case)
    await asked(cases, here, there, case)
    assert len(await cases.events(case, "case-transfer-asked")) == 1
    answer = await cases.act(case, "transfer-case", here.counsellor, to=elsewhere.id, reason="x")
    assert refused_by_name(answer) == "transfer-waiting"
    both = await asyncio.gather(
        cases.act(case, "withdraw-transfer", here.counsellor, reason="x"), cases.act(case, "receive-transfer", there.counsellor)
    )  # fmt: skip
    assert sorted(each.status_code == 200 for each in both) == [False, True]
    received = both[1].status_code == 200
    events = await cases.sql(
        "SELECT type FROM event WHERE stream = %s AND type = ANY (%s)", f"case-{case}", ["transfer-withdrawn", "case-transferred"]
    )
    assert events == [("case-transferred" if received else "transfer-withdrawn",)]


async def test_after_the_receipt_owner_clocks_and_alerts_are_the_new_school_s_and_somebody_there_takes_it(cases):
    here, there = await cases.school(), await cases.school()
    case = await here.case(**EMERGENCY)
    await cases.done(case, "assign", here.coordinator, to=here.named("counsellor"))
    await here.ask(case, minutes=5)
    await asked(cases, here, there, case)
    await cases.done(case, "receive-transfer", there.principal)
    assert (await told(cases, case, "alerts-passed-on", "school", "to_school", "by"))[-1] == (here.id, there.id, there.named("principal"))
    assert (await told(cases, case, "case-triaged", "school", "urgency"))[-1] == (there.id, "emergency")
    seen = (await cases.get(f"cases/{case}", there.counsellor)).json()
    assert (seen["assignee"], seen["acknowledged_by"]) == (None, None)
    due = {each["what"]: each for each in seen["deadlines"]}
    assert {each["owner"] for each in due.values()} == {None}
    assert due["acknowledge"]["due"] > datetime.now(UTC).isoformat()
    (row,) = [each for each in (await cases.get("cases", there.coordinator)).json()["items"] if each["id"] == case]
    assert (row["acknowledged_by"], row["assignee"]) == (None, None)
    assert {each["owner"] for each in await there.listed("today", there.coordinator) if each["case"] == case} == {None}
    await cases.done(case, "acknowledge", there.counsellor)
    assert len(await cases.events(case, "case-acknowledged")) == 2
    assert (await told(cases, case, "case-acknowledged", "by", "school"))[-1] == (there.named("counsellor"), there.id)
    assert "acknowledge" not in await expected(cases, case, there.counsellor)


async def test_who_has_worked_the_emergency_there_has_the_case_with_the_receipt(cases):
    here, there = await cases.school(), await cases.school()
    case = await here.concern(**EMERGENCY)
    await moves(cases, here.named("student"), there)
    await cases.done(case, "acknowledge", there.counsellor)
    await asked_by_duty(cases, there, case)
    alerts = len(await cases.events(case, "case-triaged"))
    await cases.done(case, "receive-transfer", there.principal)
    seen = (await cases.get(f"cases/{case}", there.counsellor)).json()
    assert (seen["school"], seen["student_at"], seen["acknowledged_by"]) == (there.id, None, there.named("counsellor"))
    assert len(await cases.events(case, "case-triaged")) == alerts, "nobody is asked twice"


async def asked_by_duty(cases, there, case):
    await there.taken_over(case)
    await cases.done(case, "transfer-case", cases.duty, to=there.id, reason="x")


async def test_a_receipt_is_expected_of_the_school_that_was_asked_and_its_ladder_hears_of_the_delay(cases):
    here, there = await cases.school(), await cases.school()
    case = await here.case()
    await cases.done(case, "transfer-case", here.counsellor, to=there.id, reason="x", happened_at=soon(days=-9))
    await climbed(cases, case)
    assert (await told(cases, case, "work-overdue", "school", "what"))[0] == (there.id, "transfer-receipt")
    assert [(each["case"], each["what"]) for each in await there.listed("overdue", there.coordinator)] == [(case, "transfer-receipt")]
    assert [each["what"] for each in await here.listed("overdue", here.coordinator)] == []


async def test_a_student_who_really_comes_back_is_alerted_where_they_came_back_to(cases):
    """The roster knew of the move before the receipt, so what it says afterwards is no older export."""
    here, there = await cases.school(), await cases.school()
    case, student = await here.case(), here.named("student")
    await moves(cases, student, there)
    await asked(cases, here, there, case)
    await cases.done(case, "receive-transfer", there.counsellor)
    assert await here.concern(**EMERGENCY) == case
    assert (await told(cases, case, "case-triaged", "school"))[-1] == (here.id,)
    assert "transfer" in await expected(cases, case, there.counsellor)


async def test_the_roster_may_be_later_than_the_receipt_and_the_case_is_not_asked_back(cases):
    here, there = await cases.school(), await cases.school()
    case, student = await here.case(), here.named("student")
    await asked(cases, here, there, case)
    await cases.done(case, "receive-transfer", there.counsellor)
    assert await here.concern(**EMERGENCY) == case, "the export still has the student at the old school"
    assert (await told(cases, case, "case-triaged", "school"))[-1] == (there.id,)
    assert "transfer" not in await expected(cases, case, there.counsellor)
    await moves(cases, student, there)
    await moves(cases, student, here)
    assert "transfer" in await expected(cases, case, there.counsellor), "now the student really is back"
