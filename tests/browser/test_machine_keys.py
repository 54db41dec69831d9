"""The page of machines' keys in a real browser: empty, with an error, full, and the key that is shown once (ADR 43)."""

import pytest

from services.intake.machines.agencies import Agencies
from tests.browser import needs_browser
from tests.browser.looking import VIEWS, View, context, is_well
from tests.browser.serving import on_a_port
from tests.keys import bearer, somebody

pytestmark = [pytest.mark.anyio, pytest.mark.browser, needs_browser]


@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_an_administrator_gives_a_key_and_revokes_it(chromium, office, monkeypatch, view: View):
    async def names(_: Agencies) -> dict[str, str]:
        return {"rsud": "RSUD Contoh"}

    monkeypatch.setattr(Agencies, "names", names)
    async with office.app.router.lifespan_context(office.app), on_a_port(office.app) as origin:
        headers = bearer(office.kernel.settings, somebody("admin", {"system-administrator"}))
        browsing = await context(chromium, view, headers=headers)
        page = await browsing.new_page()
        await page.goto(f"{origin}/intake/kunci-mesin")
        await is_well(page, "machine-keys-empty")
        await page.get_by_role("button", name="Buat kunci").click()
        await is_well(page, "machine-keys-error")
        await page.get_by_label("Lembaga", exact=True).select_option(label="RSUD Contoh")
        await page.get_by_label("membaca rujukan untuk lembaga itu").check()
        await page.get_by_role("button", name="Buat kunci").click()
        assert await page.locator(".receipt").is_visible()
        await is_well(page, "machine-key-given")
        await page.get_by_role("link", name="Kembali").click()
        await page.get_by_role("button", name="Cabut kunci").click()
        assert await page.get_by_text("Kunci dicabut.").is_visible()
        await is_well(page, "machine-keys")
        await browsing.close()
