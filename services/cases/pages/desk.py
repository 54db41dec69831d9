"""The first page of whoever works at a school or in the district: what waits for them, by the lists of a working day (ADR 27)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.cases.pages.people import Names
from services.cases.pages.screen import LOUDNESS
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.lists import TITLES, Name, calendar_for, question
from services.cases.reading.views import Work, WorkList
from services.cases.reading.words import Words
from services.cases.rights import OF_THE_SCHOOL, schools_of
from shared.access import Principal
from shared.clock import Clock

MOST = 50
"""Rows of one list on this page."""

_ABOVE = ("supervisor", "district-officer", "district-duty")
SECTIONS: Mapping[Name, tuple[str, ...]] = {"waiting-for-me": (), "new-words": OF_THE_SCHOOL, "today": OF_THE_SCHOOL, "ladder": _ABOVE}
"""The lists that stand there, in this order, and whose they are: everybody's where no role is named."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Reads the lists and puts them into words."""

    work: WorkList
    names: Names
    words: Words
    calendars: SchoolCalendars
    clock: Clock

    async def of(self, principal: Principal) -> list[dict[str, Any]]:
        """The sections of somebody's page; what stands in one does not stand in a later one. Raises: StillBuilding, BehindWrite."""
        seen, sections = set[tuple[str, str]](), []
        for name, roles in SECTIONS.items():
            if roles and not principal.holds(*roles):
                continue
            rows = [row for row in await self._rows(principal, name) if (row.case, row.key) not in seen]
            seen |= {(row.case, row.key) for row in rows}
            sections.append({"title": TITLES[name], "rows": await self._shown(principal, rows)})
        return sections

    async def _rows(self, principal: Principal, name: Name) -> list[Work]:
        wanted = question(name, principal, self.clock.now(), await calendar_for(self.calendars, principal, None), None)
        return await self.work.page(wanted, schools=schools_of(principal), reader=principal.id, after=None, limit=MOST)

    async def _shown(self, principal: Principal, rows: list[Work]) -> list[dict[str, Any]]:
        names = await self.names.of(row.student for row in rows if principal.holds_at(row.school, *OF_THE_SCHOOL, "district-duty"))
        zones = {school: (await self.calendars.of(school)).zone for school in {row.school for row in rows}}
        now = self.clock.now()
        return [self._row(principal, row, names, now) | {"zone": zones[row.school]} for row in rows]

    def _row(self, principal: Principal, row: Work, names: Mapping[str, str], now: datetime) -> dict[str, Any]:
        return {
            "case": row.case if principal.holds(*OF_THE_SCHOOL, *_ABOVE) else "",
            "what": self.words.deadlines[row.what],
            "student": names.get(row.student or ""),
            "due": row.expected_at,
            "late": row.expected_at < now,
            "urgency": self.words.values["urgency"][row.urgency],
            "loudness": LOUDNESS[row.urgency],
        }
