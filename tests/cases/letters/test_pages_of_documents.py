"""The pages where documents are issued, and the school's emblem."""

import re

import pytest

from tests.cases.letters.office import office
from tests.cases.letters.reading_pdf import bytes_of, opened, text

pytestmark = pytest.mark.anyio


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
    above = (await client.post(path, headers=who, data={"number": "800/1", "copies": "Arsip Mawar", "nonce": "n-above"})).text
    assert above.count("Arsip Mawar") == 2, "the document above the form is the one that would be issued"


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
