"""On one computer two people sign in in turn: a form that was shown to one of them is never kept as the other one's act (ADR 92)."""

import html
import re

import pytest

from shared.sessions.shown_to import FIELD, mark_of
from tests.attachments.hostile import PDF
from tests.cases.letters.office import Office, office
from tests.cases.test_files_of_activities import counselling, kept
from tests.cases.test_forms import Fields, page

pytestmark = pytest.mark.anyio


def of(case: str, called: str = "langkah/note") -> str:
    return f"/cases/cases/{case}/{called}"


async def send(cases, who, address, typed, accept="text/html"):
    return await cases.client.post(address, headers=who | {"accept": accept, "sec-fetch-site": "same-origin"}, data=typed)


async def test_what_one_typed_while_another_signed_in_comes_back_and_is_kept_in_no_other_name(cases):
    school = await cases.school()
    case = await school.case()
    typed = Fields((await page(cases, school.counsellor, of(case))).text).hidden | {"text": "Kata kenari yang cukup panjang untuk dibaca kembali"}
    for another in (school.coordinator, school.who("operator", "school-operator")):
        answer = await send(cases, another, of(case), typed)
        assert (answer.status_code, "Kata kenari" in answer.text) == (409, True)
        assert "akun yang berbeda" in html.unescape(answer.text) and "Masuk di tab lain" in answer.text
        assert Fields(answer.text).hidden[FIELD] == mark_of(school.named("counsellor")), "and it stays of whom it was shown to"
        assert await cases.events(case, "note-added") == []
    assert (await send(cases, school.counsellor, of(case), Fields(answer.text).hidden | {"text": typed["text"]})).status_code == 303
    assert len(await cases.events(case, "note-added")) == 1


async def test_a_draft_is_kept_under_no_other_name_either(cases):
    school = await cases.school()
    case = await school.case()
    typed = Fields((await page(cases, school.counsellor, of(case))).text).hidden | {"text": "Kata kenari"}
    answer = await send(cases, school.other, of(case, "langkah/note/konsep"), typed, accept="text/plain")
    assert answer.status_code == 409
    assert await cases.sql("SELECT 1 FROM draft WHERE case_id = %s", case) == []


@pytest.mark.parametrize("called", ["langkah/note", "langkah/request-counselling", "catat"])
async def test_every_form_of_a_case_says_whom_it_was_shown_to_and_nobody_s_id(cases, called):
    school = await cases.school()
    shown = await page(cases, school.counsellor, of(await school.case(), called))
    assert Fields(shown.text).hidden[FIELD] == mark_of(school.named("counsellor"))
    assert school.named("counsellor") not in shown.text


async def test_a_program_that_says_nothing_of_it_is_taken_at_its_word(cases):
    school = await cases.school()
    case = await school.case()
    assert (await send(cases, school.counsellor, of(case), {"key": "k", "text": "Kata kenari"})).status_code == 303


async def test_a_letter_is_issued_by_whom_its_page_was_shown_to_and_by_nobody_else(cases):
    school = (await office(cases)).school
    case = await school.case("ani")
    listed = (await page(cases, school.counsellor, of(case, "surat"))).text
    (address, *_) = re.findall(r'href="(/cases/cases/[^"]*/surat/subject-access/\d+)"', listed)
    hidden = Fields((await page(cases, school.counsellor, address)).text).hidden
    typed = hidden | {"number": "", "recipient": "Yth. Ibu Kenari Contoh, di tempat yang sudah dikenal", "copies": "Arsip", "replaces": ""}
    answer = await send(cases, school.coordinator, address, typed)
    assert (answer.status_code, "Ibu Kenari" in answer.text, "akun yang berbeda" in html.unescape(answer.text)) == (409, True, True)
    assert Fields(answer.text).hidden[FIELD] == mark_of(school.named("counsellor"))
    assert (await cases.get(f"cases/{case}/issued", school.counsellor)).json()["items"] == []
    again = Fields(answer.text).hidden | {"recipient": typed["recipient"]}
    assert (await send(cases, school.counsellor, address, again)).status_code == 303
    assert len((await cases.get(f"cases/{case}/issued", school.counsellor)).json()["items"]) == 1


async def test_evidence_is_uploaded_by_whom_its_page_was_shown_to_and_by_nobody_else(cases):
    school = await cases.school()
    _, address = await counselling(cases, school)
    letter_page = await scans_of(cases, school)
    for place in (address, letter_page):
        hidden = Fields((await page(cases, school.counsellor, place)).text).hidden
        assert hidden[FIELD] == mark_of(school.named("counsellor"))
    answer = await uploads(cases, school.coordinator, f"{letter_page}?reason=supervision", hidden)
    assert (answer.status_code, "akun yang berbeda" in html.unescape(answer.text)) == (409, True)
    of_the_letter = letter_page.split("/")[3]
    assert await kept(cases, of_the_letter) == []
    assert (await uploads(cases, school.counsellor, letter_page, hidden)).status_code == 303
    assert [each["by"] for each in await kept(cases, of_the_letter)] == [school.named("counsellor")]


async def scans_of(cases, school):
    """Where the scans of a letter are put, which a coordinator may do as well."""
    desk = Office(cases, school)
    await desk.equipped()
    case = await school.case("budi")
    letter = await desk.issue(f"cases/{case}", "subject-access", 1)
    return f"/cases/cases/{case}/dokumen/{letter['id']}/lampiran"


async def uploads(cases, who, address, hidden):
    browser = {"accept": "text/html", "sec-fetch-site": "same-origin"}
    return await cases.client.post(address, headers=who | browser, data=hidden, files=[("files", ("bukti.pdf", PDF, "application/pdf"))])
