"""The public form in a real browser: every page, by keyboard, without scripts, and what *back* shows (first use, row 9; ADR 27)."""

import pytest

from tests.browser import needs_browser
from tests.browser.looking import VIEWS, View, context, is_well

pytestmark = [pytest.mark.anyio, pytest.mark.browser, needs_browser]
FORM = "/intake/lapor"
WORDS = "Sering menangis, kata kenari."


async def fills(page, origin: str, about: str = "Murid lain") -> None:
    """Up to the page before the last button, as somebody with a mouse."""
    await page.goto(f"{origin}{FORM}")
    await page.get_by_label(about).check()
    await page.get_by_role("button", name="Lanjut").click()
    await page.get_by_label("Apa yang terjadi atau dibutuhkan?").fill(WORDS)
    await page.get_by_role("button", name="Lanjut").click()
    await page.get_by_label("Sekolah", exact=True).select_option("smp1")
    await page.get_by_label("Siapa murid itu?").fill("Murid bertopi biru")
    await page.get_by_role("button", name="Lanjut").click()
    await page.get_by_role("button", name="Lanjut").click()


@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_every_page_of_the_form_empty_faulty_and_full(chromium, intake, view: View):
    browsing = await context(chromium, view)
    page = await browsing.new_page()
    await page.goto(f"{intake}{FORM}")
    await is_well(page, "siapa")
    await page.get_by_role("button", name="Lanjut").click()
    await is_well(page, "siapa-faulty")
    await page.get_by_label("Murid lain").check()
    await page.get_by_role("button", name="Lanjut").click()
    for step in ("apa", "sekolah"):
        await page.goto(f"{intake}{FORM}/{step}")
        await is_well(page, step)
        await page.get_by_role("button", name="Lanjut").click()
        await is_well(page, f"{step}-faulty")
    await page.goto(f"{intake}{FORM}/kontak")
    await is_well(page, "kontak")
    await fills(page, intake)
    await is_well(page, "periksa")
    await page.get_by_role("button", name="Kirim laporan").click()
    await is_well(page, "tanda-terima")
    receipt = await page.locator(".receipt").inner_text()
    await page.goto(f"{intake}/intake/status")
    await is_well(page, "status")
    await page.get_by_label("Tanda terima").fill("AAA")
    await page.get_by_role("button", name="Lihat").click()
    await is_well(page, "status-faulty")
    await page.get_by_label("Tanda terima").fill(receipt)
    await page.get_by_role("button", name="Lihat").click()
    await is_well(page, "stands")
    await page.goto(f"{intake}/intake/nowhere")
    await is_well(page, "refused")
    await browsing.close()


async def test_row_9_back_after_sending_shows_nothing_of_the_childs_words(chromium, intake):
    page = await chromium.new_page()
    await fills(page, intake)
    await page.get_by_role("button", name="Kirim laporan").click()
    receipt = await page.locator(".receipt").inner_text()
    for _ in range(7):
        await page.go_back()
        assert ("kenari" in await page.content(), "bertopi" in await page.content()) == (False, False)
    await page.goto(f"{intake}{FORM}/tanda-terima")
    assert await page.locator(".receipt").inner_text() == receipt


async def test_the_form_is_filled_by_keyboard_alone(chromium, intake):
    page = await chromium.new_page()
    await page.goto(f"{intake}{FORM}")
    for label, keys in (("Saya sendiri", ["Space"]), ("Apa yang terjadi atau dibutuhkan?", list("Takut")), ("Sekolah", ["ArrowDown"])):
        await reach(page, label)
        for key in keys:
            await page.keyboard.press(key)
        await presses(page, "Lanjut")
    await presses(page, "Lanjut")
    await presses(page, "Kirim laporan")
    assert await page.locator(".receipt").is_visible()


async def presses(page, button: str) -> None:
    await reach(page, button)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


async def reach(page, name: str) -> None:
    """Presses Tab until the control of this name has the focus, which must be seen."""
    told = "document.activeElement.labels?.[0]?.innerText.trim() || document.activeElement.innerText?.trim() || ''"
    for _ in range(60):
        if name in await page.evaluate(told) and await page.evaluate("document.activeElement.matches('input, textarea, select, button')"):
            assert await page.evaluate("document.activeElement.checkVisibility()")
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {name}")


async def test_the_form_works_without_scripts_and_without_style(chromium, intake):
    browsing = await chromium.new_context(java_script_enabled=False)
    page = await browsing.new_page()
    await page.route("**/*.css*", lambda route: route.abort())
    await fills(page, intake)
    await page.get_by_role("button", name="Kirim laporan").click()
    assert await page.locator(".receipt").is_visible()
    await browsing.close()


async def test_a_language_that_is_chosen_stays(chromium, intake):
    page = await chromium.new_page()
    await page.goto(f"{intake}{FORM}")
    await page.get_by_role("button", name="English").click()
    assert (page.url, await page.locator("html").get_attribute("lang")) == (f"{intake}{FORM}", "en")
    await page.goto(f"{intake}/intake/status")
    assert await page.get_by_role("heading", level=1).inner_text() == "How my report stands"
