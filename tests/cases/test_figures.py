"""*Angka*: a school's numbers with the lists behind them, the district's with small cells suppressed (people.md, The desk; domain.md, Reports)."""

import re
import tomllib
from pathlib import Path

import pytest

from services.cases import letters
from services.cases.figures.bars import bars
from services.cases.figures.names import ANSWERS, FIELDS
from services.cases.figures.open_cases import OpenCases
from services.cases.figures.told import NAMELESS, _row, by_agency, by_field
from shared.errors import Unavailable

pytestmark = pytest.mark.anyio


async def page(cases, who: dict[str, str], status: int = 200, **query: str) -> str:
    answer = await cases.client.get("/cases/angka", headers=who, params=query)
    assert answer.status_code == status, answer.text
    return answer.text


def rows_under(told: str, title: str) -> list[list[str]]:
    """The cells of the table with that title."""
    table = told.split(f"<h2>{title}</h2>")[1].split("</table>", maxsplit=1)[0].split("<tbody>")[1]
    return [re.findall(r"<t[hd][^>]*>(?:<span[^>]*>[^<]*</span>)?([^<]*)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)]


def cells(told: str) -> dict[str, list[str]]:
    """The table of open cases: by level, the cells of each age."""
    rows = re.findall(r'<tr><th scope="row">(?:<a [^>]*>)?([^<]+)(?:</a>)?</th>(.*?)</tr>', told.split("</table>", maxsplit=1)[0])
    return {name: re.findall(r"</span>([^<]*)</td>", row) for name, row in rows}


async def test_who_leads_a_school_sees_its_open_cases_exactly_and_each_level_leads_to_its_list(cases):
    school, elsewhere = await cases.school(), await cases.school()
    case = await school.case()
    await elsewhere.case()
    for who in (school.coordinator, school.principal):
        told = await page(cases, who)
        assert cells(told)["sedang"] == ["1", "0", "0", "0"]
        listed = (await cases.client.get("/cases/?tingkat=medium", headers=who)).text
        assert set(re.findall(r'href="/cases/cases/([^"]+)"', listed)) == {case}
        assert "Semua kasus" in listed
    assert 'href="/cases/?tingkat=medium"' in told
    none = (await cases.client.get("/cases/?tingkat=emergency", headers=school.principal)).text
    assert "/cases/cases/" not in none


async def test_the_picture_says_in_words_what_it_shows(cases):
    school = await cases.school()
    await school.case()
    told = await page(cases, school.coordinator)
    assert re.search(r'<svg [^>]*role="img" aria-labelledby="bars-title bars-told">\s*<title id="bars-title">', told)
    assert "darurat: 0, tinggi: 0, sedang: 1, rendah: 0." in told


async def test_the_district_sees_no_small_number_and_no_way_to_a_list(cases):
    school = await cases.school()
    for number in range(3):
        await school.case(f"student-{number}")
    for who in (cases.officer, cases.duty):
        told = await page(cases, who)
        assert all(not cell.isdigit() or cell == "0" for row in cells(told).values() for cell in row)
        assert "/cases/?tingkat" not in told
        assert school.id.upper() in told


async def test_schools_from_which_nothing_came_are_named_as_a_warning(cases):
    school = await cases.school()
    told = (await page(cases, cases.officer)).split("Sekolah tanpa laporan bulan ini")[1]
    assert f"<li>{school.id.upper()}</li>" in told


async def test_figures_of_another_school_or_for_another_role_are_refused(cases):
    school, elsewhere = await cases.school(), await cases.school()
    await page(cases, school.coordinator, 404, sekolah=elsewhere.id)
    for who in (school.counsellor, school.teacher):
        await page(cases, who, 403)
    for month in ("2026-13", "besok", "0001-01"):
        await page(cases, school.principal, 422, bulan=month)
    assert "Kasus terbuka sekarang" in await page(cases, school.principal, bulan="2026-01")


def test_no_hidden_number_follows_from_the_shown_ones():
    found = OpenCases({("high", "week"): 7, ("high", "month"): 2, ("low", "week"): 6, ("low", "older"): 5})
    assert [_row(found, level, exact=False) for level in ("high", "low", "medium")] == [
        ("suppressed", ["5-9", "<5", 0, 0]),
        ("10-18", ["5-9", 0, 0, "5-9"]),
        (0, [0, 0, 0, 0]),
    ]


def test_the_longest_bar_is_the_largest_number_and_a_hidden_one_is_short():
    assert [(bar.width, bar.at) for bar in bars([("a", 20), ("b", 10), ("c", "<5"), ("d", "10-14")])] == [(60.0, 0), (30.0, 1), (15.0, 2), (30.0, 3)]
    assert [bar.width for bar in bars([("a", 0)])] == [0.0]


async def test_closed_cases_are_told_with_the_words_of_the_form_that_closed_them(cases):
    school = await cases.school()
    case = await school.case()
    await cases.done(case, "assess-case", school.counsellor, field="personal", findings="Kenari", safe="yes")
    await cases.done(case, "close", school.counsellor, outcome_class="no-action-needed", task_reviewed="Kenari")
    for who in (school.coordinator, school.principal):
        told = await page(cases, who)
        assert rows_under(told, "Kasus yang ditutup") == [["Tidak perlu tindakan", "1"]]
        assert f'href="/cases/?keadaan=selesai&amp;sekolah={school.id}"' in told


async def test_counselling_is_told_by_field_with_how_it_was_judged_in_a_month_and_in_a_semester(cases):
    school = await cases.school()
    case = await school.case()
    activity = await school.held(case)
    await cases.done(case, "evaluate-counselling", school.counsellor, activity=activity, kind="laiseg", helped=True, finding="Kenari")
    for span in ("bulan", "semester"):
        told = await page(cases, school.principal, rentang=span)
        assert rows_under(told, "Konseling menurut bidang") == [["Sosial", "1", "1", "0"]]
        assert f'<option value="{span}" selected>' in told


def test_only_fields_in_which_there_was_something_are_told():
    assert by_field({"social": 3, "unknown": 1}, {"social": {"helped": 1, "not_helped": 2}, "career": {"helped": 0, "not_helped": 1}}) == [
        (FIELDS["social"], 3, 1, 2),
        (FIELDS["career"], 0, 0, 1),
        (FIELDS["unknown"], 1, 0, 0),
    ]


def test_what_agencies_answered_has_a_name_wherever_the_printed_report_has_one():
    printed = tomllib.loads((Path(letters.__file__).parent / "codes.toml").read_text(encoding="utf-8"))["task"]
    assert set(ANSWERS) == set(printed) - {"requested"}


@pytest.mark.parametrize(
    ("known", "told"),
    [([("rsud", "RSUD Contoh")], ("RSUD Contoh", "RSUD Contoh")), ([], NAMELESS), (None, NAMELESS)],
    ids=["named", "gone from the directory", "the directory does not answer"],
)
async def test_referrals_without_an_answer_stand_beside_the_agency_s_name(known, told):
    async def names() -> list[tuple[str, str]]:
        if known is None:
            raise Unavailable("the directory does not answer")
        return known

    assert await by_agency({"rsud": "<5"}, names) == [(told, "<5")]


async def test_where_every_agency_answered_the_directory_is_not_asked():
    async def names() -> list[tuple[str, str]]:
        raise AssertionError("nothing is to be named")

    assert await by_agency({}, names) == []
