"""Rows of the lists of a working day, in words: what is expected, of whom, until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from urllib.parse import urlencode

from services.cases.pages.people import Names
from services.cases.pages.screen import LOUDNESS
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.case_list import CaseList, Listed
from services.cases.reading.hours import FROM_ARRIVAL, to_the_hour
from services.cases.reading.in_hand import OwnCase
from services.cases.reading.lists import cases_asked, whole_cases
from services.cases.reading.meetings import begins
from services.cases.reading.questions import Askers, Name, question
from services.cases.reading.wanted_work import WorkFilter
from services.cases.reading.words import Words
from services.cases.reading.worklist import Work, WorkList
from services.cases.rights import OF_THE_SCHOOL, schools_of
from shared.access import Principal
from shared.clock import Clock
from shared.events import Urgency
from shared.pages import say

READS_SUMMARIES = (*OF_THE_SCHOOL, "supervisor", "district-officer", "district-duty")
"""Whom a row leads to its case."""

_ONE_A_CASE: frozenset[Name] = frozenset({"without-an-owner"})
"""Lists on which a case stands once: one act answers all that is expected there."""

_ASKED = {"teacher-answer": "answer-as-teacher"}
"""The steps by which somebody who reads no case does what is expected of them."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a row before it is put into words. what: a code of what is expected; None where the student is to be identified."""

    case: str
    key: str
    school: str
    student: str | None
    urgency: Urgency
    what: str | None
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Row:
    """address: of the case, or of the very step for whoever is only asked; empty where the reader is led nowhere. due: in `zone`.

    student: None where nobody knows, or the reader may not know.
    """

    case: str
    key: str
    address: str
    what: str | tuple[str, str]
    student: str | None
    due: datetime | None
    late: bool
    level: Urgency
    urgency: tuple[str, str]
    loudness: str
    zone: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Reads the lists and puts them into words. Raises: StillBuilding, BehindWrite."""

    work: WorkList
    cases: CaseList
    names: Names
    words: Words
    calendars: SchoolCalendars
    clock: Clock
    askers: Askers

    async def of(self, principal: Principal, name: Name, most: int) -> list[Row]:
        """A list's rows, the earliest first. Raises: NotAllowed: it is not for this person."""
        return await self.shown(principal, await self._told(principal, name, most))

    async def of_all(self, principal: Principal, names: Sequence[Name], most: int) -> dict[Name, list[Row]]:
        """Several lists at once: what is expected in one query, and every name opened once. Raises: NotAllowed: one is not for this person."""
        asking, told = await self.askers.asking(principal), dict[Name, list[Told]]()
        expected: dict[str, WorkFilter] = {name: question(name, asking) for name in names if not cases_asked(name, principal, None)}
        work = await self.work.pages(expected, schools=schools_of(principal), reader=principal.id, limit=most)
        for name in names:
            told[name] = _of_list(name, work[name]) if name in expected else await self._told(principal, name, most)
        shown = iter(await self.shown(principal, [row for name in names for row in told[name]]))
        return {name: list(islice(shown, len(told[name]))) for name in names}

    async def _told(self, principal: Principal, name: Name, most: int) -> list[Told]:
        if asked := cases_asked(name, principal, None):
            return [_of_case(each) for each in await whole_cases(self.cases, principal, asked, None, most)]
        wanted = question(name, await self.askers.asking(principal))
        found = await self.work.page(wanted, schools=schools_of(principal), reader=principal.id, after=None, limit=most)
        return _of_list(name, found)

    async def shown(self, principal: Principal, rows: Sequence[Told]) -> list[Row]:
        """The same in words, with names where the reader may know who it is."""
        names = await self.names.of(row.student for row in rows if principal.holds_at(row.school, *OF_THE_SCHOOL, "district-duty"))
        zones = {school: (await self.calendars.of(school)).zone for school in {row.school for row in rows}}
        return [self._row(principal, row, names, zones) for row in rows]

    def _row(self, principal: Principal, told: Told, names: Mapping[str, str], zones: Mapping[str, str]) -> Row:
        return Row(
            case=told.case,
            key=told.key,
            address=_address(principal, told),
            what=self.words.deadlines[told.what] if told.what else say("Buka kasus"),
            student=names.get(told.student or ""),
            due=_shown(told),
            late=bool(told.what and told.due and told.due < self.clock.now()),
            level=told.urgency,
            urgency=self.words.values["urgency"][told.urgency],
            loudness=LOUDNESS[told.urgency],
            zone=zones[told.school],
        )


def _shown(told: Told) -> datetime | None:
    """Of a meeting when it begins. By the hour where it would tell when somebody's words arrived, which may be anonymous; an emergency's clock to the
    minute.
    """
    tells = told.what is None or told.what in FROM_ARRIVAL
    return to_the_hour(told.due) if told.due and tells and told.urgency != "emergency" else told.due and begins(told.what, told.due)


def _of_list(name: Name, found: Sequence[Work]) -> list[Told]:
    """Meetings by when they begin."""
    if name == "appointments":
        found = sorted(found, key=lambda each: begins(each.what, each.expected_at))
    return [of_work(each) for each in (_first_of_each_case(found) if name in _ONE_A_CASE else found)]


def _first_of_each_case(found: Sequence[Work]) -> list[Work]:
    first: dict[str, Work] = {}
    for each in found:
        first.setdefault(each.case, each)
    return list(first.values())


def _address(principal: Principal, told: Told) -> str:
    case = f"/cases/cases/{told.case}"
    if principal.holds(*READS_SUMMARIES):
        return case
    step = _ASKED.get(told.what or "")
    return f"{case}/langkah/{step}?{urlencode({'activity': told.key.split('/')[0]})}" if step else ""


def of_work(work: Work) -> Told:
    """Something expected, before it is put into words."""
    return Told(work.case, work.key, work.school, work.student, work.urgency, work.what, work.expected_at)


def _of_case(case: Listed) -> Told:
    return Told(case.id, "", case.school, case.student, case.urgency, None, case.opened_at)


def of_own(case: OwnCase) -> Told:
    """A case of one's own, with what is expected next."""
    return Told(case.case, "", case.school, case.student, case.urgency, case.what, case.expected_at)
