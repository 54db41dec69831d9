"""Search by name: a student or their case in at most three clicks, only among those of whom the searcher may know (people.md, The desk)."""

import re

import pytest

from services.cases.searching.index import NameIndex
from shared.events import PersonLeft, PersonRegistered
from shared.testing import eventually
from tests.erasing import erase

pytestmark = pytest.mark.anyio

ADDRESS = "/cases/cari-murid"


async def named(cases, school, student: str, name: str, homeroom: str | None = "VII A") -> str:
    """A student of this name, whom the index knows."""
    person = school.named(student)
    sealed = await cases.kernel.vault.seal(person, "identity", name, f"{person}/name")
    await cases.hear(PersonRegistered(person=person, kind="student", school=school.id, name=sealed, homeroom=homeroom))
    await indexed(cases)
    return person


async def indexed(cases) -> None:
    async def all_are() -> bool:
        return not await cases.sql("SELECT FROM person_v1 WHERE kind = 'student' AND name_key IS NULL")

    await eventually(all_are)


async def search(cases, who: dict[str, str], typed: str) -> list[tuple[str, str]]:
    """Name and case of each student that the page shows; no case where none can be opened."""
    answer = await cases.client.post(ADDRESS, headers=who, data={"nama": typed})
    assert answer.status_code == 200, answer.text
    rows = re.findall(r'<span class="due">.*?</span>\s*<span>(?:<a href="/cases/cases/([^"]+)">)?([^<]+)<', answer.text, re.DOTALL)
    return [(name.strip(), case) for case, name in rows]


async def test_a_counsellor_finds_a_student_of_the_school_and_the_case(cases):
    school = await cases.school()
    case = await school.case()
    await named(cases, school, "student", "Siti Rahmawati")
    await named(cases, school, "student-2", "Rahmat Hidayat")
    assert await search(cases, school.counsellor, "siti") == [("Siti Rahmawati", case)]
    assert await search(cases, school.counsellor, "RAHMA") == [("Rahmat Hidayat", ""), ("Siti Rahmawati", case)]
    assert await search(cases, school.counsellor, "budi") == []


async def test_the_first_page_has_the_search_for_whoever_may_use_it(cases):
    school = await cases.school()
    told = {each: (await cases.client.get("/cases/menunggu", headers=school.who(each))).text for each in ("counsellor", "principal", "homeroom")}
    assert {each: f'action="{ADDRESS}"' in page for each, page in told.items()} == {"counsellor": True, "principal": True, "homeroom": False}
    assert (await cases.client.post(ADDRESS, headers=school.teacher, data={"nama": "siti"})).status_code == 403
    assert (await cases.client.post(ADDRESS, headers=cases.officer, data={"nama": "siti"})).status_code == 403


async def test_nobody_finds_students_or_cases_of_another_school(cases):
    school, elsewhere = await cases.school(), await cases.school()
    await school.case()
    await named(cases, school, "student", "Kirana Lestari")
    assert await search(cases, elsewhere.counsellor, "kirana") == []
    assert await search(cases, elsewhere.principal, "lestari") == []


async def test_whom_a_case_names_does_not_find_it_and_learns_nothing_of_it(cases):
    school = await cases.school()
    mine = school.named("counsellor")
    await school.concern(people=({"person": mine, "relation": "staff", "role": "accused"},), desk="district")
    await named(cases, school, "student", "Kirana Lestari")
    assert await search(cases, school.counsellor, "kirana") == [("Kirana Lestari", "")]


async def test_a_case_that_stayed_is_found_after_its_student_moved(cases):
    school, elsewhere = await cases.school(), await cases.school()
    case = await school.case()
    person = school.named("student")
    sealed = await cases.kernel.vault.seal(person, "identity", "Kirana Lestari", f"{person}/name")
    await cases.hear(PersonRegistered(person=person, kind="student", school=elsewhere.id, name=sealed))
    await cases.caught_up()
    await indexed(cases)
    assert await search(cases, school.counsellor, "kirana") == [("Kirana Lestari", case)]
    assert [name for name, _ in await search(cases, elsewhere.counsellor, "kirana")] == ["Kirana Lestari"]


async def test_the_districts_duty_finds_whole_names_alone_and_that_is_kept_on_record(cases):
    school = await cases.school()
    case = await school.case()
    await named(cases, school, "student", "Anjani Puspita Duta")
    await named(cases, school, "student-2", "Anjani Puspita Tanpa")
    assert await search(cases, cases.duty, "anjani pus") == []
    assert await search(cases, cases.duty, "puspita anjani") == [("Anjani Puspita Duta", case)]
    assert await cases.sql("SELECT reader, what FROM read_log WHERE case_id = %s AND what = 'name-search'", case) == [("duty", "name-search")]


async def test_nothing_of_a_name_stands_in_the_table_and_who_left_or_was_erased_leaves_it(cases):
    school = await cases.school()
    first, second, third = [await named(cases, school, each, "Wulandari Kenanga") for each in ("one", "two", "three")]
    (row,) = await cases.sql("SELECT string_agg(t::text, ' ') FROM name_token_v1 t WHERE person = %s", first)
    assert ("wul" in row[0].casefold(), "kenanga" in row[0].casefold()) == (False, False)
    await cases.hear(PersonLeft(person=first, school=school.id))
    await erase(cases.kernel, second)
    index = NameIndex(cases.kernel.database, cases.kernel.keys)
    await index.forget(second)
    assert [name for name, _ in await search(cases, school.counsellor, "wulan")] == ["Wulandari Kenanga"]
    left = await cases.sql("SELECT DISTINCT person FROM name_token_v1 WHERE person = ANY (%s)", [first, second, third])
    assert left == [(third,)]
    await index.rebuild()
    await indexed(cases)
    left = await cases.sql("SELECT DISTINCT person FROM name_token_v1 WHERE person = ANY (%s)", [first, second, third])
    assert left == [(third,)]


async def test_another_name_takes_the_place_of_the_one_before(cases):
    school = await cases.school()
    await named(cases, school, "student", "Melati")
    await named(cases, school, "student", "Mawar")
    told = [await search(cases, school.counsellor, typed) for typed in ("melati", "mawar")]
    assert told == [[], [("Mawar", "")]]


async def test_a_search_without_a_name_says_what_to_write_and_what_is_odd_is_no_error(cases):
    school = await cases.school()
    for typed in ("", "   ", "!?", "x" * 300, " ".join("abcdefghi")):
        answer = await cases.client.post(ADDRESS, headers=school.counsellor, data={"nama": typed})
        assert (answer.status_code, "Tuliskan nama murid" in answer.text) == (422, True), typed
    for typed in ("%", "' OR 1=1 --", "<script>alert(1)</script>", "ﷺ", "a\u0301"):
        answer = await cases.client.post(ADDRESS, headers=school.counsellor, data={"nama": typed})
        assert answer.status_code in (200, 422), typed
        assert "<script>alert" not in answer.text


async def test_two_children_of_one_name_in_one_class_are_told_apart_by_their_birthday(cases):
    school = await cases.school()
    for student, day in (("student", "2012-05-03"), ("student-2", "2013-01-09")):
        person = school.named(student)
        name = await cases.kernel.vault.seal(person, "identity", "Siti Rahmawati", f"{person}/name")
        born = await cases.kernel.vault.seal(person, "identity", day, f"{person}/born")
        await cases.hear(PersonRegistered(person=person, kind="student", school=school.id, name=name, born=born, homeroom="VII A"))
    await named(cases, school, "student-3", "Rahmat Hidayat")
    for page in (ADDRESS, "/cases/berjalan"):
        both = (await cases.client.post(page, headers=school.counsellor, data={"nama": "siti"})).text
        one = (await cases.client.post(page, headers=school.counsellor, data={"nama": "rahmat"})).text
        assert (re.findall(r"lahir \w+, ([^<]+)<", both), "lahir" in one) == (["3 Mei 2012", "9 Januari 2013"], False)
