"""`/cases/serah-terima`: at the end of a duty, what waits for whom."""

import re

import pytest

pytestmark = pytest.mark.anyio

LIST = "/cases/serah-terima"


async def waits(cases, who: dict[str, str]) -> list[tuple[str, list[str]]]:
    """The heads of the page, each with the cases of its rows."""
    answer = await cases.client.get(LIST, headers=who)
    assert answer.status_code == 200, answer.text
    sections = re.findall(r"<h2>(.*?) <span.*?</h2>(.*?)</section>", answer.text, re.DOTALL)
    return [(head.strip(), re.findall(r'href="/cases/cases/([0-9a-f-]+)"', rows)) for head, rows in sections]


async def test_what_nobody_has_stands_first_then_everything_by_whose_it_is_also_what_is_not_due_today(cases):
    school = await cases.school()
    mine = await school.case()
    await school.ask(mine, days=30)
    nobodys = await school.concern("student-2")
    told = await waits(cases, school.coordinator)
    assert (told[0][0], set(told[0][1])) == ("Belum ada yang memegang", {nobodys})
    assert {case for _, theirs in told[1:] for case in theirs} == {mine}


async def test_a_counsellor_sees_their_own_and_another_counsellor_does_not(cases):
    school = await cases.school()
    mine = await school.case()
    assert {case for _, theirs in await waits(cases, school.counsellor) for case in theirs} == {mine}
    assert await waits(cases, school.other) == []


async def test_neither_a_teacher_nor_another_school_reads_it(cases):
    school, elsewhere = await cases.school(), await cases.school()
    await school.case()
    assert (await cases.client.get(LIST, headers=school.teacher)).status_code == 403
    assert await waits(cases, elsewhere.coordinator) == []
