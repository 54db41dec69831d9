"""Groups and other cases as a form offers them to whoever fills it in: by the names of the students in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.cases.domain.case.state import Case
from services.cases.pages.people import Names
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.case_list import CaseList, Filters, Listed
from services.cases.reading.whereabouts import Whereabouts
from services.cases.rights import schools_of, sight_of
from services.cases.standing.led import LedGroups
from shared.access import Principal
from shared.pages import Text
from shared.pages.languages import LANGUAGES
from shared.pages.moments import Moments

Option = tuple[str, Text]
"""What is sent, and what is shown."""

MOST = 500
"""Cases that can be looked through in one field."""


@dataclass(frozen=True, slots=True)
class GoingOn:
    """Raises: StillBuilding, BehindWrite."""

    led: LedGroups
    listed: CaseList
    calendars: SchoolCalendars
    names: Names
    whereabouts: Whereabouts

    async def groups(self, reader: Principal, case: Case) -> list[Option]:
        """Those that the reader leads and the case's student is in, newest first."""
        led = await self.led.with_student(reader, case.student) if case.student else []
        names = await self.names.of([each for _, students in led for each in students])
        return [(group, ", ".join(sorted(names[each] for each in students if each in names))) for group, students in led]

    async def with_classes(self, names: Mapping[str, str]) -> dict[str, str]:
        """Students by name and class: two children of one name are told apart."""
        classes = await self.whereabouts.of_many([*names])
        return {student: f"{name}, {homeroom}" if (homeroom := classes.get(student, ("", ""))[1]) else name for student, name in names.items()}

    async def held(self, reader: Principal, school: str) -> list[tuple[str, str, str]]:
        """Open cases of the school that the reader was given: the case, its student, and the student's name and class."""
        filters = Filters(school=school, open=True, assignee=reader.id)
        rows = await self.listed.page(filters, schools=schools_of(reader), sight=sight_of(reader), reader=reader.id, after=None, limit=MOST)
        names = await self.with_classes(await self.names.of([row.student for row in rows]))
        known = [(row.id, row.student, names[row.student]) for row in rows if row.student and row.student in names]
        return sorted(known, key=lambda each: each[2].casefold())

    async def cases(self, reader: Principal, case: Case) -> list[Option]:
        """Others of the school, by the student's name and class; where nobody knows yet who it is, last and by when they were opened."""
        wall, sight = schools_of(reader), sight_of(reader)
        rows = await self.listed.page(Filters(school=case.school, open=True), schools=wall, sight=sight, reader=reader.id, after=None, limit=MOST)
        others = [row for row in rows if row.id != case.case]
        names = await self.with_classes(await self.names.of([row.student for row in others]))
        known = sorted(((names[row.student], row.id) for row in others if row.student and row.student in names), key=lambda each: each[0].casefold())
        zone = (await self.calendars.of(case.school)).zone
        return [*((found, name) for name, found in known), *((row.id, _unknown(row, zone)) for row in others if row.student is None)]


def _unknown(row: Listed, zone: str) -> Text:
    indonesian, english = (Moments(each, zone).moment(row.opened_at) for each in LANGUAGES)
    return f"Belum dikenali, dibuka {indonesian}", f"Not identified, opened {english}"
