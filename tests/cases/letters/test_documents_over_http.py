"""Documents over HTTP: issued, numbered and kept once; read by those who may; checked by whoever holds one."""

import asyncio
import re

import pytest

from tests.cases.asking import refused_by_name
from tests.cases.letters.office import office

pytestmark = pytest.mark.anyio


async def test_rows_26_and_27_every_document_is_issued_once_with_its_number(cases):
    desk = await office(cases)
    case = await desk.full_case()
    issued = [await desk.issue(f"cases/{case}", each["name"], each["version"]) for each in await desk.documents(case)]
    assert {each["name"] for each in issued} == {
        "subject-access", "case-summary", "service-plan", "counselling-report", "satisfaction-form", "teacher-information", "parent-summons",
        "parent-statement", "visit-assignment", "visit-report", "conference-attendance", "conference-minutes", "official-report", "inbound-answer",
        "data-release", "referral-consent", "referral-letter",
    }  # fmt: skip
    for path, wanted in (
        (f"groups/{await desk.group()}", ["group-plan", "group-attendance", "group-report"]),
        (f"partnerships/{await desk.partnership()}", ["partnership-report"]),
        (f"consultations/{await desk.consultation()}", ["consultation-report"]),
    ):
        found = (await cases.get(f"{path}/documents", desk.school.counsellor)).json()["items"]
        assert [each["name"] for each in found] == wanted
        issued += [await desk.issue(path, each["name"], each["version"]) for each in found]
    numbers = [each["number"] for each in issued]
    series = [int(found[1]) for each in numbers if (found := re.fullmatch(r"421\.5/(\d{3})/BK/[IVX]+/\d{4}", each))]
    assert series == list(range(1, len(series) + 1)), "no gap"
    assert sorted(set(numbers) - {each for each in numbers if each.count("/") == 4}) == [f"421.5/{each}/BK" for each in (801, 802, 803, 804)]
    for each in issued:
        assert (await desk.pdf(each)).startswith(b"%PDF-")


async def test_a_print_gives_exactly_the_kept_bytes_whatever_changed_since(cases, monkeypatch):
    """Also where a newer renderer would make others: it is not even asked."""
    desk = await office(cases)
    case = await desk.school.case("ani")
    await desk.school.held(case)
    (report,) = [each for each in await desk.documents(case) if each["name"] == "counselling-report"]
    issued = await desk.issue(f"cases/{case}", "counselling-report", report["version"])
    first = await desk.pdf(issued)
    await desk.set("set-letterhead", name="SMP Baru", place="Contoh")
    await desk.set("remove-signatory", person=desk.school.named("counsellor"))

    async def newer(*_):
        return b"%PDF-1.7 of a newer renderer"

    with monkeypatch.context() as changed:
        changed.setattr("services.cases.letters.rendering.Press.pdf", newer)
        assert await desk.pdf(issued) == first
    rows = await cases.sql("SELECT box FROM document_file WHERE document = %s", issued["id"])
    assert len(rows) == 1
    assert b"%PDF" not in rows[0][0]
    assert (await desk.issue(f"cases/{case}", "counselling-report", report["version"]))["number"] != issued["number"]


async def test_one_act_is_one_document_however_often_it_is_sent(cases):
    desk = await office(cases)
    case = await desk.school.case("ani")
    said = {"name": "subject-access", "version": 1}
    answers = await asyncio.gather(*(cases.post(f"cases/{case}/issue-document", desk.school.counsellor, key="k-1", **said) for _ in range(4)))
    assert {each.status_code for each in answers} == {200}
    assert len({each.json()["id"] for each in answers}) == 1
    files = {(await desk.pdf(each.json())) for each in answers}
    assert len(files) == 1
    told = (await cases.get(f"cases/{case}/issued", desk.school.counsellor)).json()["items"]
    assert [each["number"] for each in told] == [answers[0].json()["number"]]


async def test_two_at_once_never_share_a_number(cases):
    desk = await office(cases)
    case = await desk.school.case("ani")
    said = {"name": "subject-access", "version": 1}
    answers = await asyncio.gather(*(cases.post(f"cases/{case}/issue-document", desk.school.counsellor, **said) for _ in range(5)))
    numbers = sorted(each.json()["number"] for each in answers if each.status_code == 200)
    assert numbers == [f"421.5/{place:03}/{rest}" for place, rest in enumerate((each.split("/", 2)[2] for each in numbers), start=1)]
    assert len(numbers) == 5


async def test_the_series_starts_where_the_school_says_and_a_number_is_typed_by_hand(cases):
    desk = await office(cases)
    case = await desk.school.case("ani")
    await desk.set("start-series", first=38)
    first = await desk.issue(f"cases/{case}", "subject-access", 1)
    assert first["number"].startswith("421.5/038/")
    typed = await desk.issue(f"cases/{case}", "subject-access", 1, number="800/17")
    assert typed["number"] == "800/17"
    again = await cases.post(f"cases/{case}/issue-document", desk.school.counsellor, name="subject-access", version=1, number="800/17")
    assert (again.status_code, refused_by_name(again)) == (409, "number-taken")
    assert (await desk.issue(f"cases/{case}", "subject-access", 1))["number"].startswith("421.5/039/")
