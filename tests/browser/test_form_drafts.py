"""Drafts in a real browser: saved at the first pause, told after the commit only, loud where they are not (people page, rule 3)."""

import pytest

from tests.browser import needs_browser
from tests.browser.looking import VIEWS, View, context, is_well
from tests.browser.serving import on_a_port
from tests.cases.test_form_drafts import without_database

pytestmark = [pytest.mark.anyio, pytest.mark.browser, needs_browser]


@pytest.mark.parametrize("view", [*VIEWS, View(390, "light")], ids=str)
async def test_what_is_typed_is_a_draft_at_the_first_pause_and_comes_back(chromium, cases, view: View):
    school = await cases.school()
    case = await school.case()
    async with on_a_port(cases.app) as origin:
        browsing = await context(chromium, view, headers=school.counsellor)
        page = await browsing.new_page()
        await page.goto(f"{origin}/cases/cases/{case}/langkah/note")
        await page.get_by_label("Catatan").fill("Kata kenari")
        await page.get_by_text("Konsep disimpan").wait_for()
        await is_well(page, "draft-saved")
        await page.goto(f"{origin}/cases/cases/{case}")
        await page.goto(f"{origin}/cases/cases/{case}/langkah/note")
        assert await page.get_by_label("Catatan").input_value() == "Kata kenari"
        await browsing.close()


async def test_a_draft_that_could_not_be_saved_is_loud_and_the_text_stays(chromium, cases):
    school = await cases.school()
    case = await school.case()
    async with on_a_port(cases.app) as origin:
        browsing = await context(chromium, View(390, "light"), headers=school.counsellor)
        page = await browsing.new_page()
        await page.goto(f"{origin}/cases/cases/{case}/langkah/note")
        async with without_database(cases):
            await page.get_by_label("Catatan").fill("Kata kenari")
            await page.get_by_text("Belum tersimpan.").wait_for()
            await is_well(page, "draft-not-saved")
            assert await page.get_by_text("Konsep disimpan").count() == 0
            assert await page.get_by_label("Catatan").input_value() == "Kata kenari"
        await browsing.close()


async def test_whoever_uses_no_script_saves_it_by_a_button(chromium, cases):
    school = await cases.school()
    case = await school.case()
    async with on_a_port(cases.app) as origin:
        browsing = await chromium.new_context(extra_http_headers=school.counsellor, java_script_enabled=False)
        page = await browsing.new_page()
        await page.goto(f"{origin}/cases/cases/{case}/langkah/note")
        await page.get_by_label("Catatan").fill("Kata kenari")
        await page.get_by_role("button", name="Simpan konsep").click()
        assert await page.get_by_text("Konsep disimpan").is_visible()
        await page.get_by_role("button", name="Simpan", exact=True).click()
        assert await page.get_by_text("Tersimpan.").is_visible()
        await browsing.close()
