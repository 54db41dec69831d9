"""With whom: the cases that somebody may record a session in, by name."""

from __future__ import annotations

from dataclasses import dataclass

from services.cases.pages.people import Names
from services.cases.reading.case_list import CaseList, Filters
from services.cases.rights import schools_of, sight_of
from shared.access import Principal

MOST = 100


@dataclass(frozen=True, slots=True)
class Whom:
    """Reads the list of cases."""

    cases: CaseList
    names: Names

    async def of(self, principal: Principal) -> list[tuple[str, str]]:
        """Case and name, by name: their own open cases, and those that nobody was given. Raises: StillBuilding, BehindWrite."""
        rows = await self.cases.page(
            Filters(open=True), schools=schools_of(principal), sight=sight_of(principal), reader=principal.id, after=None, limit=MOST
        )
        own = {row.id: row.student for row in rows if row.assignee in (None, principal.id) and row.student}
        names = await self.names.of(own.values())
        found = [(case, names[student]) for case, student in own.items() if student in names]
        return sorted(found, key=lambda each: each[1].casefold())
