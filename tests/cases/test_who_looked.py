"""The record of reads is shown to those whom the matrix lets see it (domain.md, Who is who)."""

import httpx
import pytest

from services.cases.reading.reads import Reads

pytestmark = pytest.mark.anyio


async def test_a_case_says_who_looked_when_and_why(cases):
    school = await cases.school()
    case = await school.case()
    assert (await cases.get(f"cases/{case}", school.counsellor)).status_code == 200
    assert (await cases.get(f"cases/{case}", school.coordinator, reason="supervision")).status_code == 200
    told = (await cases.get(f"cases/{case}/reads", school.counsellor)).json()
    shown = [(each["reader"], each["what"], each["reason"]) for each in told["items"]]
    assert shown == [(school.named("coordinator"), "case", "supervision"), (school.named("counsellor"), "case", None)]
    assert told["next"] is None


async def test_it_is_read_page_by_page_and_looking_at_it_is_no_reading(cases):
    school = await cases.school()
    case = await school.case()
    for _ in range(3):
        await cases.get(f"cases/{case}", school.counsellor)
    first = (await cases.get(f"cases/{case}/reads", school.counsellor, limit=2)).json()
    rest = (await cases.get(f"cases/{case}/reads", school.counsellor, limit=2, cursor=first["next"])).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    assert not {each["read_at"] for each in first["items"]} & {each["read_at"] for each in rest["items"]}


async def test_whoever_is_not_to_know_of_the_case_learns_nothing_of_its_readers(cases):
    school, elsewhere = await cases.school(), await cases.school()
    case = await school.case()
    await cases.get(f"cases/{case}", school.counsellor)
    assert (await cases.get(f"cases/{case}/reads", elsewhere.counsellor)).status_code == 404
    assert (await cases.get(f"cases/{case}/reads", school.teacher)).status_code == 403
    assert (await cases.get(f"cases/{case}/reads", cases.who("auditor", "auditor"))).status_code == 200


async def test_the_student_who_asks_is_told_of_every_case_that_they_had(cases):
    school = await cases.school()
    case, other = await school.case(), await school.case("another")
    await cases.get(f"cases/{case}", school.counsellor)
    await cases.get(f"cases/{other}", school.counsellor)
    reads = Reads(cases.kernel.database, cases.kernel.store)
    assert [(each.reader, each.case) for each in await reads.of_student(school.named("student"))] == [(school.named("counsellor"), case)]
    assert await reads.of_student("nobody") == []


async def test_the_page_names_the_reader_and_asks_a_coordinator_for_the_reason(cases):
    school = await cases.school()
    case = await school.case()
    await cases.get(f"cases/{case}", school.counsellor)

    async def page(who: dict[str, str], **query: str) -> httpx.Response:
        return await cases.client.get(f"/cases/cases/{case}/pembaca", headers=who | {"accept": "text/html"}, params=query)

    seen = await page(school.counsellor)
    assert (seen.status_code, "</time>counsellor</li>" in seen.text) == (200, True)
    asked = await page(school.coordinator)
    assert f'action="/cases/cases/{case}/pembaca"' in asked.text
    assert (await page(school.coordinator, reason="complaint")).status_code == 200
