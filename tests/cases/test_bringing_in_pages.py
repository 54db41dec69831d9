"""*Masukkan kasus berjalan*: one form each, by the student's name, from the first page (people.md, The desk)."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.cases.test_forms import Fields
from tests.cases.test_search_by_name import indexed

pytestmark = pytest.mark.anyio

OURS = {"sec-fetch-site": "same-origin"}


def day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


SAID: dict[str, str | list[str]] = {
    "kind": "incident", "categories": ["bullying", "emotional"], "role": "affected", "text": "Kenari dari map", "urgency": "medium",
    "services-0-strategy": "counselling", "services-0-words": "Kenari bicara", "next_step": "Kenari bertemu ibu",
}  # fmt: skip


async def student_of(cases, school, name: str = "student") -> str:
    person = await school.person(name, "student")
    await indexed(cases)
    return person


async def opened(cases, student: str, who) -> str:
    answer = await cases.client.get(f"/cases/berjalan/{student}", headers=who)
    assert answer.status_code == 200, answer.text
    return answer.text


async def sent(cases, student: str, who, page: str, path: str = "", **typed):
    dates = {"happened_at": day(-40), "services-0-at": day(-20), "next_by": day(3)}
    said = {"key": Fields(page).hidden["key"], "to": re.findall(r'<option value="([^"]+)" selected', page)[:1]} | dates | SAID | typed
    return await cases.client.post(f"/cases/berjalan/{student}{path}", headers=who | OURS, data=said)


def errors(told: str) -> dict[str, str]:
    return dict(re.findall(r'<li><a href="#([a-z0-9_-]+)">(.*?)</a>', told))


async def test_from_the_first_page_it_is_three_clicks_to_the_form_of_a_student(cases):
    school = await cases.school()
    student = await student_of(cases, school)
    for first in ("/cases/menunggu", f"/cases/sekolah/{school.id}"):
        assert 'href="/cases/berjalan"' in (await cases.client.get(first, headers=school.coordinator)).text
    assert 'href="/cases/berjalan"' not in (await cases.client.get("/cases/menunggu", headers=school.principal)).text
    asked = (await cases.client.get("/cases/berjalan", headers=school.counsellor)).text
    assert 'action="/cases/berjalan"' in asked
    found = (await cases.client.post("/cases/berjalan", headers=school.counsellor, data={"nama": "stud"})).text
    assert f'<a href="/cases/berjalan/{student}">student</a>' in found
    assert (await cases.client.post("/cases/berjalan", headers=school.counsellor, data={"nama": " "})).status_code == 422


async def test_what_the_file_says_becomes_the_case_that_says_plainly_where_it_is_from(cases):
    school = await cases.school()
    student = await student_of(cases, school)
    answer = await sent(cases, student, school.counsellor, await opened(cases, student, school.counsellor))
    assert answer.status_code == 303, answer.text
    case, _, notice = answer.headers["location"].removeprefix("/cases/cases/").partition("?")
    assert notice == "tersimpan=bring-in"
    page = (await cases.client.get(answer.headers["location"], headers=school.counsellor)).text
    for text in (
        "Kasus dari berkas kertas sudah masuk.", "Dari berkas kertas", "Kenari dari map", "Konseling individual", "Kenari bicara",
        "Kenari bertemu ibu", "Kasus dimasukkan dari berkas kertas", "dalam penanganan", "Yang ditunggu: langkah berikutnya",
    ):  # fmt: skip
        assert text in page, text
    assert "Kata pelapor" not in page
    assert "answer-reporter" not in page
    told = (await cases.get(f"cases/{case}", school.counsellor)).json()
    assert told["brought_in"]["at"].startswith(day(-40))


async def test_a_coordinator_enters_for_a_colleague_and_goes_on_to_the_next_student(cases):
    school = await cases.school()
    student = await student_of(cases, school)
    page = await opened(cases, student, school.coordinator)
    assert (await sent(cases, student, school.coordinator, page)).status_code == 422, "whoever has it is chosen"
    answer = await sent(cases, student, school.coordinator, page, to=school.named("other"))
    assert answer.headers["location"] == "/cases/berjalan?tersimpan=1"
    assert "Tersimpan." in (await cases.client.get(answer.headers["location"], headers=school.coordinator)).text


async def test_an_open_case_is_found_first(cases):
    school = await cases.school()
    case = await school.case()
    await indexed(cases)
    found = (await cases.client.post("/cases/berjalan", headers=school.counsellor, data={"nama": "stud"})).text
    assert f'href="/cases/cases/{case}"' in found
    page = await opened(cases, school.named("student"), school.counsellor)
    assert f'href="/cases/cases/{case}"' in page
    assert 'name="happened_at"' not in page


async def test_whoever_may_not_know_of_the_open_case_is_told_no_more_than_that_and_stands_among_its_readings(cases):
    school = await cases.school()
    case = await school.concern(people=({"person": school.named("counsellor"), "relation": "staff", "role": "accused"},))
    await indexed(cases)
    found = (await cases.client.post("/cases/berjalan", headers=school.counsellor, data={"nama": "stud"})).text
    page = await opened(cases, school.named("student"), school.counsellor)
    assert case not in found + page
    assert "Kasus murid ini tidak dapat dimasukkan di sini." in page
    told = (await cases.get(f"cases/{case}/reads", school.coordinator)).json()["items"]
    assert [(each["reader"], each["what"]) for each in told] == [(school.named("counsellor"), "turned-away")]


async def test_two_at_once_make_one_case_and_the_second_keeps_what_was_typed(cases):
    school = await cases.school()
    student = await student_of(cases, school)
    pages = [await opened(cases, student, who) for who in (school.counsellor, school.other)]
    both = [sent(cases, student, who, page) for who, page in zip((school.counsellor, school.other), pages, strict=True)]
    answers = await asyncio.gather(*both)
    assert sorted(each.status_code for each in answers) == [303, 409]
    (late,) = [each.text for each in answers if each.status_code == 409]
    assert "Murid ini sudah punya kasus terbuka." in late
    assert "Kenari bertemu ibu" in late


async def test_pressed_twice_it_is_one_act(cases):
    school = await cases.school()
    student = await student_of(cases, school)
    page = await opened(cases, student, school.counsellor)
    first, again = [await sent(cases, student, school.counsellor, page) for _ in range(2)]
    assert (first.status_code, first.headers["location"]) == (again.status_code, again.headers["location"])
    assert len(await cases.sql("SELECT FROM event WHERE school = %s AND type = 'case-brought-in'", school.id)) == 1


async def test_a_draft_is_kept_with_its_rows_and_dropped_when_it_was_sent(cases):
    school = await cases.school()
    student = await student_of(cases, school)
    page = await opened(cases, student, school.counsellor)
    more = {f"services-{number}-strategy": "home-visit" for number in (1, 2)}
    kept = await sent(cases, student, school.counsellor, page, "/konsep", **more)
    assert kept.status_code == 200
    again = await opened(cases, student, school.counsellor)
    for text in ("Kenari dari map", "Kenari bicara", 'name="services-3-strategy"', "Konsep disimpan"):
        assert text in again
    assert "Kenari" not in str(await cases.sql("SELECT box FROM draft"))
    dates = {f"services-{number}-at": day(-3) for number in (1, 2)}
    assert (await sent(cases, student, school.counsellor, again, **more, **dates)).status_code == 303
    assert await cases.sql("SELECT FROM draft") == []
    page = await opened(cases, await student_of(cases, school, "second"), school.counsellor)
    assert "Kenari" not in page


# bad input -----------------------------------------------------------------------------------------------------------


async def test_what_is_missing_is_said_at_each_field_in_both_languages(cases):
    school = await cases.school()
    student = await student_of(cases, school)
    for who in (school.counsellor, school.counsellor | {"cookie": "tanggap_language=en"}):
        answer = await cases.client.post(f"/cases/berjalan/{student}", headers=who | OURS, data={"key": "k"})
        assert answer.status_code == 422
        assert set(errors(answer.text)) == {
            "happened_at", "kind", "categories", "role", "text", "urgency", "to", "next_step", "next_by",
        }  # fmt: skip
        assert ("Isian ini belum diisi." in answer.text) is (who is school.counsellor or "cookie" not in who)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"happened_at": day(2)}, "happened_at"),
        ({"happened_at": "kemarin"}, "happened_at"),
        ({"next_by": day(-2)}, "next_by"),
        ({"next_by": "9999-99-99"}, "next_by"),
        ({"services-0-at": day(-60)}, "services-0-at"),
        ({"services-0-at": day(2)}, "services-0-at"),
        ({"services-0-at": ""}, "services-0-at"),
        ({"services-0-strategy": "sihir"}, "services-0-strategy"),
        ({"services-2-words": "tanpa apa"}, "services-2-strategy"),
        ({"categories": ["sihir"]}, "categories"),
        ({"urgency": "sangat"}, "urgency"),
        ({"text": "x" * 20_001}, "text"),
        ({"to": "siapa"}, "to"),
        ({"accused": ["siapa"]}, "accused"),
    ],
)
async def test_what_cannot_be_is_said_at_its_field_and_the_rest_stays(cases, typed, field):
    school = await cases.school()
    student = await student_of(cases, school)
    answer = await sent(cases, student, school.counsellor, await opened(cases, student, school.counsellor), **typed)
    assert answer.status_code == 422, answer.text
    assert field in errors(answer.text)
    assert "Kenari bertemu ibu" in answer.text
    assert await cases.sql("SELECT FROM event WHERE school = %s AND type = 'case-opened'", school.id) == []


async def test_whom_the_file_accuses_cannot_have_the_case(cases):
    school = await cases.school()
    student = await student_of(cases, school)
    page = await opened(cases, student, school.coordinator)
    answer = await sent(cases, student, school.coordinator, page, to=school.named("other"), accused=[school.named("other")])
    assert (answer.status_code, "Orang ini disebut dalam laporan" in answer.text) == (409, True)


async def test_nobody_enters_a_case_of_another_school(cases):
    school, elsewhere = await cases.school(), await cases.school()
    student = await student_of(cases, school)
    for who, status in ((elsewhere.counsellor, 404), (school.principal, 403), (school.teacher, 403), (cases.duty, 403)):
        assert (await cases.client.get(f"/cases/berjalan/{student}", headers=who)).status_code == status
        assert (await cases.client.post(f"/cases/berjalan/{student}", headers=who | OURS, data={"key": "k"})).status_code == status
    assert (await cases.client.get("/cases/berjalan/tidak-ada", headers=school.counsellor)).status_code == 404
