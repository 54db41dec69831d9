"""*Catat layanan* in a real browser: how many interactions a finished session takes from the first page (people page, The desk)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page

from tests.browser import needs_browser
from tests.browser.counting import Counting, counted
from tests.browser.looking import VIEWS, View, context, is_well
from tests.browser.serving import on_a_port

pytestmark = [pytest.mark.anyio, pytest.mark.browser, needs_browser]

MOST_INTERACTIONS, MOST_REQUIRED = 12, 6


async def recorded(page: Page, origin: str, who: Counting, *, first: bool) -> int:
    """From the first page to the case; how many fields had to be filled in."""
    await page.goto(f"{origin}/cases/menunggu")
    await who.press(page.get_by_role("link", name="Catat layanan"))
    await who.press(page.get_by_role("link", name="student"))
    required = len({await each.get_attribute("name") for each in await page.locator("form :required").all()}) + int(first)
    await who.write(page.get_by_label("Kapan"), (datetime.now(ZoneInfo("Asia/Jakarta")) - timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M"))
    await who.write(page.get_by_label("Apa yang terjadi"), "Datang sendiri dan bercerita.")
    for chip in ("Sebagian", "2 minggu lagi", *(("Sosial",) if first else ()), "Berfokus solusi"):
        await who.tick(page.get_by_role("radio", name=chip))
    if first:
        await who.tick(page.get_by_label("Murid sudah diberi tahu batas kerahasiaan"))
    await who.press(page.get_by_role("button", name="Simpan", exact=True))
    await page.get_by_text("Tersimpan.").wait_for()
    return required


@pytest.mark.parametrize("view", [View(390, "light"), View(1280, "light")], ids=str)
@pytest.mark.parametrize("scripts", [True, False])
async def test_a_finished_session_takes_few_interactions_from_the_first_page(chromium, cases, view: View, scripts: bool):
    school = await cases.school()
    await school.case()
    async with on_a_port(cases.app) as origin:
        browsing = await chromium.new_context(
            viewport={"width": view.width, "height": 844}, extra_http_headers=school.counsellor, java_script_enabled=scripts
        )
        page = await browsing.new_page()
        for first in (True, False):
            counting = Counting(page)
            required = await recorded(page, origin, counting, first=first)
            counted(f"Catat layanan, {view.width} px, first={first}: {counting.interactions} interactions, {required} required fields")
            assert counting.interactions <= MOST_INTERACTIONS
            assert required <= MOST_REQUIRED
        await browsing.close()


@pytest.mark.parametrize("view", [*VIEWS, View(390, "light")], ids=str)
async def test_its_pages_fit_empty_faulty_and_full(chromium, cases, view: View):
    school = await cases.school()
    async with on_a_port(cases.app) as origin:
        browsing = await context(chromium, view, headers=school.counsellor)
        page = await browsing.new_page()
        await page.goto(f"{origin}/cases/catat")
        await is_well(page, "catat-nobody")
        case = await school.case()
        await page.goto(f"{origin}/cases/catat")
        await is_well(page, "catat-whom")
        await page.goto(f"{origin}/cases/cases/{case}/catat")
        await is_well(page, "catat-empty")
        await page.get_by_role("button", name="Simpan", exact=True).click()
        assert await page.locator(".errors").is_visible()
        await is_well(page, "catat-faulty")
        await page.get_by_text("Rincian untuk laporan resmi").click()
        await is_well(page, "catat-open")
        await browsing.close()
