"""*Rujuk ke lembaga* in a real browser: from the case to the printed letter by its two people, and what each page looks like (issue of the desk)."""

import pytest
from playwright.async_api import Page

from tests.browser import needs_browser
from tests.browser.counting import Counting, counted
from tests.browser.directory import beside_the_directory
from tests.browser.looking import VIEWS, View, context, is_well
from tests.browser.serving import on_a_port

pytestmark = [pytest.mark.anyio, pytest.mark.browser, needs_browser]

MOST_INTERACTIONS = 25
PROBLEM = "Murung sejak dua bulan dan menarik diri."


@pytest.fixture
async def referring(database, redis_server):
    async with beside_the_directory(database, redis_server.url) as running:
        yield running


async def prepared(who: Counting, approver: str) -> None:
    """From the case's page until the approver is asked."""
    page = who.page
    await who.press(page.get_by_role("link", name="Rujuk ke lembaga", exact=True))
    await who.tick(page.get_by_role("radio", name="Kesehatan jiwa"))
    await who.press(page.get_by_role("button", name="Cari lembaga"))
    await who.tick(page.get_by_role("radio", name="Biro Psikologi Contoh"))
    await who.tick(page.get_by_role("checkbox", name="Tawarkan juga sebagai pilihan lain RSUD Contoh"))
    await who.write(page.get_by_label("Mengapa lembaga ini?"), "Paling dekat dengan rumah murid.")
    await who.press(page.get_by_role("button", name="Lanjut: isi rujukan"))
    await who.tick(page.get_by_role("radio", name="Sudah diberikan"))
    await who.tick(page.get_by_role("group", name="Siapa yang menyetujui?").get_by_role("radio", name="Murid"))
    await who.write(page.get_by_label("Nomor atau tempat lembar persetujuan"), "Map kasus, lembar 3")
    await who.choose(page.get_by_label("Siapa yang diminta menyetujui rujukan?"), approver)
    await who.write(page.get_by_label("Masalah yang dirujuk"), PROBLEM)
    await who.write(page.get_by_label("Yang diminta dari lembaga"), "Pemeriksaan dan pendampingan.")
    await who.press(page.get_by_role("button", name="Lanjut: periksa"))
    assert PROBLEM in await page.locator(".read").inner_text()
    await who.press(page.get_by_role("button", name="Buat rujukan dan minta persetujuan"))
    await page.get_by_text("Tersimpan.").wait_for()


async def approved(who: Counting) -> None:
    """By who was asked, from what waits for them."""
    page = who.page
    await who.press(page.locator("main .rows a").first)
    await who.press(page.get_by_role("link", name="Setujui rujukan").first)
    await who.press(page.get_by_role("button", name="Setujui rujukan"))
    await page.get_by_text("Tersimpan.").wait_for()


async def sent(who: Counting) -> None:
    """And its letter issued."""
    page = who.page
    await who.press(page.get_by_role("link", name="Kirim rujukan").first)
    assert PROBLEM in await page.get_by_label("Isi yang disampaikan kepada lembaga").input_value()
    await who.press(page.get_by_role("button", name="Kirim rujukan"))
    await who.press(page.get_by_role("link", name="Terbitkan surat alih tangan kasus"))
    await who.press(page.get_by_role("button", name="Terbitkan"))
    await page.get_by_role("heading", name="Sudah terbit").wait_for()
    assert await page.get_by_role("link", name="Cetak").is_visible()


@pytest.mark.parametrize("view", [View(390, "light"), View(1280, "light")], ids=str)
async def test_a_referral_with_its_letter_takes_few_interactions_and_no_scripts(chromium, referring, view: View):
    school = await referring.school()
    case = await school.case()
    async with on_a_port(referring.app) as origin:

        async def opened(headers: dict[str, str]) -> Counting:
            size = {"width": view.width, "height": 844}
            browsing = await chromium.new_context(viewport=size, extra_http_headers=headers, java_script_enabled=False)
            page = await browsing.new_page()
            await page.goto(f"{origin}/cases/cases/{case}")
            return Counting(page)

        counsellor, principal = await opened(school.counsellor), await opened(school.principal)
        await prepared(counsellor, "principal")
        await principal.page.goto(f"{origin}/cases/menunggu")
        await approved(principal)
        await counsellor.page.reload()
        await sent(counsellor)
        total = counsellor.interactions + principal.interactions
        counted(f"Rujukan with its letter, {view.width} px: {counsellor.interactions} + {principal.interactions} = {total} interactions")
        assert total <= MOST_INTERACTIONS
        for each in (counsellor, principal):
            await each.page.context.close()


async def faulty(page: Page, button: str, name: str) -> None:
    await page.get_by_role("button", name=button).click()
    await page.locator(".errors").wait_for()
    await is_well(page, name)


@pytest.mark.parametrize("view", [*VIEWS, View(390, "light")], ids=str)
async def test_its_pages_fit_empty_faulty_and_full(chromium, referring, view: View):
    school = await referring.school()
    case = await school.case(urgency="emergency")
    async with on_a_port(referring.app) as origin:
        browsing = await context(chromium, view, headers=school.counsellor)
        page = await browsing.new_page()
        await page.goto(f"{origin}/cases/cases/{case}/rujuk")
        await is_well(page, "rujuk-need")
        await page.get_by_label("Umur murid").fill("empat belas")
        await faulty(page, "Cari lembaga", "rujuk-need-faulty")
        await page.get_by_label("Umur murid").fill("14")
        await page.get_by_role("radio", name="Kesehatan jiwa").check()
        await page.get_by_label("Wilayah tempat tinggal").fill("Contoh")
        await page.get_by_label("Murid akan datang tanpa").check()
        await page.get_by_role("button", name="Cari lembaga").click()
        await is_well(page, "rujuk-receiver")
        await faulty(page, "Lanjut: isi rujukan", "rujuk-receiver-faulty")
        await page.get_by_role("radio", name="RSUD Contoh").check()
        await page.get_by_role("checkbox", name="Tawarkan juga sebagai pilihan lain Biro").check()
        await page.get_by_label("Mengapa lembaga ini?").fill("Buka siang malam.")
        await page.get_by_role("button", name="Lanjut: isi rujukan").click()
        await is_well(page, "rujuk-contents")
        await faulty(page, "Lanjut: periksa", "rujuk-contents-faulty")
        for consent in ("Sudah diberikan", "Belum, masih diminta", "Tanpa persetujuan, dengan dasar"):
            await page.get_by_role("radio", name=consent).check()
            await is_well(page, f"rujuk-contents-{consent.split()[0].lower()}")
        await page.get_by_role("radio", name="Belum, masih diminta").check()
        await page.get_by_label("Siapa yang diminta menyetujui rujukan?").select_option(label="principal")
        await page.get_by_label("Masalah yang dirujuk").fill(PROBLEM)
        await page.get_by_label("Yang diminta dari lembaga").fill("Pemeriksaan.")
        await page.get_by_role("button", name="Lanjut: periksa").click()
        await is_well(page, "rujuk-check")
        await browsing.close()
