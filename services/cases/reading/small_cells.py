"""Numbers for whoever reads statistics only: none points at one child, alone, beside others, or beside what the same report said on another day.

A number below five is not shown, and a larger one only to the step of five that it is in: two reports, two days or two draft policies whose numbers
differ by one would otherwise tell of one case (docs/sources.md, Statistics that give nobody away). Days are whole: what is recorded today is counted
tomorrow.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from shared.school_day import Calendar

SMALL = 5
HIDDEN = "suppressed"
"""Says nothing about how many."""

Cell = int | str


def shown(count: int) -> Cell:
    """A number that stands alone: 0, `<5`, or the step that it is in, as `5-9`."""
    if count == 0:
        return 0
    low = count - count % SMALL
    return f"{low}-{low + SMALL - 1}" if low else f"<{SMALL}"


def each_shown(cells: Mapping[str, int]) -> dict[str, Cell]:
    """Cells beside which no total is shown."""
    return {name: shown(count) for name, count in cells.items()}


def compared(one: Mapping[str, int], other: Mapping[str, int]) -> tuple[dict[str, Cell], dict[str, Cell]]:
    """Two tables with one total between them. Where a part of either is small nothing but the small parts' names stays, for each table would be the
    other's total.
    """
    if all(count == 0 or count >= SMALL for count in (*one.values(), *other.values())):
        return each_shown(one), each_shown(other)
    return _banded(one), _banded(other)


def _banded(parts: Mapping[str, int]) -> dict[str, Cell]:
    return {name: HIDDEN if count >= SMALL else shown(count) for name, count in parts.items()}


def parted(total: int, parts: Mapping[str, int]) -> tuple[Cell, dict[str, Cell]]:
    """A total and the parts it falls into. The total goes where one of several parts is small: hiding a second part instead would tell, to whoever
    knows the rule, more than it hides. Where it is the sum of its parts it says no more than their steps do.
    """
    found = [count for count in parts.values() if count]
    if len(found) > 1 and any(count < SMALL for count in found):
        return HIDDEN, each_shown(parts)
    if len(found) > 1 and total == sum(found):
        low = sum(count - count % SMALL for count in found)
        return f"{low}-{low + len(found) * (SMALL - 1)}", each_shown(parts)
    return shown(total), each_shown(parts)


_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
"""Earlier moments have no day in every zone, and nothing was counted then."""


def whole_day(as_of: datetime, now: datetime, calendar: Calendar) -> datetime:
    """The beginning of the day of a moment, by the district's clock, and never later than that of today."""
    return calendar.midnight(calendar.day(max(_BEFORE_ALL, min(as_of, now))))
