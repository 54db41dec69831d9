"""Giving several cases to a counsellor in a real browser: to choose from, with what is missing, and given."""

import pytest

from tests.browser import needs_browser
from tests.browser.looking import VIEWS, View, context, is_well
from tests.browser.serving import on_a_port

pytestmark = [pytest.mark.anyio, pytest.mark.browser, needs_browser]


@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_a_coordinator_gives_two_cases_at_once(chromium, cases, view: View):
    school = await cases.school()
    await school.concern()
    await school.concern("student-2")
    async with on_a_port(cases.app) as origin:
        browsing = await context(chromium, view, headers=school.coordinator)
        page = await browsing.new_page()
        await page.goto(f"{origin}/cases/tunjuk")
        await is_well(page, "assigning")
        await page.get_by_role("button", name="Simpan").click()
        await is_well(page, "assigning-error")
        for place in (0, 1):
            await page.get_by_role("checkbox").nth(place).check()
        await page.get_by_label("Dipegang oleh").select_option(index=1)
        await page.get_by_role("button", name="Simpan").click()
        assert await page.get_by_text("Kasus yang tersimpan: 2.").is_visible()
        await is_well(page, "assigned")
        await browsing.close()
