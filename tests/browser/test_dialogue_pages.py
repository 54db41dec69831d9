"""A reporter talks with the school in a real browser, on a phone and without scripts: the receipt, an answer, words of their own, and how it stands."""

import os
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from services.intake.domain.concern import CONCERN, KeepAnswer
from shared.decider import execute
from shared.message import TANGGAP, Occasion
from tests.browser import needs_browser
from tests.browser.looking import VIEWS, View, context, is_well
from tests.browser.test_public_pages import fills

pytestmark = [pytest.mark.anyio, pytest.mark.browser, needs_browser]
PHONE = {"width": 390, "height": 844}
SCREENS = os.environ.get("BROWSER_SCREENS")
ANSWER = "Terima kasih sudah bercerita. Bolehkah kami tahu kapan kejadiannya?"


async def answers(office, text: str) -> None:
    """The school writes back to the one concern that there is."""
    kernel = office.kernel
    (concern,) = [event.stream for event in await kernel.store.read_after(0) if event.type == "concern-received"]
    sealed = await kernel.vault.seal("case-c", "concern", text, f"case-c/text-{uuid4()}")
    occasion = Occasion("service:intake", "smp1", datetime.now(UTC), TANGGAP, TANGGAP)
    await execute(kernel.store, CONCERN, concern, KeepAnswer(answer=str(uuid4()), text=sealed), occasion)


async def picture(page, name: str) -> None:
    if SCREENS:
        await page.screenshot(path=Path(SCREENS) / f"dialogue-{name}-390.png", full_page=True)


async def test_report_receipt_answer_and_words_of_ones_own_without_scripts(chromium, intake, office):
    browsing = await chromium.new_context(viewport=PHONE, java_script_enabled=False)
    page = await browsing.new_page()
    await fills(page, intake)
    await page.get_by_role("button", name="Kirim laporan").click()
    receipt = await page.locator(".receipt").inner_text()
    await picture(page, "receipt")
    await answers(office, ANSWER)
    await page.goto(f"{intake}/intake/status")
    await page.get_by_label("Tanda terima").fill(receipt.replace(" ", ""))
    await picture(page, "asked")
    await page.get_by_role("button", name="Lihat").click()
    assert await page.locator(".talk .theirs .words").all_inner_texts() == [ANSWER]
    await picture(page, "stands")
    await page.get_by_label("Apa yang ingin Anda tambahkan?").fill("Kemarin, pada istirahat kedua.")
    await page.get_by_role("button", name="Tambahkan").click()
    assert await page.locator(".talk .words").all_inner_texts() == [ANSWER, "Kemarin, pada istirahat kedua."]
    await picture(page, "added")
    await browsing.close()


@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_the_dialogue_is_well_at_every_width(chromium, intake, office, view: View):
    browsing = await context(chromium, view)
    page = await browsing.new_page()
    await fills(page, intake)
    await page.get_by_role("button", name="Kirim laporan").click()
    receipt = await page.locator(".receipt").inner_text()
    await answers(office, ANSWER)
    await page.goto(f"{intake}/intake/status")
    await page.get_by_label("Tanda terima").fill(receipt)
    await page.get_by_role("button", name="Lihat").click()
    await is_well(page, "dialogue")
    await page.get_by_label("Apa yang ingin Anda tambahkan?").fill("Kemarin.")
    await page.get_by_role("button", name="Tambahkan").click()
    await is_well(page, "dialogue-added")
    await browsing.close()
