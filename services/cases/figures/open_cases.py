"""Open cases now, by level and age, under the readers' wall."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.events import Urgency
from shared.eventstore.projection import Projection

Age = Literal["week", "month", "quarter", "older"]
AGES: tuple[Age, ...] = ("week", "month", "quarter", "older")
LEVELS: tuple[Urgency, ...] = ("emergency", "high", "medium", "low")

_OPEN = (
    "SELECT urgency, CASE WHEN opened_at > clock_timestamp() - interval '7 days' THEN 'week'"
    " WHEN opened_at > clock_timestamp() - interval '30 days' THEN 'month'"
    " WHEN opened_at > clock_timestamp() - interval '90 days' THEN 'quarter' ELSE 'older' END, count(*) FROM case_list_v1"
    " WHERE generation = %(generation)s AND NOT %(reader)s = ANY (named) AND state NOT IN ('closed', 'merged')"
    " AND (%(school)s::text IS NULL OR school = %(school)s)"
    " AND (%(until)s::timestamptz IS NULL OR opened_at < %(until)s) GROUP BY 1, 2"
)


@dataclass(frozen=True, slots=True)
class OpenCases:
    """cells: how many there are of a level and an age."""

    cells: Mapping[tuple[Urgency, Age], int]

    def of_level(self, level: Urgency) -> int:
        """Of every age."""
        return sum(self.cells.get((level, age), 0) for age in AGES)


@dataclass(frozen=True, slots=True)
class Counting:
    """Counts them. Raises: StillBuilding, BehindWrite."""

    view: Projection

    async def of(self, reader: str, schools: str, school: str | None = None, until: datetime | None = None) -> OpenCases:
        """schools: the wall. school: of one alone. until: opened before that moment. Cases that name the reader are not counted."""
        async with self.view.reading(schools) as (connection, generation):
            known = {"generation": generation, "reader": reader, "school": school, "until": until}
            rows = await (await connection.execute(_OPEN, known)).fetchall()
        found: Counter[tuple[Urgency, Age]] = Counter()
        for level, age, count in rows:
            found[level, age] += count
        return OpenCases(found)
