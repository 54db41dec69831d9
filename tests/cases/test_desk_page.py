"""The page *Yang menunggu saya*: whose lists stand there, and that each thing stands there once."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from services.cases.pages.roles import FIRST_PAGES, TOLD
from services.cases.reading.worklist import WorkList
from shared.events import PersonRegistered, SchoolRegistered
from shared.pages.moments import Moments
from tests.cases.desk import soon

pytestmark = pytest.mark.anyio


async def page(cases, who: dict[str, str]) -> str:
    answer = await cases.client.get("/cases/menunggu", headers=who)
    assert answer.status_code == 200, answer.text
    return answer.text


def titles(told: str) -> list[str]:
    return [each.strip() for each in re.findall(r"<h2>(.*?) <span", told)]


def tiles(told: str) -> list[tuple[str, str]]:
    """Number and list of each tile."""
    return [(count, name) for name, count in re.findall(r'href="/cases/menunggu/([a-z-]+)"><strong>(.*?)</strong>', told)]


def test_every_list_of_a_role_s_page_says_what_it_is_for():
    assert {name for names in FIRST_PAGES.values() for name in names} == set(TOLD)


async def test_an_empty_page_says_so_and_offers_the_ways_to_begin(cases):
    school = await cases.school()
    for who in (school.teacher, school.counsellor, school.principal):
        told = await page(cases, who)
        assert ("Tidak ada yang menunggu saat ini." in told, 'href="/intake/lapor"' in told, tiles(told)) == (True, True, [])


async def test_an_alert_that_nobody_took_stands_first_for_everybody_who_may_take_it(cases):
    """first-use 3."""
    school = await cases.school()
    case = await school.concern()
    for who in (school.counsellor, school.other, school.coordinator):
        told = await page(cases, who)
        assert (titles(told)[0], tiles(told)[0]) == ("Belum diterima petugas", ("1", "unacknowledged"))
        assert f'href="/cases/cases/{case}"' in told


async def test_each_role_has_the_lists_that_are_theirs(cases):
    school = await cases.school()
    case = await school.case()
    await school.ask(case, minutes=-20)
    named = [[name for _, name in tiles(await page(cases, who))] for who in (school.teacher, school.counsellor, school.other)]
    assert named == [["waiting-for-me"], ["overdue", "waiting-for-me"], ["overdue"]]


async def test_each_count_is_a_link_to_as_many_rows(cases):
    school = await cases.school()
    case = await school.case()
    for days in (1, 2, 3, 4, 5, 6, 7):
        await school.ask(case, days=days)
    await school.case(None)
    for who in (school.counsellor, school.coordinator, school.principal, school.teacher):
        for count, name in tiles(await page(cases, who)):
            listed = await cases.client.get(f"/cases/menunggu/{name}", headers=who)
            assert (listed.status_code, len(re.findall(r'<span class="due', listed.text))) == (200, int(count)), name


async def test_a_case_that_nobody_has_stands_once_however_much_is_expected_of_it(cases):
    school = await cases.school()
    case = await school.concern()
    expected = [each["case"] for each in await school.listed("without-an-owner", school.coordinator)]
    assert (set(expected), len(expected) > 1) == ({case}, True)
    assert ("1", "without-an-owner") in tiles(await page(cases, school.coordinator))


async def test_a_teacher_answers_from_the_first_page_and_is_led_nowhere_else_of_the_case(cases):
    school = await cases.school()
    case = await school.case()
    asked = await school.ask(case)
    (link,) = re.findall(r'href="(/cases/cases/[^"]*)"', await page(cases, school.teacher))
    assert link == f"/cases/cases/{case}/langkah/answer-as-teacher?activity={asked}"
    answer = await cases.client.get(link, headers=school.teacher)
    assert (answer.status_code, "Tanya kenari" in answer.text or "<form" in answer.text) == (200, True)


async def test_a_counsellor_sees_own_cases_by_what_is_expected_next_and_nobody_else_does(cases):
    school = await cases.school()
    later, sooner = await school.case(), await school.case("student-2")
    await school.ask(later, minutes=-10)
    await school.ask(sooner, minutes=-20)
    own = (await page(cases, school.counsellor)).split("Kasus saya")[1]
    assert re.findall(r"/cases/cases/([0-9a-f-]+)", own) == [sooner, later]
    assert "Kasus saya" not in await page(cases, school.other)


async def test_who_leads_sees_who_has_how_many_open_cases_each_a_link_to_them(cases):
    school, elsewhere = await cases.school(), await cases.school()
    first, second = await school.case(), await school.case("student-2")
    await school.concern("student-3")
    for who in (school.coordinator, school.principal):
        told = (await page(cases, who)).split("Kasus terbuka per petugas")[-1]
        assert re.findall(r"petugas=([^\"]+)\">(\d+)<", told) == [(school.named("counsellor"), "2")]
        assert "Belum ada petugas" in told
        listed = (await cases.client.get(f"/cases/?petugas={school.named('counsellor')}", headers=who)).text
        assert set(re.findall(r'href="/cases/cases/([^"]+)"', listed)) == {first, second}
    for who in (school.counsellor, elsewhere.coordinator):
        assert school.named("counsellor") not in await page(cases, who)


async def test_who_leads_sees_how_many_cases_of_each_level_are_open_each_a_link_to_as_many(cases):
    school, elsewhere = await cases.school(), await cases.school()
    await school.case()
    await school.case("student-2")
    await elsewhere.case()
    for who in (school.coordinator, school.principal):
        told = (await page(cases, who)).split("Kasus terbuka di sekolah")[-1].split("</section>")[0]
        numbers = re.findall(r"<strong>(\d+)</strong> (\w+)", told)
        assert numbers == [("0", "darurat"), ("0", "tinggi"), ("2", "sedang"), ("0", "rendah")]
        (address,) = re.findall(r'href="(/cases/\?[^"]+)"', told)
        listed = (await cases.client.get(unescape(address), headers=who)).text
        assert len(set(re.findall(r'href="/cases/cases/([^"]+)"', listed))) == 2
        assert 'href="/cases/angka"' in told
    assert "Kasus terbuka di sekolah" not in await page(cases, school.counsellor)


async def test_who_looks_after_schools_is_led_to_the_figures_of_the_month(cases):
    school = await cases.school()
    told = ["Angka bulan ini" in await page(cases, who) for who in (cases.officer, cases.duty, school.principal, school.teacher)]
    assert told == [True, True, False, False]


async def test_the_district_sees_which_schools_have_no_counsellor(cases):
    await cases.hear(SchoolRegistered(school="sd-sunyi", npsn=None, name="SD SUNYI", level="sd"))
    school = await cases.school()
    told = [
        ("SD SUNYI" in await page(cases, who), f"<li>{school.id.upper()}</li>" in await page(cases, who))
        for who in (cases.officer, cases.duty, school.principal)
    ]
    assert told == [(True, False), (True, False), (False, False)]


async def test_a_list_is_narrowed_by_levels_that_occur_and_by_lateness_and_is_sorted(cases):
    school = await cases.school()
    case, other = await school.case(), await school.case("student-2")
    await school.ask(case, minutes=-20)
    await school.ask(other, days=2)
    asked = "/cases/menunggu/waiting-for-me"
    told = {each: (await cases.client.get(f"{asked}?{each}", headers=school.teacher)).text for each in ("", "terlambat=1", "urut=nama")}
    assert ('name="terlambat"' in told[""], 'name="tingkat"' in told[""]) == (True, False)
    found = {each: re.findall(r"/cases/cases/([0-9a-f-]+)", text) for each, text in told.items()}
    assert found == {"": [case, other], "terlambat=1": [case], "urut=nama": [case, other]}
    odd = await cases.client.get(f"{asked}?urut=xx&tingkat=xx", headers=school.teacher)
    assert (odd.status_code, "Tidak ada." in odd.text) == (200, True)


async def test_a_meeting_is_shown_when_it_begins_and_stands_on_the_day_of_its_beginning(cases):
    """It is to be recorded until a day later: a counsellor who went by that would come when the student has gone."""
    school = await cases.school()
    case, when = await school.case(), soon(minutes=-1)
    asked = await cases.done(case, "request-counselling", school.counsellor, origin="self", field="social", reason="Kenari")
    await cases.done(case, "schedule-counselling", school.counsellor, activity=asked["activity"], when=when, place="Kenari")
    begins = Moments("id", cases.settings.time_zone).near(when, datetime.now(UTC))
    for name in ("appointments", "today"):
        told = (await cases.client.get(f"/cases/menunggu/{name}", headers=school.counsellor)).text
        assert re.findall(r'<span class="due">(.*?)</span>', told) == [begins], name
    told = (await cases.client.get(f"/cases/cases/{case}", headers=school.counsellor)).text
    assert f"Waktunya {begins}." in told


async def test_an_auditor_finds_a_case_by_its_number_and_a_wrong_number_is_explained(cases):
    school = await cases.school()
    case, auditor = await school.case(), cases.who("audit", "auditor")
    assert 'action="/cases/cari"' in await page(cases, auditor)
    found = await cases.client.get(f"/cases/cari?nomor=%20{case.upper()}%20", headers=auditor)
    assert (found.status_code, found.headers["location"]) == (303, f"/cases/cases/{case}")
    wrong = await cases.client.get("/cases/cari?nomor=12", headers=auditor)
    assert (wrong.status_code, "36 huruf dan angka" in wrong.text) == (422, True)
    assert (await cases.client.get(f"/cases/cari?nomor={case}", headers=school.counsellor)).status_code == 403


async def test_a_thing_stands_in_one_section_with_the_students_name_in_words_and_leads_to_its_case(cases):
    school = await cases.school()
    case = await school.case()
    await school.addition(case)
    told = (await page(cases, school.counsellor)).split("Kasus saya")[0]
    assert told.count("pembacaan keterangan baru dari pelapor") == 1
    assert ("student" in told, f'href="/cases/cases/{case}"' in told) == (True, True)


async def test_nobody_sees_there_what_is_not_theirs(cases):
    school, other = await cases.school(), await cases.school()
    case = await school.case()
    await school.addition(case)
    for who in (school.teacher, other.counsellor):
        assert case not in await page(cases, who)
    assert case not in await page(cases, cases.who("audit", "auditor"))
    assert (await cases.client.get("/cases/menunggu/overdue", headers=school.teacher)).status_code == 403


async def test_the_first_page_asks_what_is_expected_once_however_many_lists_it_has(cases, monkeypatch):
    school = await cases.school()
    case = await school.case()
    await school.ask(case, minutes=-20)
    asked: list[int] = []
    singly: list[object] = []
    pages, one = WorkList.pages, WorkList.page

    async def counted(self, wanted, **more):
        asked.append(len(wanted))
        return await pages(self, wanted, **more)

    async def single(self, *wanted, **more):
        singly.append(wanted)
        return await one(self, *wanted, **more)

    monkeypatch.setattr(WorkList, "pages", counted)
    monkeypatch.setattr(WorkList, "page", single)
    told = await page(cases, school.coordinator)
    assert (singly, len(asked), asked[0] > 10, "overdue" in {name for _, name in tiles(told)}) == ([], 1, True, True)


async def test_the_case_page_says_the_class_to_whoever_knows_the_student(cases):
    school = await cases.school()
    case = await school.case()
    person = school.named("student")
    name = await cases.kernel.vault.seal(person, "identity", "student", f"{person}/name")
    await cases.hear(PersonRegistered(person=person, kind="student", school=school.id, name=name, homeroom="VIII B"))
    told = [(await cases.client.get(f"/cases/cases/{case}", headers=who)).text for who in (school.counsellor, cases.officer)]
    assert ["VIII B" in each for each in told] == [True, False]
