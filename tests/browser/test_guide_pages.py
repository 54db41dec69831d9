"""The page of guides in a real browser, and the way to it from the first page (ADR 56)."""

import pytest

from tests.browser import needs_browser
from tests.browser.looking import VIEWS, View, context, is_well
from tests.browser.serving import on_a_port

pytestmark = [pytest.mark.anyio, pytest.mark.browser, needs_browser]


@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_a_counsellor_finds_the_guide_from_the_first_page(chromium, cases, view: View):
    school = await cases.school()
    async with on_a_port(cases.app) as origin:
        browsing = await context(chromium, view, headers=school.counsellor)
        page = await browsing.new_page()
        await page.goto(f"{origin}/cases/menunggu")
        if await (menu := page.get_by_text("Menu lainnya")).is_visible():
            await menu.click()
        await page.get_by_role("link", name="Panduan", exact=True).click()
        await is_well(page, "guides")
        first = page.get_by_role("main").get_by_role("link").first
        assert await first.inner_text() == "Panduan Tanggap: Konselor (guru BK) (PDF)"
        assert await first.get_attribute("href") == "/cases/panduan/counsellor"
        await browsing.close()
