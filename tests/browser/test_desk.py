"""The first page of whoever works at a school, and the blank screen, in a real browser (ADR 27)."""

import pytest

from tests.browser import needs_browser
from tests.browser.looking import VIEWS, View, context, is_well
from tests.browser.serving import on_a_port

pytestmark = [pytest.mark.anyio, pytest.mark.browser, needs_browser]


@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_the_first_page_empty_and_full(chromium, cases, view: View):
    school = await cases.school()
    async with on_a_port(cases.app) as origin:
        browsing = await context(chromium, view, headers=school.counsellor)
        page = await browsing.new_page()
        await page.goto(f"{origin}/cases/menunggu")
        await is_well(page, "desk-empty")
        case = await school.case()
        await school.addition(case)
        await page.goto(f"{origin}/cases/menunggu")
        assert await page.get_by_text("pembacaan keterangan baru dari pelapor").first.is_visible()
        await is_well(page, "desk")
        await page.goto(f"{origin}/cases/menunggu/new-words")
        await is_well(page, "desk-list")
        await page.goto(f"{origin}/cases/serah-terima")
        await is_well(page, "handing-over")
        await browsing.close()


async def test_a_teacher_finds_both_buttons_and_no_way_to_the_cases(chromium, cases):
    school = await cases.school()
    async with on_a_port(cases.app) as origin:
        browsing = await context(chromium, View(320, "light"), headers=school.teacher)
        page = await browsing.new_page()
        await page.goto(f"{origin}/cases/menunggu")
        links = [await each.get_attribute("href") for each in await page.get_by_role("link").all()]
        assert ({"/intake/lapor", "/cases/menunggu"} <= set(links), "/cases/" in links) == (True, False)
        await page.get_by_role("link", name="Langsung ke isi").press("Enter")
        seen = await page.evaluate("[document.activeElement.id, getComputedStyle(document.activeElement).backgroundColor]")
        assert seen == ["isi", "rgba(0, 0, 0, 0)"], "the page that one skips to keeps its colours"
        await browsing.close()


@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_the_first_pages_of_who_leads_of_the_district_and_of_an_auditor(chromium, cases, view: View):
    school = await cases.school()
    case = await school.case()
    await school.case(None)
    await school.ask(case, minutes=-20)
    auditor = cases.who("audit", "auditor")
    pages = {"coordinator": school.coordinator, "principal": school.principal, "officer": cases.officer, "duty": cases.duty, "auditor": auditor}
    async with on_a_port(cases.app) as origin:
        for name, who in pages.items():
            browsing = await context(chromium, view, headers=who)
            page = await browsing.new_page()
            await page.goto(f"{origin}/cases/menunggu")
            await is_well(page, f"desk-{name}")
            if name == "auditor":
                await page.get_by_label("Cari kasus menurut nomornya").fill("12")
                await page.get_by_role("button", name="Cari").click()
                await is_well(page, "search-error")
            await browsing.close()


async def test_the_screen_is_blank_at_once_by_the_button_and_by_esc_twice(chromium, cases):
    school = await cases.school()
    await school.case()
    async with on_a_port(cases.app) as origin:
        browsing = await context(chromium, View(1280, "light"), headers=school.counsellor)
        page = await browsing.new_page()
        for vanish in ("button", "keys"):
            await page.goto(f"{origin}/cases/")
            if vanish == "button":
                await page.get_by_role("link", name="Layar kosong").click()
            else:
                await page.keyboard.press("Escape")
                await page.keyboard.press("Escape")
            await page.wait_for_url(f"{origin}/cases/kosong")
            assert (await page.title(), "student" in await page.content()) == ("–", False)
        await is_well(page, "blank")
        await page.go_back()
        assert await page.get_by_role("link", name="student").is_visible(), "whoever goes back sees the page again"
        await browsing.close()


@pytest.mark.parametrize("path", ["docs", "asyncapi"])
async def test_the_pages_for_those_who_build_on_a_service_fit_a_phone(chromium, cases, path: str):
    async with on_a_port(cases.app) as origin:
        browsing = await context(chromium, View(320, "light"), headers=cases.who("admin", "system-administrator"))
        page = await browsing.new_page()
        await page.goto(f"{origin}/cases/{path}")
        await is_well(page, f"for-builders-{path}")
        await browsing.close()
