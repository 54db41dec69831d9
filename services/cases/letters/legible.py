"""What can be printed. Only the fonts that come with Typst are used, so that the same document has the same bytes everywhere; PDF/UA-1 refuses a
character that no font shows. Such a one is printed as its number, because nothing that somebody wrote may vanish from a letter.
"""

from __future__ import annotations

import json
import re
import textwrap
import unicodedata
from bisect import bisect_right
from functools import cache
from pathlib import Path

BREAK = "\u200b"
"""Where a word may go on in the next line: a space of no width, which nobody sees."""

_EVERY = 24
_LONG = re.compile(rf"\S{{{_EVERY + 1},}}")

_LEFT_OUT = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, joiners and marks that turn the direction of writing: in a letter they could only hide or reorder what it says."""


def legible(text: str) -> str:
    """The text as it can be printed: composed, tabs as spaces, line breaks kept; `[U+1F600]` for what no font shows.

    A word longer than a line may be broken.
    """
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n"))
    shown = "".join(_shown(each) for each in composed.replace("\t", "    "))
    return _LONG.sub(lambda word: BREAK.join(textwrap.wrap(word[0], _EVERY, break_on_hyphens=False)), shown)


def _shown(character: str) -> str:
    if character == "\n" or _has_glyph(ord(character)):
        return character
    return "" if unicodedata.category(character) in _LEFT_OUT else f"[U+{ord(character):04X}]"


def _has_glyph(code: int) -> bool:
    firsts, lasts = _ranges()
    place = bisect_right(firsts, code) - 1
    return place >= 0 and code <= lasts[place]


@cache
def _ranges() -> tuple[list[int], list[int]]:
    """First and last character of each range that the fonts show, as `python -m tests.cases.letters.glyphs` found them."""
    ranges = json.loads((Path(__file__).parent / "legible.json").read_text(encoding="utf-8"))
    return [first for first, _ in ranges], [last for _, last in ranges]
