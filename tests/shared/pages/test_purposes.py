"""Each page in the head says what it is for, in the very sentence that stands in the guides (people.md, The desk; ADR 56)."""

import re
from collections import Counter

from shared.pages.gathering import PARTS
from shared.pages.navigation import NAVIGATION
from shared.pages.purposes import PURPOSES

_SHOWN = re.compile(r'purpose\("([^"]+)"\)')


def shown() -> Counter[str]:
    """How many templates say the purpose of each page."""
    texts = [file.read_text(encoding="utf-8") for part in PARTS for file in (part / "templates").rglob("*.html")]
    return Counter(address for text in texts for address in _SHOWN.findall(text))


def test_every_page_in_the_head_has_a_purpose_and_nothing_else_has_one():
    assert set(PURPOSES) == {entry.address for entry in NAVIGATION}, "add the page's sentence to shared/pages/purposes.py"


def test_every_purpose_stands_on_its_page_once():
    assert shown() == Counter(dict.fromkeys(PURPOSES, 1)), 'say it below the heading: {{ purpose("…") | said }}'
