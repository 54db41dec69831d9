"""The letters and numbers before the headings of a document, without a gap where a part had nothing to say: a gap looks like a lost sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from services.cases.letters.laid_out import Part

_MARK = re.compile(r"([A-Z]|\d+)\. ")


def numbered_through(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The same parts; a new row of headings begins where the marks do not go on."""
    return tuple(_through(parts))


def _through(parts: Sequence[Part]) -> Iterator[Part]:
    last, count = (False, 0), 0
    for part in parts:
        mark = _MARK.match(part.heading)
        if mark is None:
            yield part
            continue
        digits = mark[1].isdigit()
        place = (digits, int(mark[1]) if digits else ord(mark[1]))
        count = count + 1 if place[0] == last[0] and place > last else 1
        last = place
        yield part.model_copy(update={"heading": f"{count if digits else chr(ord('A') + count - 1)}. {part.heading[mark.end() :]}"})
