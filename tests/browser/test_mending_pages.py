"""The mends of a school's roster in a real browser: open, with an error, mended and undone (ADR 79)."""

import pytest

from services.intake.roster.ids import school_id
from tests.browser import needs_browser
from tests.browser.looking import VIEWS, View, context, is_well
from tests.browser.serving import on_a_port
from tests.intake.test_mending import WRONG
from tests.keys import bearer, somebody

pytestmark = [pytest.mark.anyio, pytest.mark.browser, needs_browser]


@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_an_operator_mends_what_was_set_aside_and_takes_it_back(chromium, office, view: View):
    await office.bring_files(WRONG)
    operator = somebody("operator-a", {"school-operator"}, {school_id("roster", "a")})
    async with office.app.router.lifespan_context(office.app), on_a_port(office.app) as origin:
        browsing = await context(chromium, view, headers=bearer(office.kernel.settings, operator))
        page = await browsing.new_page()
        await page.goto(f"{origin}/intake/perbaikan")
        await is_well(page, "mends")
        await page.get_by_role("link", name="Perbaiki data Ani Cntoh").click()
        await is_well(page, "mend")
        await page.get_by_label("Orang tua/wali").fill("Paman Contoh")
        await page.get_by_role("button", name="Simpan orang tua/wali").click()
        assert await page.get_by_text("Tidak ada orang tua/wali dengan nama ini").is_visible()
        assert await page.get_by_label("Orang tua/wali").input_value() == "Paman Contoh"
        await is_well(page, "mend-error")
        await page.get_by_label("Tanggal lahir").fill("2012-05-03")
        await page.get_by_role("button", name="Simpan tanggal lahir").click()
        assert await page.get_by_text("Kamis, 3 Mei 2012").is_visible()
        await is_well(page, "mends-mended")
        await page.get_by_role("button", name="Batalkan perbaikan tanggal lahir Ani Cntoh").click()
        assert await page.get_by_text("Tersimpan.").is_visible()
        assert not await page.get_by_text("Kamis, 3 Mei 2012").is_visible()
        await browsing.close()
