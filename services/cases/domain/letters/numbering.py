"""How a school numbers its letters: a pattern such as `421.5/{number}/BK/{roman month}/{year}` (ADR 33)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

STANDARD = "{number:3}/BK/{roman month}/{year}"
"""Of a school that has said nothing yet."""

LONGEST = 100
"""Characters of a number."""

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_FIELD = re.compile(r"\{(?P<name>[^{}:]*)(?::(?P<width>[^{}]*))?\}")
_READ_AS = {"year": r"\d{4}", "month": r"\d{1,2}", "roman month": "[IVX]+"}


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a pattern cannot be used. code: stable."""

    code: str


def flaw(pattern: str) -> Flaw | None:
    """What is wrong with a pattern: it holds `{number}` once, `{year}`, `{month}` and `{roman month}` as often as it likes, and no other braces."""
    fields = list(_FIELD.finditer(pattern))
    if "{" in _FIELD.sub("", pattern) or "}" in _FIELD.sub("", pattern) or any(not _known(each) for each in fields):
        return Flaw("unknown-field")
    if sum(each["name"] == "number" for each in fields) != 1:
        return Flaw("one-number")
    return None


def _known(field: re.Match[str]) -> bool:
    if field["name"] == "number":
        return field["width"] is None or field["width"] in tuple("12345678")
    return field["name"] in _READ_AS and field["width"] is None


def written(pattern: str, number: int, day: date) -> str:
    """The number of a letter as it is printed. day: of the school. pattern: one without a flaw."""
    values = {"year": str(day.year), "month": f"{day.month:02}", "roman month": _ROMAN[day.month - 1]}

    def value(field: re.Match[str]) -> str:
        return f"{number:0{int(field['width'] or 1)}}" if field["name"] == "number" else values[field["name"]]

    return _FIELD.sub(value, pattern)


def read(pattern: str, text: str) -> int | None:
    """The running number in a number that was typed by hand; None where it was made by another pattern."""
    expression, place = "", 0
    for field in _FIELD.finditer(pattern):
        expression += re.escape(pattern[place : field.start()])
        expression += r"(?P<number>[0-9]{1,9})" if field["name"] == "number" else _READ_AS[field["name"]]
        place = field.end()
    found = re.fullmatch(expression + re.escape(pattern[place:]), text.strip())
    return int(found["number"]) if found else None


def same(text: str) -> str:
    """The form in which two numbers are compared: a space or a small letter makes no other number."""
    return "".join(text.split()).casefold()
