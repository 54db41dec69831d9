"""A coordinator reads a colleague's case with a reason, and the record keeps it (domain.md, Who is who)."""

import pytest

from services.cases.rights import ReadingReasonNeeded

PARTS = ["", "/history", "/decisions", "/documents"]


async def test_a_colleagues_case_is_not_read_without_a_reason_and_nothing_is_recorded(cases):
    school = await cases.school()
    case = await school.case()
    for part in PARTS:
        answer = await cases.get(f"cases/{case}{part}", school.coordinator)
        assert answer.status_code == ReadingReasonNeeded.status, part
        assert answer.json()["type"] == "/problems/reading-reason-needed"
        assert "Kenari" not in answer.text
    assert await cases.sql("SELECT 1 FROM read_log WHERE case_id = %s", case) == []


@pytest.mark.parametrize("part", PARTS)
async def test_the_record_keeps_the_reason(cases, part):
    school = await cases.school()
    case = await school.case()
    answer = await cases.get(f"cases/{case}{part}", school.coordinator, reason="supervision")
    assert answer.status_code == 200
    kept = await cases.sql("SELECT reader, reason FROM read_log WHERE case_id = %s", case)
    assert set(kept) <= {(school.named("coordinator"), "supervision")}
    assert kept or part == "/documents"


async def test_a_reason_is_one_of_the_list_and_never_free_text(cases):
    school = await cases.school()
    case = await school.case()
    answer = await cases.get(f"cases/{case}", school.coordinator, reason="karena saya ingin tahu")
    assert answer.status_code == 422
    assert "ingin tahu" not in answer.text


async def test_whoever_has_the_case_or_a_case_that_nobody_has_is_asked_nothing(cases):
    school = await cases.school()
    nobodys = await school.concern()
    assert (await cases.get(f"cases/{nobodys}", school.coordinator)).status_code == 200
    await cases.done(nobodys, "acknowledge", school.coordinator)
    assert (await cases.get(f"cases/{nobodys}", school.coordinator)).status_code == 200
    assert (await cases.get(f"cases/{await school.case('other')}", school.counsellor)).status_code == 200


async def test_the_page_asks_and_then_opens(cases):
    school = await cases.school()
    case = await school.case()
    asked = await cases.client.get(f"/cases/cases/{case}", headers=school.coordinator)
    assert asked.status_code == ReadingReasonNeeded.status
    assert 'value="safety"' in asked.text
    assert "Kenari" not in asked.text
    opened = await cases.client.get(f"/cases/cases/{case}?reason=safety", headers=school.coordinator)
    assert opened.status_code == 200
    assert "Kenari" in opened.text
