"""The groups that somebody leads now, for whoever chooses one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.cases.rights import schools_of
from services.cases.standing.kept import GROUP_KIND
from shared.access import Principal
from shared.eventstore.projection import Projection


@dataclass(frozen=True, slots=True)
class LedGroups:
    """view: of what stands without a case, under row-level security. Raises: StillBuilding, BehindWrite."""

    view: Projection

    async def with_student(self, principal: Principal, student: str) -> list[tuple[str, Sequence[str]]]:
        """Those that the principal leads and the student is in, newest first: each with its members."""
        async with self.view.reading(schools_of(principal)) as (connection, generation):
            rows = await connection.execute(_LED, (generation, GROUP_KIND, principal.id, student))
            return [(group, students) for group, students in await rows.fetchall()]


_LED = "SELECT id, students FROM standing_v1 WHERE generation = %s AND kind = %s AND owner = %s AND %s = ANY (students) ORDER BY begun_at DESC, id"
