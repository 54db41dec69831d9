"""One list on a page of its own: filtered by what occurs in it, and sorted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, Field

from services.cases.pages.roles import TOLD
from services.cases.pages.rows import Row
from services.cases.reading.questions import TITLES, Name
from shared.pages import say

MOST = 500
"""Rows of one list on its page; the page says where there are more."""

_LATEST = datetime.max.replace(tzinfo=UTC)

ORDERS: Mapping[str, str] = {"waktu": say("paling awal dahulu"), "tingkat": say("paling mendesak dahulu"), "nama": say("menurut nama")}
_LEVELS = ("emergency", "high", "medium", "low")
_KEYS: Mapping[str, Callable[[Row], tuple[Any, ...]]] = {
    "waktu": lambda row: (row.due or _LATEST,),
    "tingkat": lambda row: (_LEVELS.index(row.level), row.due or _LATEST),
    "nama": lambda row: (row.student is None, row.student or "", row.due or _LATEST),
}


class Asked(BaseModel):
    """What stands behind the question mark of a list's address. A value that is not known counts as left out."""

    tingkat: str = Field("", max_length=20)
    terlambat: str = Field("", max_length=20)
    urut: str = Field("", max_length=20)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a list is asked for. level: empty for every one. late: only what is late. order: one of `ORDERS`, by time otherwise."""

    level: str = ""
    late: bool = False
    order: str = ""

    @property
    def by(self) -> str:
        """In which order."""
        return self.order if self.order in ORDERS else "waktu"

    def of(self, rows: Sequence[Row]) -> list[Row]:
        """The rows that are asked for, in order."""
        found = [row for row in rows if self.level in ("", row.level) and (row.late or not self.late)]
        return sorted(found, key=_KEYS[self.by])


def levels_in(rows: Sequence[Row]) -> list[tuple[str, tuple[str, str]]]:
    """The levels that occur, the most urgent first, each with its words."""
    return sorted({(row.level, row.urgency) for row in rows}, key=lambda each: _LEVELS.index(each[0]))


def listed(name: Name, rows: Sequence[Row], wanted: Wanted) -> dict[str, Any]:
    """What the page of a list shows. rows: one more than `MOST` where there are more."""
    found = rows[:MOST]
    return {
        "name": name,
        "title": TITLES[name],
        "told": TOLD[name],
        "rows": wanted.of(found),
        "whole": len(found),
        "more": len(rows) > MOST,
        "levels": levels_in(found),
        "any_late": any(row.late for row in found),
        "orders": list(ORDERS.items()),
        "wanted": wanted,
    }
