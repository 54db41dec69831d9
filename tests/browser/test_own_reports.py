"""The page of one's own reports in a real browser: empty, and with one that the school has not read."""

import pytest

from tests.browser import needs_browser
from tests.browser.looking import VIEWS, View, context, is_well
from tests.browser.serving import on_a_port
from tests.intake.reporting import running

pytestmark = [pytest.mark.anyio, pytest.mark.browser, needs_browser]


@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_a_teacher_finds_what_became_of_a_report(chromium, office, view: View):
    async with running(office) as desk, on_a_port(office.app) as origin:
        browsing = await context(chromium, view, headers=desk.person("guru", "homeroom"))
        page = await browsing.new_page()
        await page.goto(f"{origin}/intake/laporan-saya")
        await is_well(page, "own-reports-empty")
        await desk.raises()
        await page.reload()
        assert await page.get_by_text("Diterima, menunggu dibaca").is_visible()
        await is_well(page, "own-reports")
        await browsing.close()
