"""What a class is called a year later, as its school writes classes: 7A, VII-A, Kelas 7 B, XI IPA 2."""

from __future__ import annotations

import re
from collections.abc import Mapping

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_GRADE = re.compile(r"(?<![A-Za-z0-9])(?P<roman>XII|XI|IX|IV|X|VI{0,3}|I{1,3})(?![A-Za-z])|(?P<digits>(?<!\d)\d{1,2}(?!\d))")
_LAST: Mapping[str, int] = {"sd": 6, "smp": 9, "sma": 12, "smk": 12}
_LAST_OF_ALL = 12


def raised(title: str, level: str) -> str | None:
    """The class a year later; the same where nothing in it tells a grade, None where it is the last. level: of the school."""
    found = _GRADE.search(title)
    if found is None:
        return title
    grade = _ROMAN.index(found["roman"]) + 1 if found["roman"] else int(found["digits"])
    if grade == _LAST.get(level, _LAST_OF_ALL):
        return None
    if not 0 < grade < _LAST_OF_ALL:
        return title
    return title[: found.start()] + (_ROMAN[grade] if found["roman"] else str(grade + 1)) + title[found.end() :]
