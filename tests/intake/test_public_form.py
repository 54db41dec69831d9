"""The public form, page by page (first use, rows 9, 19 and 21; ADR 27)."""

import asyncio
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from services.intake.form.answers import UNNAMED
from services.intake.form.drafts import Drafts
from shared.errors import Unavailable
from shared.sealed import Sealed
from tests.intake.form import FORM, add_school, fill, receipt_of, report, send
from tests.intake.office import Office

pytestmark = pytest.mark.anyio
WHOLE = {"about": "other", "narrative": "Sering menangis, kata kenari.", "school": "smp1", "description": "Murid bertopi biru", "reply_to": "0812"}
WORDS = ("kenari", "bertopi", "0812")


class Public:
    """A browser at the public form of a district with one school."""

    def __init__(self, office: Office, client: httpx.AsyncClient) -> None:
        self.office, self.client = office, client

    async def page(self, path: str = "") -> str:
        return (await self.client.get(f"{FORM}{path}", follow_redirects=True)).text

    async def raised(self) -> list[dict]:
        """What cases hears, with who said it and how to reach them."""
        said = {each["concern"]: each for each in await self.office.told("concern-received")}
        return [said[each["concern"]] | each for each in await self.office.told("concern-raised")]

    async def drafts(self) -> int:
        async with self.office.kernel.database.connection() as connection:
            row = await (await connection.execute("SELECT count(*) FROM public_draft")).fetchone()
        return int(row[0])

    async def opened(self, told: dict) -> object:
        (text,) = await self.office.kernel.vault.open_many([Sealed.model_validate(told)])
        return text


@pytest.fixture
async def public(office: Office) -> AsyncIterator[Public]:
    await add_school(office)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=office.app), base_url="http://intake") as client:
        yield Public(office, client)


# row 9: nothing comes back, nothing is sent twice ------------------------------------------------------------------------


async def test_row_9_what_is_sent_leads_to_the_receipt_and_no_page_shows_the_childs_words_any_more(public):
    page = await report(public.client, **WHOLE)
    assert (page.request.method, page.url.path, page.status_code) == ("GET", f"{FORM}/tanda-terima", 200)
    shown = [page.text, *[await public.page(f"/{step}") for step in ("siapa", "apa", "sekolah", "kontak", "periksa", "tanda-terima")]]
    assert [word for each in shown for word in WORDS if word in each] == []
    assert {receipt_of(page)} == {told for each in shown for told in re.findall(r'class="receipt">([^<]+)<', each)}


async def test_row_9_the_second_press_shows_the_first_receipt(public):
    await fill(public.client, **WHOLE)
    pressed = await asyncio.gather(*(send(public.client) for _ in range(3)))
    later = await send(public.client)
    assert len({receipt_of(page) for page in [*pressed, later]}) == 1
    assert len(await public.raised()) == 1


async def test_row_9_the_receipt_stands_in_no_address_and_another_browser_sees_none(public):
    receipt = receipt_of(await report(public.client, **WHOLE))
    public.client.cookies.clear()
    assert receipt not in await public.page("/tanda-terima")


async def test_a_new_report_after_a_receipt_is_another_one(public):
    first = receipt_of(await report(public.client, **WHOLE))
    assert 'name="about"' in await public.page(), "the form begins anew"
    for step, fields in (("siapa", {"about": "self"}), ("apa", {"narrative": "Lagi"}), ("sekolah", {"school": "smp1"}), ("kontak", {})):
        await public.client.post(f"{FORM}/{step}", data=fields)
    assert receipt_of(await send(public.client)) != first


async def test_what_was_typed_is_there_when_one_goes_back_before_sending_and_gone_when_one_leaves(public):
    await fill(public.client, **WHOLE)
    assert "kenari" in await public.page("/apa")
    left = await public.client.get("/intake/tinggalkan")
    assert (left.status_code, left.headers["location"], left.headers["clear-site-data"]) == (303, "https://www.google.com/", '"cache"')
    assert (await public.drafts(), "kenari" in await public.page("/apa")) == (0, False)


async def test_nobody_without_the_browsers_cookie_can_open_what_was_typed(public):
    await fill(public.client, **WHOLE)
    async with public.office.kernel.database.connection() as connection:
        (kept,) = await (await connection.execute("SELECT draft, box FROM public_draft")).fetchall()
    value = public.client.cookies["tanggap_draft"].encode()
    assert [word for word in (*(each.encode() for each in WORDS), value) if word in bytes(kept[0]) + bytes(kept[1])] == []


async def test_what_nobody_sends_ends_after_half_an_hour(public):
    await fill(public.client, **WHOLE)
    async with public.office.kernel.database.connection() as connection:
        await connection.execute("UPDATE public_draft SET until = now() - interval '1 second'")
    assert "kenari" not in await public.page("/apa")
    await fill(public.client, **WHOLE)
    assert await public.drafts() == 1, "whoever types takes the ended ones away"


# row 19: about whom ------------------------------------------------------------------------------------------------------


async def test_row_19_nothing_is_chosen_beforehand_and_my_child_can_be_chosen(public):
    page = await public.page()
    assert (re.findall(r'name="about" value="(\w+)"', page), "checked" in page) == (["self", "child", "other"], False)
    assert "Anak saya" in page


async def test_row_19_a_self_report_may_stay_unnamed_with_a_way_to_be_met(public):
    await fill(public.client, **WHOLE | {"about": "self", "description": "", "reply_to": "di perpustakaan, istirahat kedua"})
    assert "Bagaimana kami dapat menemui Anda?" in await public.page("/kontak")
    receipt_of(await send(public.client))
    (told,) = await public.raised()
    assert (await public.opened(told["description"]), told["reporter_kind"]) == (UNNAMED, "student")
    assert await public.opened(told["reply_to"]) == "di perpustakaan, istirahat kedua"
    assert str(await public.opened(told["text"])).endswith("\n\nCara menghubungi pelapor: di perpustakaan, istirahat kedua"), (
        "read by whoever handles it"
    )


@pytest.mark.parametrize(("about", "kind"), [("self", "student"), ("child", "guardian"), ("other", "anonymous")])
async def test_who_reports_follows_from_whom_it_is_about(public, about, kind):
    await report(public.client, **WHOLE | {"about": about})
    assert [each["reporter_kind"] for each in await public.raised()] == [kind]


# row 21: what is wrong, at the right field -----------------------------------------------------------------------------------


WRONG = [
    ("siapa", {"about": ""}, "about", "Pilih tentang siapa laporan ini.", "Choose whom this report is about."),
    ("siapa", {"about": "nonsense"}, "about", "Pilih tentang siapa laporan ini.", "Choose whom this report is about."),
    ("apa", {"narrative": " \n "}, "narrative", "Tuliskan apa yang terjadi atau apa yang dibutuhkan.", "Write what happened or what is needed."),
    ("apa", {"narrative": "x" * 20_001}, "narrative", "Terlalu panjang: paling banyak 20.000 huruf.", "Too long: at most 20,000 letters."),
    ("sekolah", {"school": "", "description": "Ani"}, "school", "Pilih sekolahnya.", "Choose the school."),
    ("sekolah", {"school": "elsewhere", "description": "Ani"}, "school", "Pilih sekolahnya.", "Choose the school."),
    ("sekolah", {"school": "smp1", "description": ""}, "description", "Tuliskan siapa murid itu", "Write who the student is"),
    ("sekolah", {"school": "smp1", "description": "x" * 501}, "description", "paling banyak 500 huruf", "at most 500 letters"),
    ("kontak", {"reply_to": "x" * 501}, "reply_to", "paling banyak 500 huruf", "at most 500 letters"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "typed", "field", "indonesian", "english"), WRONG, ids=lambda told: str(told)[:30])
async def test_row_21_what_is_wrong_is_said_at_its_field_in_both_languages_and_what_was_typed_stays(public, step, typed, field, indonesian, english):
    await fill(public.client, **WHOLE)
    answer = await public.client.post(f"{FORM}/{step}", data=typed, follow_redirects=True)
    assert answer.request.method == "GET", "neither back nor reload sends anything again"
    for language, sentence in (("id", indonesian), ("en", english)):
        public.client.cookies.set("tanggap_language", language)
        page = await public.page(f"/{step}?periksa")
        assert re.search(rf'<a href="#{field}">[^<]*{re.escape(sentence)}', page), "in the summary"
        assert re.search(rf'id="{field}-error">.*{re.escape(sentence)}', page), "at the field"
        assert all(value.strip() in page for value in typed.values() if len(value) < 100 and value not in ("elsewhere", "nonsense"))


async def test_a_form_with_something_missing_is_not_sent_and_leads_to_the_page_where_it_is_missing(public):
    await fill(public.client, **WHOLE | {"narrative": ""})
    page = await send(public.client)
    assert (page.url.path, await public.raised()) == (f"{FORM}/apa", [])


async def test_no_odd_choice_costs_the_report(public):
    await report(public.client, **WHOLE, categories=["nonsense", "bullying"], facts=["nonsense", "weapon"])
    (told,) = await public.raised()
    assert (told["categories"], told["facts"]) == (["bullying"], {"weapon": True})


# where it cannot be kept --------------------------------------------------------------------------------------------------


async def test_a_browser_without_cookies_is_told_so_and_keeps_what_it_typed(public):
    answer = await public.client.post(f"{FORM}/apa", data={"narrative": "Kata kenari"})
    assert (answer.status_code, "kenari" in answer.text, "menolak kuki" in answer.text) == (409, True, True)


async def test_while_the_database_does_not_answer_the_page_comes_back_as_it_was_and_says_that_it_is_not_kept(public, monkeypatch):
    await fill(public.client, **WHOLE)
    monkeypatch.setattr(Drafts, "keep", failing)
    answer = await public.client.post(f"{FORM}/apa", data={"narrative": "Kata merpati", "facts": "weapon"})
    assert (answer.status_code, "merpati" in answer.text, 'value="weapon" checked' in answer.text) == (503, True, True)
    assert "belum tersimpan" in answer.text
    monkeypatch.undo()
    assert "kenari" in await public.page("/apa")


async def test_a_report_that_was_accepted_shows_its_receipt_also_where_the_draft_cannot_be_written_any_more(public, monkeypatch):
    await fill(public.client, **WHOLE)
    monkeypatch.setattr(Drafts, "keep", failing)
    shown = await public.client.post(f"{FORM}/kirim")
    monkeypatch.undo()
    assert (shown.status_code, receipt_of(shown), len(await public.raised())) == (200, receipt_of(await send(public.client)), 1)


async def failing(*_: object) -> None:
    raise Unavailable("the database does not answer")
