"""The list of cases as a page and a file show it, by name where the reader may know it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.cases.figures.open_cases import LEVELS
from services.cases.listing.asked import LAST_PAGE, ORDER_NAMES, STANDINGS, AskedOfList
from services.cases.pages.people import Names
from services.cases.pages.screen import LOUDNESS, STATES
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.case_list import Filters, Listed
from services.cases.reading.directory import Directory
from services.cases.reading.sorted_cases import Occurring, SortedCases
from services.cases.reading.words import Pair, Words
from services.cases.rights import OF_THE_SCHOOL
from shared.access import Principal
from shared.pages import Text

ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A case as it is shown. student, holder: None where nobody knows, or the reader may not know. opened, changed: in `zone`."""

    id: str
    student: str | None
    may_know_who: bool
    school: str
    holder: str | None
    opened: datetime
    changed: datetime
    zone: str
    urgency: Pair
    loudness: str
    state: Text
    version: int


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows of the case list in words. Raises: StillBuilding, BehindWrite."""

    cases: SortedCases
    names: Names
    words: Words
    calendars: SchoolCalendars
    directory: Directory

    async def page(self, principal: Principal, asked: AskedOfList) -> dict[str, Any]:
        """What the template shows: a page of the list, and what it can be narrowed by."""
        asked = _answerable(principal, asked)
        found = await self.rows(principal, asked, limit=ON_A_PAGE + 1, skipped=(asked.halaman - 1) * ON_A_PAGE)
        occurring, count = await self.cases.occurring(principal, asked.filters)
        every = (await self.cases.occurring(principal, Filters()))[0] if asked.narrowed else occurring
        holders = await self._holders(principal, every)
        return {
            "cases": found[:ON_A_PAGE],
            "count": count,
            "asked": asked,
            "holder": dict(holders).get(asked.petugas),
            "before": asked.address("/cases/", halaman=asked.halaman - 1) if asked.halaman > 1 else "",
            "after": asked.address("/cases/", halaman=asked.halaman + 1) if len(found) > ON_A_PAGE and asked.halaman < LAST_PAGE else "",
            "file": asked.address("/cases/daftar.xlsx", halaman=1),
            "levels": [(level, self.words.values["urgency"][level]) for level in LEVELS if level in every.levels],
            "holders": holders,
            "schools": [(school, name) for school, name in await self.directory.schools() if school in every.schools],
            "standings": list(STANDINGS.items()),
            "orders": list(ORDER_NAMES.items()),
        }

    async def rows(self, principal: Principal, asked: AskedOfList, *, limit: int, skipped: int = 0) -> list[Row]:
        """Cases that somebody may know of, in the order asked for."""
        wanted = _answerable(principal, asked)
        found = await self.cases.page(principal, wanted.filters, wanted.order, limit=limit, skipped=skipped)
        names = await self.names.of([*_people(principal, found)])
        schools = dict(await self.directory.schools())
        zones = {school: (await self.calendars.of(school)).zone for school in {row.school for row in found}}
        return [self._row(row, names, schools, zones[row.school], _may_know_who(principal, row)) for row in found]

    async def _holders(self, principal: Principal, every: Occurring) -> list[tuple[str, str]]:
        """Who has cases, by name: for those who work at a school. Elsewhere there are too many, and they are nobody's business."""
        if not principal.holds(*OF_THE_SCHOOL):
            return []
        return sorted((await self.names.of(every.holders)).items(), key=lambda each: each[1].casefold())

    def _row(self, row: Listed, names: Mapping[str, str], schools: Mapping[str, str], zone: str, may_know_who: bool) -> Row:
        return Row(
            id=row.id,
            student=names.get(row.student or "") if may_know_who else None,
            may_know_who=may_know_who,
            school=schools.get(row.school, ""),
            holder=names.get(row.assignee or row.acknowledged_by or "") if may_know_who else None,
            opened=row.opened_at,
            changed=row.changed_at,
            zone=zone,
            urgency=self.words.values["urgency"][row.urgency],
            loudness="" if row.state in ("closed", "merged") else LOUDNESS[row.urgency],
            state=STATES[row.state],
            version=row.version,
        )


def _answerable(principal: Principal, asked: AskedOfList) -> AskedOfList:
    """Who has which case is not asked by whoever is not told it, either: the number of rows would tell."""
    return asked if principal.holds(*OF_THE_SCHOOL, "district-duty") else asked.model_copy(update={"petugas": ""})


def _people(principal: Principal, rows: Sequence[Listed]) -> set[str | None]:
    """Whose names are shown: of students and of who has their cases, to those who may know who it is."""
    known = [row for row in rows if _may_know_who(principal, row)]
    return {person for row in known for person in (row.student, row.assignee or row.acknowledged_by)}


def _may_know_who(principal: Principal, row: Listed) -> bool:
    """Officers and auditors find cases by id (domain.md, The table of Who is who)."""
    return principal.holds_at(row.school, *OF_THE_SCHOOL, "district-duty")
