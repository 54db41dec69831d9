"""Lists over HTTP: who finds which case, in what order; and a rebuild gives the same."""

import json
from typing import Any

import pytest

from services.cases.commands.examples import example
from services.cases.commands.routes import GIVEN as CASE_COMMANDS
from services.cases.reading.projecting import TABLES
from shared.testing import eventually
from tests.cases.asking import climbed, faults, formed, sent
from tests.cases.desk import accused, soon

pytestmark = pytest.mark.anyio


async def walked(cases, path, who, **query):
    """All pages of a list."""
    found: list[dict[str, Any]] = []
    cursor, pages = None, 0
    while pages == 0 or cursor:
        told = (await cases.get(path, who, **query | ({"cursor": cursor} if cursor else {}))).json()
        found, cursor, pages = found + told["items"], told["next"], pages + 1
        assert pages < 50
    return found, pages


async def test_the_lists_name_themselves_in_both_languages(cases):
    school = await cases.school()
    told = (await cases.get("lists", school.teacher)).json()["items"]
    names = {
        "today", "overdue", "unidentified", "waiting-for-me", "commitments", "referrals-without-answer", "new-words", "ladder", "unacknowledged",
        "without-an-owner", "leaving", "arrivals", "appointments", "evaluations", "answers", "approvals", "rulings",
    }  # fmt: skip
    assert {each["name"] for each in told} == names
    assert all(each["id"] != each["en"] for each in told)
    assert (await cases.get("lists/tomorrow", school.counsellor)).status_code == 422


async def test_today_shows_a_counsellor_their_own_work_and_a_coordinator_the_school_s(cases):
    school = await cases.school()
    case, other = await school.case(), await school.concern("student-2")
    await cases.done(other, "acknowledge", school.other)
    for each, who in ((case, school.counsellor), (other, school.other)):
        await cases.done(each, "agree-safety-plan", who, words="x", review_by=soon(minutes=-1))
        await cases.done(each, "wait-for-case", who, until=soon(days=40), what="x")
    mine = await school.listed("today", school.counsellor)
    assert [(each["case"], each["what"], each["overdue"]) for each in mine] == [(case, "safety-plan-review", True)]
    assert {each["case"] for each in await school.listed("today", school.coordinator) if each["owner"]} == {case, other}
    assert "waiting-ends" not in {each["what"] for each in await school.listed("today", school.coordinator)}


async def test_overdue_shows_what_is_late_of_the_whole_school_and_of_no_other(cases):
    school, elsewhere = await cases.school(), await cases.school()
    case = await school.case()
    late, soon_due = await school.ask(case, minutes=-20), await school.ask(case, days=3)
    for who in (school.counsellor, school.other, school.coordinator, school.principal):
        keys = [each["key"] for each in await school.listed("overdue", who)]
        assert keys == [f"{late}/answer"]
        assert soon_due not in json.dumps(keys)
    for who in (elsewhere.counsellor, elsewhere.principal):
        assert await school.listed("overdue", who) == []
        assert await school.listed("overdue", who, school=school.id) == []


async def test_waiting_for_me_is_everybody_s_own_and_for_a_teacher_the_only_list(cases):
    school = await cases.school()
    case = await school.case()
    asked = await school.ask(case)
    (mine,) = await school.listed("waiting-for-me", school.teacher)
    assert (mine["case"], mine["what"], mine["key"], mine["owner"]) == (case, "teacher-answer", f"{asked}/answer", school.named("homeroom"))
    assert await school.listed("waiting-for-me", school.other) == []
    for name in ("today", "overdue", "unidentified", "commitments", "referrals-without-answer", "ladder"):
        assert (await cases.get(f"lists/{name}", school.teacher)).status_code == 403, name
    await cases.done(case, "answer-as-teacher", school.teacher, activity=asked, answer="x")
    assert await school.listed("waiting-for-me", school.teacher) == []


async def test_commitments_and_referrals_without_an_answer_are_listed_until_they_are_kept_or_answered(cases):
    school = await cases.school()
    case = await school.case()
    conference = await school.conference(case)
    assert [(each["what"], each["owner"]) for each in await school.listed("commitments", school.counsellor)] == [
        ("commitment", school.named("principal"))
    ]
    assert [each["key"] for each in await school.listed("waiting-for-me", school.principal)] == [f"{conference}/k-1"]
    await cases.done(case, "keep-commitment", school.counsellor, activity=conference, commitment="k-1")
    assert await school.listed("commitments", school.counsellor) == []
    assert await school.listed("referrals-without-answer", school.counsellor) == []
    referral = await sent(cases, school, case)
    (waiting,) = await school.listed("referrals-without-answer", school.counsellor)
    assert (waiting["case"], waiting["what"]) == (case, "referral-answer")
    assert referral in waiting["key"]


async def test_unidentified_students_are_listed_until_they_are_matched(cases):
    school = await cases.school()
    case, known = await school.case(None), await school.case()
    assert [each["id"] for each in await school.listed("unidentified", school.counsellor)] == [case]
    assert known not in json.dumps(await school.listed("unidentified", school.coordinator))
    assert (await cases.get("lists/unidentified", cases.officer)).status_code == 403
    student = await school.person("student-9", "student")
    nobody = await cases.act(case, "match", school.counsellor, student="nobody")
    assert faults(nobody) == [("/student", "unknown-person")]
    await cases.done(case, "match", school.counsellor, student=student)
    assert await school.listed("unidentified", school.counsellor) == []


async def test_the_ladder_shows_what_climbed_and_it_is_all_that_an_officer_sees(cases):
    school = await cases.school()
    case, calm = await school.case(), await school.case("student-2")
    late = await school.ask(case, minutes=-20)
    await school.ask(calm, days=2)
    await climbed(cases, case)
    for who in (school.counsellor, school.coordinator, cases.officer, cases.duty):
        (told,) = await school.listed("ladder", who, school=school.id)
        assert (told["case"], told["key"], told["step"]) == (case, f"{late}/answer", 1)
    for name in ("today", "overdue", "ladder"):
        assert {each["case"] for each in await school.listed(name, cases.officer, school=school.id)} == {case}
    assert await school.listed("commitments", cases.officer, school=school.id) == []
    assert (await cases.get(f"cases/{case}", cases.officer)).json()["urgency"] == "medium", "escalated: its summary is the officer's"
    await cases.done(case, "answer-as-teacher", school.teacher, activity=late, answer="x")
    assert await school.listed("ladder", school.counsellor) == []


async def test_whoever_is_named_in_a_case_finds_it_in_no_list(cases):
    school = await cases.school()
    case = await school.case(people=(accused(school.named("other")),))
    await school.ask(case, minutes=-20)
    await climbed(cases, case)
    for name in ("overdue", "ladder"):
        assert len(await school.listed(name, school.counsellor)) == 1
        assert await school.listed(name, school.other) == []


async def test_a_list_is_paged_the_earliest_first_and_nothing_comes_twice(cases):
    school = await cases.school()
    case = await school.case()
    for minutes in (50, 10, 30, 20, 40, 20, 20):
        await school.ask(case, minutes=-minutes)
    whole, pages = await walked(cases, "lists/overdue", school.counsellor)
    assert (len(whole), pages) == (7, 1)
    assert [each["expected_at"] for each in whole] == sorted(each["expected_at"] for each in whole)
    for limit, expected in ((1, 7), (2, 4), (3, 3), (7, 1)):
        paged, pages = await walked(cases, "lists/overdue", school.counsellor, limit=limit)
        assert [each["key"] for each in paged] == [each["key"] for each in whole], limit
        assert pages == expected
    for wrong in ("x", "W10", "bm9uZQ", "WyIyMDI2Il0"):
        assert (await cases.get("lists/overdue", school.counsellor, cursor=wrong)).status_code == 422
    for wrong in ("0", "101", "x"):
        assert (await cases.get("lists/overdue", school.counsellor, limit=wrong)).status_code == 422


async def test_unidentified_students_and_cases_are_paged_the_newest_first(cases):
    school = await cases.school()
    made = [await school.concern(None) for _ in range(5)]
    for path in ("lists/unidentified", "cases"):
        paged, pages = await walked(cases, path, school.counsellor, limit=2)
        assert [each["id"] for each in paged] == made[::-1]
        assert pages == 3


async def snapshot(cases):
    """Everything in the generation that answers, whatever its number is."""
    answers = "(SELECT generation FROM view_checkpoint WHERE view = 'case_list_v2' AND state = 'answering')"
    query = "SELECT (to_jsonb(t) - 'generation')::text FROM {} t WHERE generation = {} ORDER BY 1"
    return {table: await cases.sql(query.format(table, answers)) for table in TABLES}


async def settled(cases):
    """No deadline is due: nothing comes in by itself."""

    async def nothing_due() -> bool:
        return not await cases.sql("SELECT 1 FROM worklist_v1 WHERE due <= clock_timestamp()")

    await eventually(nothing_due)
    await cases.caught_up()


async def test_a_rebuild_from_the_first_event_gives_what_was_live_in_all_four_tables(cases):
    school, there = await cases.school(), await cases.school()
    case = await school.case()
    for minutes in (-5, 60):
        await school.ask(case, minutes=minutes)
    await school.conference(case)
    await formed(cases, school)
    await cases.done(case, "set-urgency", school.counsellor, urgency="high", reason="x")
    await cases.done(case, "transfer-case", school.counsellor, to=there.id, reason="x")
    await cases.done(case, "receive-transfer", there.counsellor)
    away = {"person": school.named("other"), "away_from": soon(days=1), "away_until": soon(days=2)}
    assert (await cases.post(f"schools/{school.id}/record-leave", school.coordinator, **away)).status_code == 200
    await climbed(cases, case)
    await settled(cases)
    live = await snapshot(cases)
    assert all(live.values()), "every table has rows"
    assert set(live) == {"case_list_v1", "worklist_v1", "fact_v1", "strand_v1", "leave_v1"}
    answer = await cases.client.post("/cases/api/views/case_list_v2/rebuild", headers=cases.service)
    assert answer.status_code == 200
    rebuilt = await snapshot(cases)
    for table in TABLES:
        assert rebuilt[table] == live[table], table
    assert (
        answer.json()["events"] == (await cases.sql("SELECT position FROM view_checkpoint WHERE view = 'case_list_v2' AND state = 'answering'"))[0][0]
    )


def test_an_example_says_nothing_about_a_real_person():
    """The examples are synthetic: ids end in a number, words say that they are an example."""
    for command in CASE_COMMANDS:
        for name, field in command.model_fields.items():
            told = json.dumps(example(field.annotation, name))
            assert "@" not in told
            assert "+62" not in told
