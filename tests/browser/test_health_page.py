"""An administrator's first page in a real browser: all well, and with something to do (people.md, The desk)."""

import pytest

from tests.browser import needs_browser
from tests.browser.looking import VIEWS, View, context, is_well
from tests.browser.serving import on_a_port
from tests.intake.answering import WELL, answering

pytestmark = [pytest.mark.anyio, pytest.mark.browser, needs_browser]


@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_the_state_of_the_services_well_and_with_something_to_do(chromium, database, tmp_path, view: View):
    async with answering(database, tmp_path) as district:
        assert district.office
        async with on_a_port(district.office.app) as origin:
            browsing = await context(chromium, view, headers=district.headers)
            page = await browsing.new_page()
            await page.goto(f"{origin}/intake/keadaan")
            await is_well(page, "health")
            district.told |= {"cases": {**WELL, "parked": 1}, "notifications": None}
            await page.reload()
            await is_well(page, "health-to-do")
            await page.get_by_role("button", name="Coba lagi yang tertahan: Kasus dan surat").click()
            assert await page.get_by_text("Sudah dicoba lagi.").is_visible()
            assert district.replayed == ["cases"]
            await browsing.close()
