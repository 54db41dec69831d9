"""The list of cases, by name where the reader may know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.cases.pages.people import Names
from services.cases.pages.screen import LOUDNESS, STATES
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.views import CaseList, Filters, Listed
from services.cases.reading.words import Words
from services.cases.rights import OF_THE_SCHOOL, schools_of, sight_of
from shared.access import Principal

MOST = 100


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows of the case list as a page shows them."""

    cases: CaseList
    names: Names
    words: Words
    calendars: SchoolCalendars

    async def of(self, principal: Principal) -> list[dict[str, Any]]:
        """The newest cases that somebody may know of. Raises: StillBuilding, BehindWrite."""
        rows = await self.cases.page(Filters(), schools=schools_of(principal), sight=sight_of(principal), reader=principal.id, after=None, limit=MOST)
        names = await self.names.of(row.student for row in rows if _may_know_who(principal, row))
        zones = {school: (await self.calendars.of(school)).zone for school in {row.school for row in rows}}
        return [self._shown(row, names) | {"zone": zones[row.school], "may_know_who": _may_know_who(principal, row)} for row in rows]

    def _shown(self, row: Listed, names: Mapping[str, str]) -> dict[str, Any]:
        return {
            "id": row.id,
            "student": names.get(row.student or ""),
            "opened": row.opened_at,
            "urgency": self.words.values["urgency"][row.urgency],
            "loudness": LOUDNESS[row.urgency],
            "state": STATES[row.state],
        }


def _may_know_who(principal: Principal, row: Listed) -> bool:
    """Officers and auditors find cases by id (domain.md, The table of Who is who)."""
    return principal.holds_at(row.school, *OF_THE_SCHOOL, "district-duty")
