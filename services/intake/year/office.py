"""Planning and beginning a school's new year. What was confirmed is stored first, then applied: a cut is continued, and nothing moves twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from services.intake.domain.roster import ROSTER, Command, LetGo
from services.intake.domain.school_year import (
    SCHOOL_YEAR,
    BeginYear,
    Move,
    NotAmongTheLeaving,
    PlanClasses,
    SetApart,
    SettleYear,
    TakeBack,
    YearCommand,
    year_stream,
)
from services.intake.roster.importing import RosterImport
from services.intake.roster.person import Person
from services.intake.roster.registered import Registered
from services.intake.roster.registering import Registering
from services.intake.year.lists import OfSchool, YearLists
from shared.decider import execute, load
from shared.errors import Refused
from shared.message import Occasion

AT_ONCE = 100
"""Students in one append."""


class CasesChanged(Refused):
    code = "open-cases-changed"
    indonesian = "Daftar kasus terbuka berubah sejak halaman ini dibuka. Periksa lagi, lalu konfirmasi."
    english = "The list of open cases has changed since this page was opened. Look at it again, then confirm."


class PlanChanged(Refused):
    code = "school-year-plan-changed"
    indonesian = "Daftar kelas atau murid berubah sejak halaman ini dibuka. Periksa lagi, lalu konfirmasi."
    english = "The lists of classes or students have changed since this page was opened. Look at them again, then confirm."


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What stood on the page that was confirmed: the cases, and how many move and leave."""

    cases: frozenset[str]
    moving: int
    leaving: int


@dataclass(frozen=True, slots=True)
class YearOffice:
    """importing: no import goes on while the year begins."""

    lists: YearLists
    importing: RosterImport

    async def plan(self, school: str, classes: dict[str, str | None], by: str) -> None:
        """Raises: YearUnderway, Unavailable."""
        await self._execute(school, PlanClasses(school=school, classes=classes, by=by), by)

    async def set_apart(self, school: str, students: dict[str, str | None], along: Sequence[str], by: str) -> None:
        """Raises: YearUnderway, Unavailable."""
        await self._execute(school, SetApart(school=school, students=students, along=tuple(along), by=by), by)

    async def begin(self, told: OfSchool, seen: Confirmed, by: str) -> None:
        """Raises: CasesChanged, PlanChanged, NothingPlanned, YearUnderway; Unavailable: confirm again, and it goes on where it was."""
        moves = told.moves
        if (len(moves), sum(each.to is None for each in moves)) != (seen.moving, seen.leaving):
            raise PlanChanged
        found = await self.lists.open_cases(told.school, [each.person for each in moves], by)
        if {each.case for each in found.cases} - seen.cases:
            raise CasesChanged
        now = self.lists.kernel.clock.now()
        await self._execute(told.school, BeginYear(school=told.school, moves=moves, by=by, at=now), by)
        await self.go_on(told.school, by)

    async def go_on(self, school: str, by: str) -> None:
        """Applies what was confirmed. Whoever meanwhile is elsewhere than they were is left there."""
        async with self.importing.alone():
            year = (await load(self.lists.kernel.store, SCHOOL_YEAR, year_stream(school))).state
            moves = list(year.moves.values()) if not year.settled else []
            for place in range(0, len(moves), AT_ONCE):
                await self._apply(school, moves[place : place + AT_ONCE], by)
            await self._execute(school, SettleYear(school=school), by)
            await self.importing.caught_up()

    async def _apply(self, school: str, moves: Sequence[Move], by: str) -> None:
        registering, found = Registering(self.lists.kernel, self._occasion(by)), list[Person]()
        gone: list[tuple[str, Command]] = []
        for move in moves:
            last = await self._present(move.person)
            if last is None or (last.school, last.homeroom) != (school, move.was):
                continue
            if move.to is None:
                gone.append((f"person-{move.person}", LetGo(person=move.person, school=school)))
            else:
                found.append(replace(last, homeroom=move.to))
        sealed = await registering.sealed(found)
        await registering.append([*sealed.registrations, *gone])

    async def take_back(self, school: str, person: str, by: str) -> None:
        """They are at the school as they were before. Raises: NotAmongTheLeaving: also where another school has had them since. Unavailable."""
        async with self.importing.alone():
            last = await Registered(self.lists.kernel.store, self.lists.kernel.vault).last(person)
            if last is None or last.school != school:
                raise NotAmongTheLeaving
            await self._execute(school, TakeBack(school=school, person=person, by=by), by)
            registering = Registering(self.lists.kernel, self._occasion(by))
            await registering.append((await registering.sealed([last])).registrations)
            await self.importing.caught_up()

    async def names_of_left(self, people: Sequence[str]) -> dict[str, str]:
        """As they were registered last; nobody who was erased."""
        registered = Registered(self.lists.kernel.store, self.lists.kernel.vault)
        found = await asyncio.gather(*(registered.last(each) for each in people))
        return {each.id: each.name for each in found if each}

    async def _present(self, person: str) -> Person | None:
        """None for whoever left meanwhile, or was erased."""
        store = self.lists.kernel.store
        if not (await load(store, ROSTER, f"person-{person}")).state.present:
            return None
        return await Registered(store, self.lists.kernel.vault).last(person)

    async def _execute(self, school: str, command: YearCommand, by: str) -> None:
        kernel = self.lists.kernel
        await execute(kernel.store, SCHOOL_YEAR, year_stream(school), command, replace(self._occasion(by), school=school))

    def _occasion(self, by: str) -> Occasion:
        cause = uuid4()
        return Occasion(by, None, self.lists.kernel.clock.now(), cause, cause)
