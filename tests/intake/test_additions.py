"""What a reporter says later, over HTTP: by the receipt alone, as the reporter, as who wrote it down (rows 1 and 4 of a district's life; first use, 2 and 6)."""

import re
from collections.abc import AsyncIterator
from typing import get_args

import pytest

from shared.events import CaseAcknowledged, CaseClosed, Category, ConcernJoinedCase, ConcernRead
from tests.erasing import erase
from tests.intake.form import fill, nonce_of, receipt_of, report
from tests.intake.office import Office
from tests.intake.reporting import Desk, running

pytestmark = pytest.mark.anyio

LINES = "\r\n".join(["baris"] * 477)
"""476 line breaks, as a browser sends them."""
LONG = LINES + "x" * (20_000 - len(LINES.replace("\r\n", "\n")))
"""20,000 characters as a browser counts them."""


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Desk]:
    async with running(office) as desk:
        yield desk


# what is told of it ----------------------------------------------------------------------------------------------------


async def test_row_1_words_and_facts_that_come_later_leave_intake_sealed_for_each_student(desk):
    raised = await desk.raises(students=[{"id": "ani", "role": "affected"}, {"id": "budi", "role": "accused"}], facts={"fear": True})
    answer = await desk.adds(raised, text="Besok ia akan membawa pisau ke sekolah.", facts={"weapon": True})
    assert (answer.status_code, answer.json()) == (201, {"state": "received", "outcome_class": None})
    told = await desk.continued()
    assert [(each["concern"], each["student"], each["answers"], each["facts"]) for each in told] == [
        (raised["concern_id"], student, {"weapon": True}, {"fear": True, "weapon": True}) for student in ("ani", "budi")
    ]
    assert len({each["text"]["kid"] for each in told}) == 2
    assert [await desk.opened(each) for each in told] == ["Besok ia akan membawa pisau ke sekolah."] * 2


async def test_a_student_who_was_erased_hears_nothing_and_the_other_one_does(desk):
    raised = await desk.raises(students=[{"id": "ani", "role": "affected"}, {"id": "budi", "role": "accused"}])
    await erase(desk.office.kernel, "ani")
    assert (await desk.adds(raised, text="Kata")).status_code == 201
    assert [each["student"] for each in await desk.continued()] == ["budi"]


async def test_nothing_is_added_to_a_concern_that_was_erased(desk):
    raised = await desk.raises()
    await erase(desk.office.kernel, f"concern-{raised['concern_id']}")
    assert (await desk.adds(raised, text="Kata")).status_code == 404


# whose it is -----------------------------------------------------------------------------------------------------------


async def test_staff_add_to_their_own_reports_signed_in_without_a_receipt(desk):
    raised = await desk.raises(desk.person("guru", "homeroom"))
    assert (await desk.adds(raised, desk.person("guru", "homeroom"), text="Kata")).status_code == 201
    assert (await desk.adds(raised, desk.person("lain", "homeroom"), text="Kata")).status_code == 404
    assert (await desk.adds(raised, {}, text="Kata")).status_code == 404
    assert len(await desk.continued()) == 1


async def test_an_anonymous_concern_is_nobodys_whoever_was_signed_in(desk):
    raised = await desk.raises(desk.person("guru", "homeroom"), reporter={"kind": "anonymous"})
    assert (await desk.adds(raised, desk.person("guru", "homeroom"), text="Kata")).status_code == 404
    assert (await desk.adds(raised, text="Kata")).status_code == 201


async def test_first_use_6_the_receipt_suffices(desk):
    raised = await desk.raises()
    body = {"receipt": raised["receipt"].lower(), "text": "Kata", "facts": {"weapon": True}}
    assert (await desk.client.post("/intake/api/additions", json=body)).status_code == 201
    assert [each["answers"] for each in await desk.continued()] == [{"weapon": True}]
    wrong = await desk.client.post("/intake/api/additions", json=body | {"receipt": "AAA-AAA-AAA-AAA-AAA-AAA"})
    assert wrong.status_code == 404


# a key -----------------------------------------------------------------------------------------------------------------


async def test_row_29_the_same_key_adds_once_and_with_other_words_it_is_refused(desk):
    raised = await desk.raises()
    answers = [(await desk.adds(raised, key="k", text=text)).status_code for text in ("Satu", "Satu", "Dua")]
    assert answers == [201, 201, 422]
    assert len(await desk.continued()) == 1


async def test_the_keys_of_two_reporters_who_have_only_receipts_do_not_meet(desk):
    raised = [await desk.raises() for _ in range(2)]
    sent = [{"receipt": each["receipt"], "text": f"Kata {place}"} for place, each in enumerate(raised)]
    for body in sent:
        assert (await desk.client.post("/intake/api/additions", json=body, headers={"idempotency-key": "1"})).status_code == 201
    assert len(await desk.continued()) == 2


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"text": ""}, "/text"),
        ({"text": " \r\n "}, "/text"),
        ({"text": "x" * 20_001}, "/text"),
        ({"text": "x", "facts": {"pisau": True}}, "/facts/pisau/[key]"),
        ({"text": "x", "facts": {"weapon": "perhaps"}}, "/facts/weapon"),
        ({"text": "x", "colour": "red"}, "/colour"),
        ({}, "/text"),
    ],
)
async def test_bad_input_is_pointed_at_and_nothing_is_kept(desk, body, pointer):
    answer = await desk.adds(await desk.raises(), **body)
    assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, [pointer])
    assert await desk.office.told("concern-added-to") == []


# pages -----------------------------------------------------------------------------------------------------------------


FORM = {"school": "smp1", "about": "other", "description": "Murid bertopi biru", "narrative": "Sering menangis."}


async def test_first_use_6_the_receipt_page_and_the_status_page_offer_to_add_something(desk):
    sent = await report(desk.client, **FORM)
    receipt = receipt_of(sent)
    shown = await desk.form("status", receipt=receipt)
    for page in (sent, shown):
        assert "Tambah keterangan" in page.text
        assert 'action="/intake/tambah"' in page.text
    added = await desk.form("tambah", receipt=receipt, nonce=nonce_of(shown), text="Besok ada pisau.", facts=["weapon"])
    assert (added.status_code, "sudah diterima" in added.text) == (201, True)
    (told,) = await desk.continued()
    assert (await desk.opened(told), told["student"], told["students"], told["answers"]) == ("Besok ada pisau.", None, 1, {"weapon": True})


async def test_the_form_sent_twice_adds_once_and_with_other_words_it_says_so_and_keeps_them(desk):
    sent = await report(desk.client, **FORM)
    fields = {"receipt": receipt_of(sent), "nonce": nonce_of(sent)}
    answers = [await desk.form("tambah", **fields, text=text) for text in ("Satu", "Satu", "Dua kenari")]
    assert [each.status_code for each in answers] == [201, 201, 409]
    assert "Dua kenari" in answers[2].text
    assert (await desk.form("tambah", receipt=fields["receipt"], nonce=nonce_of(answers[2]), text="Dua kenari")).status_code == 201
    assert len(await desk.continued()) == 2


@pytest.mark.parametrize(("changed", "status"), [({"text": "  "}, 422), ({"receipt": "AAA-AAA"}, 404)])
async def test_what_cannot_be_added_comes_back_with_everything_that_was_typed(desk, changed, status):
    receipt = receipt_of(await report(desk.client, **FORM))
    answer = await desk.form("tambah", **({"receipt": receipt, "nonce": "n", "text": "Kata kenari", "facts": ["weapon"]} | changed))
    assert (answer.status_code, 'role="alert"' in answer.text) == (status, True)
    assert changed.get("text", "Kata kenari") in answer.text
    assert 'value="weapon" checked' in answer.text
    assert await desk.continued() == []


async def test_row_4_what_the_form_lets_somebody_type_is_taken_and_kept_with_plain_line_breaks(desk):
    sent = await report(desk.client, **FORM | {"narrative": LONG, "description": "x" * 500, "reply_to": "y" * 500})
    added = await desk.form("tambah", receipt=receipt_of(sent), nonce=nonce_of(sent), text=LONG)
    assert added.status_code == 201
    (told,) = await desk.continued()
    text = await desk.opened(told)
    assert (len(str(text)), "\r" in str(text)) == (20_000, False)
    api = await desk.raises(narrative=LONG)
    assert (await desk.adds(api, text=LONG)).status_code == 201


async def test_row_4_every_box_of_the_form_may_be_ticked(desk):
    await fill(desk.client, **FORM)
    page = await desk.client.get("/intake/lapor/apa")
    boxes = {name: re.findall(rf'name="{name}" value="([^"]+)"', page.text) for name in ("categories", "facts")}
    assert len(boxes["categories"]) > 10
    assert "Laporan Anda sudah diterima" in (await report(desk.client, **FORM, **boxes)).text
    await desk.raises(categories=list(get_args(Category)))


# the status is true ----------------------------------------------------------------------------------------------------


async def test_first_use_2_a_concern_waits_to_be_read_until_a_person_has_opened_or_taken_the_case(desk):
    sent = await report(desk.client, **FORM)
    shown = await desk.form("status", receipt=receipt_of(sent))
    assert "Diterima, menunggu dibaca" in shown.text
    raised = await desk.raises()
    about = {"case": "k", "student": "ani", "school": "smp1"}
    await desk.hears(ConcernJoinedCase(**about, concern=raised["concern_id"], read=False))
    assert await desk.state(raised) == "received"
    await desk.hears(ConcernRead(**about, by="guru-bk", concerns=(raised["concern_id"],), additions=()))
    assert await desk.state(raised) == "read"
    await desk.hears(CaseAcknowledged(**about, by="guru-bk", concerns=(raised["concern_id"],)))
    assert await desk.state(raised) == "in_progress"
    await desk.hears(CaseClosed(**about, concerns=(raised["concern_id"],), outcome="helped"))
    assert await desk.state(raised) == "closed"


async def test_what_an_earlier_release_of_cases_still_says_is_understood(desk):
    """It told every reporter at once that the concern had been read, and said nothing of `read`."""
    raised = await desk.raises()
    earlier = ConcernJoinedCase(case="k", student="ani", school="smp1", concern=raised["concern_id"])
    await desk.hears(earlier)
    assert await desk.state(raised) == "read"
