"""The pages of cases in a real browser (first use, rows 15 and 16)."""

import pytest

from tests.browser import needs_browser
from tests.browser.looking import VIEWS, View, context, is_well
from tests.browser.serving import on_a_port
from tests.cases.test_case_page import busy

pytestmark = [pytest.mark.anyio, pytest.mark.browser, needs_browser]


@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_row_15_the_list_and_a_case_fit_on_every_screen(chromium, cases, view: View):
    school = await cases.school()
    async with on_a_port(cases.app) as origin:
        browsing = await context(chromium, view, headers=school.counsellor)
        page = await browsing.new_page()
        await page.goto(f"{origin}/cases/")
        await is_well(page, "cases-empty")
        case, unknown = await school.case(), await school.concern(None)
        await page.goto(f"{origin}/cases/")
        await is_well(page, "cases")
        for each in (case, unknown):
            await page.goto(f"{origin}/cases/cases/{each}")
            await is_well(page, f"case-{each == case}")
        await page.goto(f"{origin}/cases/cases/nonsense")
        await is_well(page, "case-unknown")
        await browsing.close()


@pytest.mark.parametrize("view", [*VIEWS, View(390, "light")], ids=str)
async def test_a_case_in_which_much_has_happened_fits(chromium, cases, view: View):
    school = await cases.school()
    case = await busy(school)
    async with on_a_port(cases.app) as origin:
        for who, name in ((school.counsellor, "case-busy"), (school.principal, "case-summary")):
            browsing = await context(chromium, view, headers=who)
            page = await browsing.new_page()
            await page.goto(f"{origin}/cases/cases/{case}?tersimpan=note")
            await is_well(page, name)
            for each in await page.locator("main summary").all():
                await each.click()
            await is_well(page, f"{name}-open")
            await browsing.close()


async def test_the_coordinators_question_why_fits_too(chromium, cases):
    school = await cases.school()
    case = await school.case()
    async with on_a_port(cases.app) as origin:
        browsing = await context(chromium, View(320, "light"), headers=school.coordinator)
        page = await browsing.new_page()
        await page.goto(f"{origin}/cases/cases/{case}")
        await is_well(page, "reason")
        await page.get_by_label("pembinaan dan pengawasan").check()
        await page.get_by_role("button", name="Buka kasus").click()
        assert await page.get_by_text("Kata pelapor").first.is_visible()
        await browsing.close()
