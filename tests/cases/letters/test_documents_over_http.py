"""Documents over HTTP: issued, numbered and kept once; read by those who may; checked by whoever holds one."""

import asyncio
import json
import re
from hashlib import sha256

import pytest

from tests.cases.asking import refused_by_name
from tests.cases.desk import accused, soon
from tests.cases.letters.office import office
from tests.cases.letters.reading_pdf import bytes_of, opened, text
from tests.erasing import erase

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


# corrected and checked ---------------------------------------------------------------------------------------------


async def checked(cases, file, body=None):
    """The page behind the QR code of a file, for somebody who is not signed in."""
    pdf = opened(file)
    (address,) = {str(each.A.URI) for page in pdf.pages for each in page.obj.get("/Annots", ()) if "/A" in each}
    path = address[address.index("/cases/surat/") :]
    if body is None:
        return await cases.client.get(path)
    return await cases.client.post(path, files={"file": ("surat.pdf", body, "application/pdf")})


async def test_the_page_behind_the_code_says_number_kind_school_and_date_and_nothing_of_anybody(cases):
    desk = await office(cases)
    case = await desk.school.case("ani")
    await desk.school.held(case)
    (report,) = [each for each in await desk.documents(case) if each["name"] == "counselling-report"]
    issued = await desk.issue(f"cases/{case}", "counselling-report", report["version"])
    file = await desk.pdf(issued)
    page = await checked(cases, file)
    assert page.status_code == 200
    for wanted in (issued["number"], "Laporan konseling individual", "SMP Negeri 1 Contoh", "Surat ini berlaku."):
        assert wanted in page.text
    for hidden in ("ani", "Budi", "Siti", "Kenari", case, issued["id"], desk.school.named("counsellor")):
        assert (
            hidden not in re.sub(r"<[^>]*>", " ", page.text).replace("Halaman", "").replace("Bandingkan", "").split("Pemeriksaan surat")[-1].split()
        )
    assert (page.headers["cache-control"], page.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert 'content="noindex"' in page.text
    assert "sama dengan yang diterbitkan" in (await checked(cases, file, file)).text
    assert "bukan yang diterbitkan" in (await checked(cases, file, file + b"\n")).text
    assert (await checked(cases, file, b"")).status_code == 422


async def test_a_letter_of_referral_leads_its_agency_to_where_it_answers_and_nobody_by_looking(cases, monkeypatch):
    """Notifications keeps the task: its answer is played here, and its own tests hold what stands behind the path."""
    desk, asked = await office(cases), list[str]()
    case = await desk.full_case()
    names = {each["name"]: each for each in await desk.documents(case)}
    letter = await desk.issue(f"cases/{case}", "referral-letter", names["referral-letter"]["version"])
    other = await desk.issue(f"cases/{case}", "subject-access", names["subject-access"]["version"])

    async def path(self, referral: str) -> str:
        asked.append(referral)
        return "/notifications/r/token"

    monkeypatch.setattr("services.cases.letters.answering.LetterAnswers._asked", path)
    codes = [re.search(rb"/cases/surat/([0-9a-f]{32})", bytes_of(await desk.pdf(each))) for each in (letter, other)]
    of_letter, of_other = (f"/cases/surat/{found[1].decode()}" for found in codes if found)
    assert ("Jawab rujukan" in (await cases.client.get(of_letter)).text, asked) == (True, [])
    led = await cases.client.post(f"{of_letter}/jawab")
    assert (led.status_code, led.headers["location"]) == (303, "/notifications/r/token")
    (sent,) = await cases.sql("SELECT body FROM event WHERE type = 'referral-sent' AND stream = %s", f"case-{case}")
    assert asked == [json.loads(sent[0])["referral"]]
    assert "Jawab rujukan" not in (await cases.client.get(of_other)).text
    assert (await cases.client.post(f"{of_other}/jawab")).status_code == 404
    assert (await cases.client.post(f"/cases/surat/{'0' * 32}/jawab")).status_code == 404
    monkeypatch.undo()
    assert (await cases.client.post(f"{of_letter}/jawab")).status_code == 503, "notifications is away: try again"


async def test_unknown_codes_all_get_the_same_answer(cases):
    pages = [await cases.client.get(f"/cases/surat/{code}") for code in ("0" * 32, "f" * 32, "x", "A" * 32, "0" * 31, "%E2%82%AC")]
    assert {each.status_code for each in pages} == {404}
    assert len({re.sub(r'value="/cases/surat/[^"]*"', "", each.text) for each in pages}) == 1


async def test_a_correction_issues_a_new_one_and_the_old_says_by_which_it_was_replaced(cases):
    desk = await office(cases)
    case = await desk.school.case("ani")
    old = await desk.issue(f"cases/{case}", "subject-access", 1)
    new = await desk.issue(f"cases/{case}", "subject-access", 1, replaces=old["id"])
    told = (await cases.get(f"cases/{case}/issued", desk.school.counsellor)).json()["items"]
    assert [(each["id"], each["replaced_by"], each["replaces"]) for each in told] == [(old["id"], new["id"], None), (new["id"], None, old["id"])]
    page = (await checked(cases, await desk.pdf(old))).text
    assert "Surat ini sudah diganti." in page
    assert new["number"] in page
    assert "Surat ini berlaku." in (await checked(cases, await desk.pdf(new))).text
    third = await cases.post(f"cases/{case}/issue-document", desk.school.counsellor, name="subject-access", version=1, replaces=old["id"])
    assert refused_by_name(third) == "already-replaced"
    nowhere = await cases.post(f"cases/{case}/issue-document", desk.school.counsellor, name="subject-access", version=1, replaces="tidak-ada")
    assert (nowhere.status_code, refused_by_name(nowhere)) == (404, "no-such-document")


async def test_hash_and_secret_are_open_only_as_keyed_hashes(cases):
    desk = await office(cases)
    case = await desk.school.case("ani")
    file = await desk.pdf(await desk.issue(f"cases/{case}", "subject-access", 1))
    secret = re.search(rb"/cases/surat/([0-9a-f]{32})", bytes_of(file))
    assert secret
    stored = "\n".join(row[0] for row in await cases.sql("SELECT body FROM event"))
    tables = str(await cases.sql("SELECT encode(verification, 'hex'), document FROM issued_document"))
    tables += str(await cases.sql("SELECT encode(digest, 'hex'), context FROM document_file"))
    for open_value in (secret[1].decode(), sha256(file).hexdigest(), sha256(secret[1]).hexdigest()):
        assert open_value not in stored + tables


async def test_erasing_the_student_ends_the_file_and_the_comparison_and_not_the_number(cases):
    desk = await office(cases)
    case = await desk.school.case("ani")
    issued = await desk.issue(f"cases/{case}", "subject-access", 1)
    file = await desk.pdf(issued)
    await erase(cases.kernel, desk.school.named("ani"))
    gone = await cases.get(f"issued/{issued['id']}/pdf", desk.school.counsellor)
    assert (gone.status_code, refused_by_name(gone)) == (410, "document-erased")
    page = await checked(cases, file, file)
    assert issued["number"] in page.text
    assert "sudah dihapus" in page.text
    assert (await cases.get(f"cases/{case}/issued", desk.school.counsellor)).json()["items"][0]["number"] == issued["number"]


async def test_a_crash_between_number_and_file_costs_nothing(cases, monkeypatch):
    """The number stands; the first print makes the file from the sealed data, and every later one gives the same bytes."""
    desk = await office(cases)
    case = await desk.school.case("ani")

    async def killed(*_):
        raise RuntimeError("killed")

    monkeypatch.setattr("services.cases.letters.rendering.Press.pdf", killed)
    with pytest.raises(RuntimeError):
        await cases.post(f"cases/{case}/issue-document", desk.school.counsellor, key="k-9", name="subject-access", version=1)
    monkeypatch.undo()
    (issued,) = (await cases.get(f"cases/{case}/issued", desk.school.counsellor)).json()["items"]
    assert await desk.pdf(issued) == await desk.pdf(issued)
    again = await cases.post(f"cases/{case}/issue-document", desk.school.counsellor, key="k-9", name="subject-access", version=1)
    assert again.json()["id"] == issued["id"]


# who may read, who signs -------------------------------------------------------------------------------------------


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


# the school's paper ------------------------------------------------------------------------------------------------


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
    month = soon()[:7]
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


# pages -------------------------------------------------------------------------------------------------------------


async def test_a_document_is_issued_from_its_page_once_however_often_the_button_is_pressed(cases):
    desk = await office(cases)
    case = await desk.school.case("ani")
    who, client = desk.school.counsellor, cases.client
    listed = await client.get(f"/cases/cases/{case}/surat", headers=who)
    assert "Belum ada surat yang terbit." in listed.text
    path = re.search(r'href="(/cases/cases/[^"]*/surat/subject-access/\d+)"', listed.text)
    assert path
    form = await client.get(path[1], headers=who)
    nonce = re.search(r'name="nonce" value="([^"]+)"', form.text)
    assert nonce
    typed = {"number": "", "recipient": "Yth. Ibu Contoh\ndi tempat", "copies": "Arsip", "replaces": "", "nonce": nonce[1]}
    for _ in range(2):
        sent = await client.post(path[1], headers=who, data=typed)
        assert (sent.status_code, sent.headers["location"]) == (303, f"/cases/cases/{case}/surat")
    (issued,) = (await cases.get(f"cases/{case}/issued", who)).json()["items"]
    assert issued["number"] in (await client.get(f"/cases/cases/{case}/surat", headers=who)).text
    assert "Tembusan" in text(opened(await desk.pdf(issued)))


async def test_a_form_that_is_refused_comes_back_as_it_was_with_the_reason_at_the_field(cases):
    desk = await office(cases)
    case = await desk.school.case("ani")
    who, client = desk.school.counsellor, cases.client
    await desk.issue(f"cases/{case}", "subject-access", 1, number="800/1")
    path = f"/cases/cases/{case}/surat/subject-access/1"
    for typed, status, words in (
        ({"number": "800/1"}, 409, "sudah ada dalam buku agenda"),
        ({"number": "x" * 101}, 422, "Nomor paling banyak 100 huruf."),
        ({"copies": "\n".join("x" for _ in range(11))}, 422, "Tembusan paling banyak sepuluh baris"),
        ({"recipient": "x" * 121}, 422, "Penerima paling banyak enam baris"),
        ({"replaces": "tidak-ada"}, 409, "tidak ada dalam agenda"),
    ):
        answer = await client.post(path, headers=who, data=typed | {"nonce": "n-" + next(iter(typed))})
        assert (answer.status_code, words in answer.text) == (status, True), answer.text[-1500:]
        assert "replaces" in typed or next(iter(typed.values())).split("\n")[0] in answer.text


async def test_a_coordinator_is_asked_for_the_reason_first_and_sees_what_is_withheld_by_name(cases):
    desk = await office(cases)
    case = await desk.school.case("ani")
    await desk.school.held(case)
    path = f"/cases/cases/{case}/surat"
    asked = await cases.client.get(path, headers=desk.school.coordinator)
    assert (asked.status_code, asked.headers["location"]) == (303, f"/cases/cases/{case}")
    page = (await cases.client.get(path, headers=desk.school.coordinator, params={"reason": "supervision"})).text
    assert "Laporan konseling individual" in page
    assert "Isinya tidak untuk Anda." in page
    assert "counselling-report" not in page


async def test_an_emblem_is_taken_as_png_or_svg_and_stands_on_the_letter(cases):
    from base64 import b64encode

    desk = await office(cases)
    case = await desk.school.case("ani")
    plain = await desk.pdf(await desk.issue(f"cases/{case}", "subject-access", 1))
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="9" height="9"><script>x</script><rect width="9" height="9" fill="#036"/></svg>'
    await desk.set("set-emblem", picture=b64encode(svg).decode())
    assert b"Lambang" not in bytes_of(plain)
    figures = bytes_of(await desk.pdf(await desk.issue(f"cases/{case}", "subject-access", 1)))
    assert "Lambang SMP Negeri 1 Contoh".encode("utf-16-be") in figures or b"Lambang SMP Negeri 1 Contoh" in figures
    for bad in (b"kata", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50):
        answer = await cases.post(f"schools/{desk.school.id}/set-emblem", desk.school.coordinator, picture=b64encode(bad).decode())
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "not-a-picture")
    await desk.set("set-emblem", picture=None)
    assert (await cases.get(f"schools/{desk.school.id}/paper", desk.school.counsellor)).json()["emblem"] is False
