"""A picture of some numbers: bars side by side, drawn on the server. The table beside it says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.cases.reading.small_cells import SMALL, Cell
from shared.pages import Text

_WIDEST = 60.0
"""Of a hundred parts of the picture's width: the rest is for names and numbers."""


@dataclass(frozen=True, slots=True)
class Bar:
    """width: of a hundred parts. at: from above, in rows."""

    name: Text
    cell: Cell
    width: float
    at: int


def bars(cells: Sequence[tuple[Text, Cell]]) -> list[Bar]:
    """The longest bar is that of the largest number. That of a step is as long as its first number."""
    sizes = [_size(cell) for _, cell in cells]
    most = max([*sizes, 1])
    return [Bar(name, cell, round(_WIDEST * size / most, 1), at) for at, ((name, cell), size) in enumerate(zip(cells, sizes, strict=True))]


def _size(cell: Cell) -> int:
    """What is suppressed, and what is below the first step, has the length of that step."""
    low = str(cell).partition("-")[0]
    return int(low) if low.isdigit() else SMALL
