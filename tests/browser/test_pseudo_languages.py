"""Every page that these tests look at is measured in two pseudo-languages, too (`looking.is_well`). Here: that the measure finds what it is for."""

import pytest

from tests.browser import needs_browser
from tests.browser.looking import View, context, in_other_languages

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.servers, needs_browser]
_FITS = "<p>Lapor atau minta bantuan</p>"
_TOO_LONG = '<p><span style="white-space: nowrap">Lapor atau minta bantuan ini</span></p>'
_ONE_WAY = '<p style="position: relative; width: 100px"><span style="position: absolute; left: 150px; width: 100px">Lapor</span></p>'


async def test_a_word_that_would_not_fit_and_a_place_that_knows_one_direction_are_found_and_the_page_stays_as_it_was(chromium):
    browsing = await context(chromium, View(320, "light"))
    page = await browsing.new_page()
    found = {}
    for body in (_FITS, _TOO_LONG, _ONE_WAY):
        await page.set_content(body)
        before = await page.content()
        found[body] = {each.split(":")[0] for each in await in_other_languages(page)}
        assert await page.content() == before
    assert found == {
        _FITS: set(),
        _TOO_LONG: {"longer", "longer, from right to left"},
        _ONE_WAY: {"longer, from right to left", "from right to left"},
    }
    await browsing.close()
