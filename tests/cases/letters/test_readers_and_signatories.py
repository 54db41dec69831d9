"""Who may read a document and who signs it, and on whose paper."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.cases.desk import accused, soon
from tests.cases.letters.office import office
from tests.cases.letters.reading_pdf import bytes_of, opened, text

pytestmark = pytest.mark.anyio


async def test_what_the_reader_may_not_read_is_nowhere_in_their_documents(cases):
    """The agency's letter holds the package; the parents' letter nothing that was confided; nobody gets a file of what is not theirs."""
    desk = await office(cases)
    case = await desk.full_case()
    names = {each["name"]: each for each in await desk.documents(case)}
    for name, hidden in {
        "referral-letter": ("rahasia konseling", "Uraian", "Temuan", "Alasan"),
        "parent-summons": ("rahasia", "Alasan pertemuan", "Kata ibu", "Perundungan"),
        "parent-statement": ("Kata ibu", "Kata sekolah", "rahasia konseling"),
        "satisfaction-form": ("Uraian", "Sering menyendiri"),
        "case-summary": ("rahasia konseling", "Saya merasa", "Berita kenari", "Kata ibu"),
        "subject-access": ("Kenari", "rahasia konseling", "Temuan", "Berita kenari"),
        "teacher-information": ("rahasia", "Temuan"),
        "conference-attendance": ("Berita kenari", "coordinator"),
    }.items():
        file = await desk.pdf(await desk.issue(f"cases/{case}", name, names[name]["version"]))
        said, raw = text(opened(file)), bytes_of(file)
        assert [each for each in hidden if each in said or each.encode() in raw or each.encode("utf-16-be") in raw] == [], name


async def test_a_document_is_printed_only_for_whoever_may_read_what_stands_in_it(cases):
    desk = await office(cases)
    case = await desk.full_case()
    names = {each["name"]: each for each in await desk.documents(case)}
    counsellor, coordinator, principal = desk.school.counsellor, desk.school.coordinator, desk.school.principal
    report = await desk.issue(f"cases/{case}", "counselling-report", names["counselling-report"]["version"])
    minutes = await desk.issue(f"cases/{case}", "conference-minutes", names["conference-minutes"]["version"])
    reason = {"reason": "supervision"}
    for document, who, status in (
        (report, coordinator, 403), (report, principal, 403), (minutes, coordinator, 403), (report, counsellor, 200), (minutes, counsellor, 200),
        (report, desk.school.teacher, 403), (report, cases.who("stranger", "counsellor", "another-school"), 404),
    ):  # fmt: skip
        assert (await cases.get(f"issued/{document['id']}/pdf", who, **reason)).status_code == status
    withheld = {each["name"]: each["data"] for each in await desk.documents(case, coordinator)}
    assert withheld["counselling-report"] == {"withheld": "not for this role"}
    said = {"name": "counselling-report", "version": names["counselling-report"]["version"]}
    refused = await cases.post(f"cases/{case}/issue-document?reason=supervision", coordinator, **said)
    assert refused.status_code == 403
    preview = await cases.get(f"cases/{case}/documents/counselling-report/{said['version']}/preview", coordinator, **reason)
    assert preview.status_code == 403
    reads = await cases.sql("SELECT what FROM read_log WHERE reader = %s AND case_id = %s", desk.school.named("counsellor"), case)
    assert ("document",) in reads


async def test_whoever_is_named_in_the_case_does_not_sign_and_the_deputy_does(cases):
    desk = await office(cases)
    await desk.school.person("deputy", "staff", "vice-principal")
    case = await desk.school.case("ani", people=(accused(desk.school.named("principal")),))
    said = text(opened(await desk.pdf(await desk.issue(f"cases/{case}", "subject-access", 1))))
    assert "Siti Contoh" not in said
    assert "Wakil Kepala SMP Negeri 1 Contoh" in said
    assert "deputy" in said


async def test_whoever_is_away_does_not_sign_either(cases):
    desk = await office(cases)
    await desk.school.person("deputy", "staff", "vice-principal")
    case = await desk.school.case("ani")
    leave = {"person": desk.school.named("principal"), "away_from": soon(days=-1), "away_until": soon(days=5), "deputy": None}
    answer = await cases.post(f"schools/{desk.school.id}/record-leave", desk.school.coordinator, **leave)
    assert answer.status_code == 200, answer.text
    said = text(opened(await desk.pdf(await desk.issue(f"cases/{case}", "subject-access", 1))))
    assert ("Siti Contoh" in said, "Wakil Kepala" in said) == (False, True)


async def test_the_preview_says_what_the_file_will_say(cases):
    desk = await office(cases)
    case = await desk.school.case("ani")
    await cases.done(case, "assess-case", desk.school.counsellor, field="social", findings="<script>#let x = 1</script>", safe=True)
    page = (await cases.get(f"cases/{case}/documents/case-summary/1/preview", desk.school.counsellor)).text
    assert "&lt;script&gt;#let x = 1&lt;/script&gt;" in page
    assert "<script>#let" not in page
    assert "Ringkasan kasus untuk serah terima" in page


async def test_the_paper_is_set_by_coordinator_or_principal_of_the_school(cases):
    desk, other = await office(cases), await cases.school()
    body = {"pattern": "{number}/BK"}
    path = f"schools/{desk.school.id}/set-number-pattern"
    for who, status in ((desk.school.counsellor, 403), (other.coordinator, 404), (desk.school.principal, 200)):
        assert (await cases.post(path, who, **body)).status_code == status
    told = (await cases.get(f"schools/{desk.school.id}/paper", desk.school.counsellor)).json()
    assert (told["pattern"], told["next_number"]) == ("{number}/BK", "1/BK")
    bad = await cases.post(path, desk.school.principal, pattern="BK")
    assert (bad.status_code, bad.json()["type"]) == (422, "/problems/unusable-pattern")
    stranger = {"person": other.named("principal"), "role": "principal", "name": "X", "position": "Y"}
    assert (await cases.post(f"schools/{desk.school.id}/name-signatory", desk.school.principal, **stranger)).status_code == 422


async def test_names_of_signatories_are_sealed(cases):
    desk = await office(cases)
    bodies = [row[0] for row in await cases.sql("SELECT body FROM event WHERE stream = %s", f"paper-{desk.school.id}")]
    assert any(json.loads(each)["type"] == "signatory-named" for each in bodies)
    assert not [each for each in bodies if "Siti" in each or "1970" in each]


async def test_reports_are_frozen_as_pdf_and_spreadsheet(cases):
    from io import BytesIO

    from openpyxl import load_workbook

    desk = await office(cases)
    await desk.school.case("ani")
    await cases.caught_up()
    month = datetime.now(ZoneInfo("Asia/Jakarta")).strftime("%Y-%m")
    school, coordinator = desk.school, desk.school.coordinator
    answer = await cases.post(f"reports/schools/{school.id}/monthly/issue", coordinator, month=month)
    assert answer.status_code == 200, answer.text
    first = (await cases.get(f"reports/issued/{answer.json()['id']}/pdf", coordinator)).content
    await desk.school.case("budi")
    await cases.caught_up()
    assert (await cases.get(f"reports/issued/{answer.json()['id']}/pdf", coordinator)).content == first
    book = load_workbook(BytesIO((await cases.get(f"reports/issued/{answer.json()['id']}/xlsx", coordinator)).content))
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert ["Baru", 1] in [row[:2] for row in rows]
    assert ["Perbaikan data yang tercatat"] in [row[:1] for row in rows]
    semester = await cases.post(f"reports/schools/{school.id}/semester/issue", coordinator, month=month)
    district = await cases.post("reports/district/issue", cases.officer, month=month)
    assert (semester.status_code, district.status_code) == (200, 200)
    assert (await cases.get(f"reports/issued/{district.json()['id']}/pdf", coordinator)).status_code == 403
    assert (await cases.post("reports/district/issue", coordinator, month=month)).status_code == 403
    assert (await cases.get(f"reports/issued/{answer.json()['id']}/pdf", (await cases.school()).coordinator)).status_code == 404
