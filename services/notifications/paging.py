"""Long lists in parts: a cursor leads from each to the next (contracts: a list has `items` and `next`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query

from shared.asking import cursor

MOST = 200
"""Of a list in one answer: 902 messages in one are a burden for a school's line (security, row 14)."""

After = Annotated[str | None, Query(alias="cursor")]
Limit = Annotated[int, Query(ge=1, le=MOST)]


def part(rows: Sequence[dict[str, Any]], limit: int, moment: str) -> tuple[list[dict[str, Any]], str | None]:
    """The rows of one answer, and the cursor to those after it. rows: one more than these, where there are more. moment: the field they stand by."""
    shown = list(rows[:limit])
    return shown, cursor(shown[-1][moment].isoformat(), shown[-1]["id"]) if len(rows) > limit else None
