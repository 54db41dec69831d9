"""An invitation on paper is one sheet of A5, with everything that its reader needs and nothing else of the page."""

from io import BytesIO

import pikepdf
import pytest

from tests.browser import browser as chromium
from tests.browser import needs_browser
from tests.browser.serving import on_a_port
from tests.intake.accounts_browser import at_a_school
from tests.intake.test_own_account import LIST, appointed, entered, school

pytestmark = [pytest.mark.anyio, needs_browser]

A5 = (420, 595)
"""Points."""


async def test_an_invitation_prints_as_one_sheet_of_a5(office):
    async with at_a_school(office) as somebody, on_a_port(office.app) as origin, chromium() as made:
        person = await somebody.staff()
        await appointed(somebody, "dewi", "coordinator", await school(somebody))
        await entered(somebody, "dewi")
        answer = await somebody.post(f"{LIST}/undang", person=person, way="paper")
        page = await made.new_page()
        await page.goto(f"{origin}/intake/status")
        await page.set_content(answer.text, wait_until="networkidle")
        await page.emulate_media(media="print")
        assert await page.locator(".sheet .qr svg").is_visible()
        assert not await page.locator(".screen").is_visible()
        assert not await page.locator("nav").first.is_visible()
        with pikepdf.open(BytesIO(await page.pdf(prefer_css_page_size=True))) as paper:
            sizes = [tuple(round(float(each)) for each in sheet.MediaBox)[2:] for sheet in paper.pages]
    assert sizes == [A5]
