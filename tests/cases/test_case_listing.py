"""*Kasus berjalan*: the list of cases is narrowed, sorted, turned page by page and taken along as a file (people.md, The desk)."""

import re
from io import BytesIO

import pytest
from openpyxl import load_workbook

from services.cases.listing import file, listing
from services.cases.listing.asked import AskedOfList
from services.cases.pages.screen import STATES
from tests.cases.test_fresh_proof import proved_ago

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("told", "open_", "holder"),
    [({}, None, None), ({"keadaan": "berjalan"}, True, None), ({"keadaan": "selesai"}, False, None), ({"petugas": "ani"}, True, "ani"),
     ({"petugas": "ani", "keadaan": "selesai"}, False, "ani"), ({"keadaan": "?"}, None, None)],
)  # fmt: skip
def test_what_stands_in_the_address_is_what_is_asked(told, open_, holder):
    asked = AskedOfList(**told)
    assert (asked.filters.open, asked.filters.holder, asked.order) == (open_, holder, "mendesak")


def test_the_address_of_the_next_page_asks_the_same():
    asked = AskedOfList(keadaan="berjalan", urut="tingkat", halaman=2)
    assert asked.address("/cases/", halaman=3) == "/cases/?keadaan=berjalan&urut=tingkat&halaman=3"
    assert AskedOfList().address("/cases/") == "/cases/"


async def page(cases, who: dict[str, str], **asked: str) -> str:
    answer = await cases.client.get("/cases/", headers=who, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.text


def listed(told: str) -> list[str]:
    return re.findall(r'href="/cases/cases/([^"]+)"', told)


def offered(told: str, field: str) -> list[str]:
    """The values of a filter."""
    found = re.search(rf'<select id="{field}".*?</select>', told, re.DOTALL)
    return re.findall(r'<option value="([^"]+)"', found.group()) if found else []


def cells(file: bytes) -> list[tuple[object, ...]]:
    """The rows of the only sheet."""
    (sheet,) = load_workbook(BytesIO(file)).worksheets
    return list(sheet.iter_rows(values_only=True))


async def closed(cases, school, case: str) -> str:
    await cases.done(case, "assess-case", school.counsellor, field="personal", findings="Kenari", safe="yes")
    await cases.done(case, "close", school.counsellor, outcome_class="no-action-needed", task_reviewed="Kenari")
    return case


async def test_running_and_ended_cases_are_told_apart_and_only_what_occurs_is_offered(cases):
    school = await cases.school()
    ended = await closed(cases, school, await school.case())
    running = await school.case("student-2")
    grave = await school.concern("student-3", categories=("weapon",), facts={"weapon": True})
    whole = await page(cases, school.coordinator)
    assert listed(whole) == [grave, running, ended]
    assert listed(await page(cases, school.coordinator, keadaan="berjalan")) == [grave, running]
    assert listed(await page(cases, school.coordinator, keadaan="selesai")) == [ended]
    assert offered(whole, "tingkat") == ["emergency", "medium"]
    assert offered(whole, "petugas") == [], "one person has them all"
    assert offered(whole, "sekolah") == [], "there is one school"
    assert str(STATES["closed"]) in whole


async def test_it_is_sorted_four_ways(cases):
    school = await cases.school()
    first, second = await school.case(), await school.case("student-2")
    grave = await school.concern("student-3", categories=("weapon",), facts={"weapon": True})
    await cases.done(first, "note", school.counsellor, text="x")
    await cases.caught_up()
    found = {order: listed(await page(cases, school.principal, urut=order)) for order in ("terbaru", "terlama", "tingkat", "berubah")}
    assert found["terbaru"] == [grave, second, first] == list(reversed(found["terlama"]))
    assert found["tingkat"] == [grave, first, second]
    assert found["berubah"][0] == first


async def test_first_stands_what_nobody_took_then_what_is_open_by_level_and_last_what_ended(cases):
    school = await cases.school()
    ended = await closed(cases, school, await school.case())
    low, high = await school.case("student-2"), await school.case("student-3")
    await cases.done(high, "set-urgency", school.counsellor, urgency="high", reason="x")
    calm = await school.concern("student-4")
    grave = await school.concern("student-5", categories=("weapon",), facts={"weapon": True})
    newest = await closed(cases, school, await school.case("student-6"))
    await cases.caught_up()
    assert listed(await page(cases, school.coordinator)) == [grave, calm, high, low, newest, ended]
    waiting = await school.listed("unacknowledged", school.coordinator)
    assert [each["case"] for each in waiting] == [grave, calm], "in the order of the first page"


async def test_pages_follow_each_other_without_a_gap(cases, monkeypatch):
    monkeypatch.setattr(listing, "ON_A_PAGE", 2)
    school = await cases.school()
    made = [await school.case(f"student-{number}") for number in range(5)]
    found, address = list[str](), "/cases/?keadaan=berjalan"
    while address:
        told = (await cases.client.get(address, headers=school.counsellor)).text
        found += listed(told)
        following = re.search(r'rel="next" href="([^"]+)"', told)
        address = following.group(1).replace("&amp;", "&") if following else ""
    assert found == list(reversed(made))
    assert 'rel="prev"' in told


async def test_nobody_sees_more_by_asking_for_another_school_or_person(cases):
    school, elsewhere = await cases.school(), await cases.school()
    await school.case()
    theirs = await elsewhere.case()
    assert listed(await page(cases, school.counsellor, sekolah=elsewhere.id)) == []
    assert listed(await page(cases, school.counsellor, petugas=elsewhere.named("counsellor"))) == []
    duty = await page(cases, cases.duty, sekolah=elsewhere.id)
    assert listed(duty) == [theirs]
    assert offered(duty, "petugas") == []


async def test_the_file_holds_what_the_page_shows_and_each_case_keeps_that_it_left(cases):
    school, elsewhere = await cases.school(), await cases.school()
    case, other = await school.case(), await school.case("student-2")
    await elsewhere.case()
    answer = await cases.client.get("/cases/daftar.xlsx", headers=school.coordinator, params={"keadaan": "berjalan", "urut": "terlama"})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="daftar-kasus.xlsx"'
    rows = cells(answer.content)
    assert rows[0] == ("Dibuka", "Murid", "Tingkat", "Keadaan", "Ditangani oleh", "Terakhir berubah", "Sekolah")
    assert [(row[1], row[2], row[4], row[6]) for row in rows[1:]] == [
        ("student", "sedang", "counsellor", school.id.upper()),
        ("student-2", "sedang", "counsellor", school.id.upper()),
    ]
    for each in (case, other):
        kept = (await cases.get(f"cases/{each}/reads", school.counsellor)).json()["items"]
        assert [(read["reader"], read["what"]) for read in kept] == [(school.named("coordinator"), "list")]


async def test_officers_take_no_names_along_and_what_is_too_long_is_refused(cases, monkeypatch):
    school = await cases.school()
    await school.concern("student", categories=("weapon",), facts={"weapon": True})
    answer = await cases.client.get("/cases/daftar.xlsx", headers=cases.officer, params={"sekolah": school.id})
    (_, row) = cells(answer.content)
    assert (row[1], row[4]) == ("tidak untuk peran ini", None)
    asked_of_one = listed(await page(cases, cases.officer, sekolah=school.id, petugas="somebody"))
    assert asked_of_one == listed(await page(cases, cases.officer, sekolah=school.id)) != [], "who has which case is not told by how many there are"
    monkeypatch.setattr(file, "MOST", 0)
    refused = await cases.client.get("/cases/daftar.xlsx", headers=school.counsellor)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/too-many-for-a-file")


async def test_the_file_asks_for_a_fresh_proof_and_is_not_for_teachers(cases):
    school = await cases.school()
    case = await school.case()
    old = proved_ago(cases, school.named("counsellor"), minutes=11) | {"accept": "text/html"}
    led = await cases.client.get("/cases/daftar.xlsx?keadaan=berjalan", headers=old)
    assert (led.status_code, led.headers["location"]) == (303, "/intake/masuk?next=%2Fcases%2Fdaftar.xlsx%3Fkeadaan%3Dberjalan&again=1")
    assert (await cases.client.get("/cases/daftar.xlsx", headers=school.teacher)).status_code == 403
    assert (await cases.get(f"cases/{case}/reads", school.counsellor)).json()["items"] == []
