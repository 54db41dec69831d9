"""A document is checked by its code, corrected by a new one, and ended by an erasure."""

import json
import re
from hashlib import sha256

import pytest

from tests.cases.asking import refused_by_name
from tests.cases.letters.office import office
from tests.cases.letters.reading_pdf import bytes_of, opened
from tests.erasing import erase

pytestmark = pytest.mark.anyio


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
