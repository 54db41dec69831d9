"""Bringing in what runs on paper, over HTTP: who may, what is found first, what two at once come to (people.md, The desk)."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cases.desk import School, soon
from tests.cases.test_reports import row_of

pytestmark = pytest.mark.anyio


def body(school: School, **told: Any) -> dict[str, Any]:
    known = {
        "student": school.named("student"), "role": "affected", "kind": "incident", "categories": ["bullying"], "urgency": "medium",
        "text": "Kenari dari map", "to": school.named("counsellor"), "services": [{"strategy": "counselling", "at": soon(days=-20), "words": "Kenari bicara"}],
        "next_step": "Kenari bertemu ibu", "next_by": soon(days=3), "happened_at": soon(days=-40),
    }  # fmt: skip
    return known | told


async def brought_in(school: School, who: dict[str, str], status: int = 200, key: str | None = None, **told: Any) -> dict[str, Any]:
    answer = await school.desk.post(f"schools/{school.id}/bring-in", who, key=key, **body(school, **told))
    assert answer.status_code == status, answer.text
    told_back: dict[str, Any] = answer.json()
    return told_back


async def test_a_case_is_brought_in_dated_back_with_its_next_step_and_without_an_alert(cases):
    school = await cases.school()
    await school.person("student", "student")
    since = datetime.now(UTC) - timedelta(days=40)
    case = (await brought_in(school, school.counsellor, happened_at=since.isoformat()))["case"]
    told = (await cases.get(f"cases/{case}", school.counsellor)).json()
    assert (told["state"], told["assignee"], told["urgency"]) == ("in-progress", school.named("counsellor"), "medium")
    assert [each["what"] for each in told["deadlines"]] == ["next-step"]
    assert told["strands"][0]["text"] == "Kenari dari map"
    rows = await cases.sql("SELECT type, happened_at, recorded_at > now() - interval '1 minute' FROM event WHERE stream = %s", f"case-{case}")
    assert {row[1] for row in rows} == {since}
    assert all(row[2] for row in rows)
    assert {"case-triaged", "concern-joined-case"}.isdisjoint(row[0] for row in rows)
    assert "Kenari" not in str(await cases.sql("SELECT body FROM event WHERE stream = %s", f"case-{case}"))


async def test_it_stands_on_the_lists_of_whoever_has_it_from_the_day_it_began(cases):
    school = await cases.school()
    await school.person("student", "student")
    case = (await brought_in(school, school.coordinator))["case"]
    await cases.caught_up()
    (row,) = (await cases.get("cases", school.counsellor)).json()["items"]
    assert (row["id"], row["state"], row["assignee"]) == (case, "in-progress", school.named("counsellor"))
    assert datetime.fromisoformat(row["opened_at"]) < datetime.now(UTC) - timedelta(days=39)
    assert [each["what"] for each in await school.listed("waiting-for-me", school.counsellor)] == ["next-step"]


async def test_the_figures_count_them_as_cases_and_neither_as_reports_nor_as_answers(cases):
    school = await cases.school()
    for number in range(5):
        await school.person(f"student-{number}", "student")
        await brought_in(school, school.counsellor, student=school.named(f"student-{number}"), services=[], happened_at=soon(minutes=-5))
    await cases.caught_up()
    row = await row_of(cases, school)
    assert (row["cases"], row["minutes_to_acknowledge"], [each["warning"] for each in row["warnings"]]) == ("5-9", None, ["no-reports"])


async def test_the_student_s_open_case_is_found_first_and_nobody_gets_two(cases):
    school = await cases.school()
    await school.case()
    assert (await brought_in(school, school.counsellor, 409))["type"].endswith("student-has-open-case")


async def test_two_at_once_are_one_case_and_the_same_request_is_one_act(cases):
    school = await cases.school()
    await school.person("student", "student")
    both = [cases.post(f"schools/{school.id}/bring-in", who, **body(school)) for who in (school.counsellor, school.coordinator)]
    answers = await asyncio.gather(*both)
    assert sorted(each.status_code for each in answers) == [200, 409]
    await school.person("second", "student")
    said = {"student": school.named("second"), "happened_at": "2026-09-14T00:00:00+07:00", "services": [], "next_by": soon(days=5)}
    first, again = [await brought_in(school, school.counsellor, key="k-1", **said) for _ in range(2)]
    assert first == again


async def test_a_concern_that_comes_later_joins_it(cases):
    school = await cases.school()
    await school.person("student", "student")
    case = (await brought_in(school, school.counsellor))["case"]
    assert await school.concern() == case


async def test_what_was_read_and_ended_is_no_news_to_intake(cases):
    school = await cases.school()
    await school.person("student", "student")
    case = (await brought_in(school, school.counsellor))["case"]
    await cases.done(case, "close", school.counsellor, outcome_class="helped", task_reviewed="Kenari")
    assert (await cases.get(f"cases/{case}", school.counsellor)).json()["state"] == "closed"


# refused -------------------------------------------------------------------------------------------------------------


async def test_only_counsellors_and_coordinators_of_the_school_bring_in(cases):
    school, elsewhere = await cases.school(), await cases.school()
    await school.person("student", "student")
    for who, status in ((school.principal, 403), (school.teacher, 403), (cases.duty, 403), (elsewhere.counsellor, 404)):
        await brought_in(school, who, status)


async def test_whoever_has_it_and_whom_the_file_accuses_are_checked(cases):
    school, elsewhere = await cases.school(), await cases.school()
    await school.person("student", "student")
    for told, pointer in (
        ({"to": school.named("homeroom")}, "/to"),
        ({"to": elsewhere.named("counsellor")}, "/to"),
        ({"accused": ["x"]}, "/accused/0"),
    ):
        assert [each["pointer"] for each in (await brought_in(school, school.counsellor, 422, **told))["errors"]] == [pointer]
    refused = await brought_in(school, school.counsellor, 409, accused=[school.named("counsellor")])
    assert refused["type"].endswith("person-in-conflict")


async def test_a_student_of_another_school_is_entered_there(cases):
    school, elsewhere = await cases.school(), await cases.school()
    await elsewhere.person("student", "student")
    refused = await brought_in(school, school.counsellor, 409, student=elsewhere.named("student"))
    assert refused["type"].endswith("student-at-another-school")


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"next_by": soon(days=-1)}, 409),
        ({"happened_at": soon(days=2)}, 422),
        ({"categories": []}, 422),
        ({"urgency": "sangat"}, 422),
        ({"services": [{"strategy": "counselling", "at": "kemarin"}]}, 422),
        ({"services": [{"strategy": "counselling", "at": soon(days=-20)}] * 51}, 422),
        ({"text": "x" * 20_001}, 422),
        ({"student": "tidak ada"}, 422),
        ({"to": None}, 422),
    ],
)
async def test_bad_input_is_refused_and_stores_nothing(cases, told, status):
    school = await cases.school()
    await school.person("student", "student")
    refused = await brought_in(school, school.counsellor, status, **told)
    assert "Kenari" not in json.dumps(refused)
    assert await cases.sql("SELECT FROM event WHERE school = %s AND type = 'case-opened'", school.id) == []
