"""`./tanggap rights PERSON CASE`: why somebody may or may not, in both languages, and nothing of what the case holds."""

import pytest

from tests.cases.desk import accused

pytestmark = pytest.mark.anyio


async def why(cases, case, person):
    answer = await cases.get(f"cases/{case}/rights", cases.service, person=person)
    assert answer.status_code == 200, answer.text
    assert "Kenari" not in answer.text
    return answer.json()


async def test_it_names_each_relation_with_its_reason_and_what_follows(cases):
    school = await cases.school()
    case = await school.case(people=(accused(school.named("principal")),))
    await cases.done(case, "assign", school.coordinator, to=school.named("counsellor"))
    for person, relations, level in (
        ("counsellor", ["assigned", "colleague"], "content"), ("other", ["colleague"], "summary"), ("coordinator", ["coordinator"], "content"),
        ("principal", ["named", "principal"], "nothing"), ("homeroom", [None], "nothing"), ("nobody-at-all", [None], "nothing"),
    ):  # fmt: skip
        told = await why(cases, case, school.named(person))
        assert ([each["relation"] for each in told["relations"]], told["sees"]["level"]) == (relations, level), person
        assert all(each["because"]["id"] != each["because"]["en"] for each in told["relations"])
    assert (await why(cases, case, school.named("coordinator")))["asks_why"] is True
    assert "work" in (await why(cases, case, school.named("counsellor")))["may"]
    assert (await why(cases, case, school.named("principal")))["may"] == []


async def test_it_is_for_whoever_runs_the_district_and_of_no_case_that_is_not_there(cases):
    school = await cases.school()
    case = await school.case()
    for who in (school.coordinator, cases.duty, cases.who("auditor", "auditor")):
        assert (await cases.get(f"cases/{case}/rights", who, person="x")).status_code == 403
    assert (await cases.get("cases/nothing/rights", cases.service, person="x")).status_code == 404
