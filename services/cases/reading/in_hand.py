"""Who has how many open cases, somebody's own by what is expected next, and schools without a counsellor (people.md, The desk)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shared.access import EVERYWHERE
from shared.events import Urgency
from shared.eventstore.projection import Projection

_LOAD = (
    "SELECT coalesce(c.assignee, c.acknowledged_by), count(*), count(*) FILTER (WHERE c.urgency IN ('emergency', 'high')) FROM case_list_v1 c"
    " WHERE c.generation = %s AND c.school = ANY (%s) AND NOT %s = ANY (c.named) AND c.state NOT IN ('closed', 'merged')"
    " GROUP BY 1 ORDER BY 2 DESC, 1"
)
_OWN = (
    "SELECT c.case_id, c.school, c.student, c.urgency, n.what, n.expected_at FROM case_list_v1 c LEFT JOIN LATERAL (SELECT w.what, w.expected_at"
    " FROM worklist_v1 w WHERE w.generation = c.generation AND w.case_id = c.case_id ORDER BY w.expected_at LIMIT 1) n ON true"
    " WHERE c.generation = %(generation)s AND coalesce(c.assignee, c.acknowledged_by) = %(person)s AND NOT %(person)s = ANY (c.named)"
    " AND c.state NOT IN ('closed', 'merged') ORDER BY n.expected_at NULLS LAST, c.case_id LIMIT %(limit)s"
)
_UNSERVED = (
    "SELECT s.name FROM school_v1 s WHERE s.level <> 'district' AND (%(all)s OR s.school = ANY (%(schools)s)) AND NOT EXISTS (SELECT FROM post_v1 p"
    " WHERE p.generation = 1 AND p.role = 'counsellor' AND p.school = s.school) ORDER BY s.name LIMIT %(limit)s"
)


@dataclass(frozen=True, slots=True)
class Load:
    """How many open cases somebody has, and how many of them are an emergency or high. person: None where nobody has them."""

    person: str | None
    cases: int
    urgent: int


@dataclass(frozen=True, slots=True)
class OwnCase:
    """what, expected_at: what is expected next; None where nothing is."""

    case: str
    school: str
    student: str | None
    urgency: Urgency
    what: str | None
    expected_at: datetime | None


@dataclass(frozen=True, slots=True)
class InHand:
    """Questions to the case list beside the worklist, under row-level security. They wait for the view."""

    view: Projection

    async def load(self, schools: Iterable[str], reader: str) -> list[Load]:
        """Of these schools, who has most first. Cases that name the reader are not counted. Raises: StillBuilding, BehindWrite."""
        mine = sorted(schools)
        async with self.view.reading(",".join(mine)) as (connection, generation):
            return [Load(*row) for row in await (await connection.execute(_LOAD, (generation, mine, reader))).fetchall()]

    async def own(self, person: str, schools: str, limit: int) -> list[OwnCase]:
        """Somebody's open cases, the one with the earliest date first. schools: the wall. Raises: StillBuilding, BehindWrite."""
        async with self.view.reading(schools) as (connection, generation):
            known = {"generation": generation, "person": person, "limit": limit}
            return [OwnCase(*row) for row in await (await connection.execute(_OWN, known)).fetchall()]

    async def unserved(self, schools: frozenset[str], limit: int) -> list[str]:
        """Names of schools that have no counsellor of their own. schools: ids, or `EVERYWHERE`. Raises: StillBuilding, BehindWrite."""
        everywhere = schools == EVERYWHERE
        async with self.view.reading("*" if everywhere else ",".join(sorted(schools))) as (connection, _):
            known = {"all": everywhere, "schools": sorted(schools), "limit": limit}
            return [row[0] for row in await (await connection.execute(_UNSERVED, known)).fetchall()]
