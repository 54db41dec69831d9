"""Before a school's new year begins, intake asks which students have an open case: as far as whoever confirms it may know (ADR 70)."""

import pytest

from shared.open_cases import OpenCase, OpenCases
from tests.cases.desk import accused
from tests.cases.moving_about import concern_at

pytestmark = pytest.mark.anyio


async def asked(cases, school, *students: str) -> OpenCases:
    body = {"reader": school.named("coordinator"), "school": school.id, "students": list(students)}
    answer = await cases.client.post("/cases/api/school-year/open-cases", json=body, headers=cases.service)
    assert answer.status_code == 200, answer.text
    return OpenCases.model_validate(answer.json())


async def test_every_open_case_of_these_students_is_named_with_its_keeper(cases):
    here, there = await cases.school(), await cases.school()
    kept, closed, other = await here.case("ani"), await here.case("budi"), await here.case("citra")
    await cases.done(closed, "close", here.counsellor, outcome_class="helped", task_reviewed="x")
    told = await asked(cases, here, here.named("ani"), here.named("budi"))
    assert told == OpenCases(cases=(OpenCase(case=kept, student=here.named("ani"), keeper=here.named("counsellor")),))
    assert (await asked(cases, there, here.named("ani"))).cases == ()
    assert [each.case for each in (await asked(cases, here, here.named("citra"))).cases] == [other]


async def test_whoever_is_named_in_a_case_is_not_told_that_there_is_one(cases):
    here = await cases.school()
    await here.case("dian")
    await concern_at(cases, here.named("dian"), here, people=(accused(here.named("coordinator")),))
    assert (await asked(cases, here, here.named("dian"))).cases == ()
