"""The case list in several orders, a page at a time, and what occurs in it: for the page that people read. Machines take `CaseList.page`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from psycopg import sql

from services.cases.reading.case_list import Filters, Listed, cases_wanted
from services.cases.rights import Sight, schools_of, sight_of
from shared.access import Principal
from shared.conditions import Conditions
from shared.events import Urgency
from shared.eventstore.projection import Projection

Order = Literal["mendesak", "terbaru", "terlama", "tingkat", "berubah"]
_UNTAKEN = "state NOT IN ('closed', 'merged') AND acknowledged_by IS NULL AND acknowledge_by IS NOT NULL"
_LEVEL = "array_position(ARRAY['emergency', 'high', 'medium', 'low'], urgency)"
_AS_ON_THE_DESK = (
    f"CASE WHEN state IN ('closed', 'merged') THEN 3 WHEN {_UNTAKEN} THEN 0 WHEN coalesce(assignee, acknowledged_by) IS NULL THEN 1 ELSE 2 END,"
    f" CASE WHEN {_UNTAKEN} THEN acknowledge_by END, {_LEVEL}, opened_at DESC, case_id DESC"
)
"""Alerts that nobody has taken in hand, by when they must be, as on the first page; what nobody has; what is open, by level; what ended."""

ORDERS: Mapping[Order, sql.SQL] = {
    "mendesak": sql.SQL(_AS_ON_THE_DESK),
    "terbaru": sql.SQL("opened_at DESC, case_id DESC"),
    "terlama": sql.SQL("opened_at, case_id"),
    "tingkat": sql.SQL(f"{_LEVEL}, opened_at, case_id"),
    "berubah": sql.SQL("changed_at DESC, case_id DESC"),
}
_PAGE = sql.SQL(
    "SELECT case_id, school, student, state, urgency, assignee, acknowledged_by, acknowledge_by, desk, opened_at, changed_at, version"
    " FROM case_list_v1 WHERE {} ORDER BY {} LIMIT {} OFFSET {}"
)
_OCCURS = sql.SQL("SELECT urgency, coalesce(assignee, acknowledged_by), school, count(*) FROM case_list_v1 WHERE {} GROUP BY 1, 2, 3")


@dataclass(frozen=True, slots=True)
class Occurring:
    """What occurs among the cases that somebody may know of: only that is offered as a filter."""

    levels: frozenset[Urgency]
    holders: frozenset[str]
    schools: frozenset[str]


@dataclass(frozen=True, slots=True)
class SortedCases:
    """Under row-level security, as far as the reader may know of the cases. They wait for the view. Raises: StillBuilding, BehindWrite."""

    view: Projection

    async def page(self, principal: Principal, filters: Filters, order: Order, *, limit: int, skipped: int = 0) -> list[Listed]:
        """limit: rows; skipped: rows of the pages before."""
        async with self.view.reading(schools_of(principal)) as (connection, generation):
            wanted = _wanted(principal, filters, generation, sight_of(principal))
            query = _PAGE.format(wanted.where, ORDERS[order], limit, skipped)
            return [Listed(*row) for row in await (await connection.execute(query, wanted.values)).fetchall()]

    async def occurring(self, principal: Principal, filters: Filters) -> tuple[Occurring, int]:
        """What occurs in these cases, and how many they are."""
        async with self.view.reading(schools_of(principal)) as (connection, generation):
            wanted = _wanted(principal, filters, generation, sight_of(principal))
            rows = await (await connection.execute(_OCCURS.format(wanted.where), wanted.values)).fetchall()
        levels, holders, schools = (frozenset(row[place] for row in rows if row[place]) for place in range(3))
        return Occurring(levels, holders, schools), sum(row[3] for row in rows)


def _wanted(principal: Principal, filters: Filters, generation: int, sight: Sight) -> Conditions:
    return cases_wanted(generation, filters, schools_of(principal), sight, principal.id, None)
