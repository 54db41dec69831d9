"""Small cells are not shown: a number below five could point at one child. Nor may one be found by subtracting the shown ones from their total."""

from __future__ import annotations

from collections.abc import Mapping

SMALL = 5
HIDDEN = "suppressed"
"""Says nothing about how many."""

Cell = int | str


def shown(count: int) -> Cell:
    """A number that stands alone."""
    return count if count == 0 or count >= SMALL else f"<{SMALL}"


def each_shown(cells: Mapping[str, int]) -> dict[str, Cell]:
    """Cells beside which no total is shown."""
    return {name: shown(count) for name, count in cells.items()}


def compared(one: Mapping[str, int], other: Mapping[str, int]) -> tuple[dict[str, Cell], dict[str, Cell]]:
    """Two tables with one total between them. Where a part of either is small no exact number stays, for each table would be the other's total."""
    if all(count == 0 or count >= SMALL for count in (*one.values(), *other.values())):
        return dict(one), dict(other)
    return _banded(one), _banded(other)


def _banded(parts: Mapping[str, int]) -> dict[str, Cell]:
    return {name: HIDDEN if count >= SMALL else shown(count) for name, count in parts.items()}


def parted(total: int, parts: Mapping[str, int]) -> tuple[Cell, dict[str, Cell]]:
    """A total and the parts it falls into. The total goes where a part is small: hiding a second part instead would tell, to whoever knows the
    rule, more than it hides. A total that is small itself may stay, unless there are so many parts that each must be one.
    """
    found = [count for count in parts.values() if count]
    if total < SMALL and len(found) < SMALL - 1:
        return shown(total), each_shown(parts)
    return total if all(count >= SMALL for count in found) else HIDDEN, each_shown(parts)
