"""The page *Yang menunggu saya*: whose lists stand there, and that each thing stands there once."""

import re

import pytest

pytestmark = pytest.mark.anyio


async def page(cases, who: dict[str, str]) -> str:
    answer = await cases.client.get("/cases/menunggu", headers=who)
    assert answer.status_code == 200, answer.text
    return answer.text


def titles(told: str) -> list[str]:
    return [each.strip() for each in re.findall(r"<h2>(.*?) <span", told)]


async def test_each_role_has_the_lists_that_are_theirs(cases):
    school = await cases.school()
    told = [titles(await page(cases, who)) for who in (school.teacher, school.counsellor, school.coordinator, cases.officer)]
    school_lists = ["Menunggu saya", "Keterangan baru dari pelapor", "Hari ini"]
    assert told == [["Menunggu saya"], school_lists, school_lists, ["Menunggu saya", "Jenjang eskalasi"]]


async def test_a_thing_stands_in_one_section_with_the_students_name_in_words_and_leads_to_its_case(cases):
    school = await cases.school()
    case = await school.case()
    await school.addition(case)
    told = await page(cases, school.counsellor)
    assert told.count("keterangan baru dari pelapor dibaca") == 1
    assert ("student" in told, f'href="/cases/cases/{case}"' in told) == (True, True)


async def test_nobody_sees_there_what_is_not_theirs(cases):
    school, other = await cases.school(), await cases.school()
    case = await school.case()
    await school.addition(case)
    for who in (school.teacher, other.counsellor):
        assert case not in await page(cases, who)
    assert (await cases.client.get("/cases/menunggu", headers=cases.who("audit", "auditor"))).status_code == 403
