"""The page on the tour names each picture that the tour makes, in its order."""

import re

from tests.browser.test_tour import STOPS
from tests.docs.comments import ROOT


def test_the_page_names_every_stop_of_the_tour():
    page = (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE) == [stop.name for stop in STOPS]
