"""The lists of a school's new year: its classes and students now, where the plan takes them, and who has an open case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.intake.domain.school_year import SCHOOL_YEAR, Move, SchoolYear, year_stream
from services.intake.year.moving_up import raised
from shared.decider import load
from shared.eventstore.projection import Projection
from shared.neighbours import Told
from shared.open_cases import AskedOf, OpenCases
from shared.sealed import Erased, Sealed
from shared.service import Kernel

_STUDENTS = (
    "SELECT person, homeroom, name FROM person_v1 WHERE generation = %s AND kind = 'student' AND school = %s ORDER BY homeroom NULLS LAST, person"
)
_NAMES = "SELECT person, name FROM person_v1 WHERE generation = %s AND person = ANY (%s)"


@dataclass(frozen=True, slots=True)
class Student:
    """name: sealed, and opened only of whom a page shows."""

    person: str
    homeroom: str | None
    name: Sealed


@dataclass(frozen=True, slots=True)
class Class:
    """A class now. to: what becomes of it, as planned or else as proposed; None where it graduates."""

    title: str
    students: int
    to: str | None
    apart: int


@dataclass(frozen=True, slots=True)
class OfSchool:
    """A school as its new year is prepared. level: as the roster calls it."""

    school: str
    name: str
    level: str
    year: SchoolYear
    students: Sequence[Student]

    @property
    def classes(self) -> list[Class]:
        """By title."""
        found: dict[str, list[Student]] = defaultdict(list)
        for each in self.students:
            if each.homeroom:
                found[each.homeroom].append(each)
        return [self._class(title, found[title]) for title in sorted(found)]

    def _class(self, title: str, students: Sequence[Student]) -> Class:
        to = self.year.classes[title] if title in self.year.classes else raised(title, self.level)
        return Class(title, len(students), to, sum(each.person in self.year.apart for each in students))

    @property
    def titles(self) -> list[str]:
        """Every class that somebody may go to."""
        now = {each.homeroom for each in self.students if each.homeroom}
        return sorted(now | {to for each in now if (to := raised(each, self.level))} | {each.to for each in self.classes if each.to})

    @property
    def moves(self) -> tuple[Move, ...]:
        """What the plan comes to."""
        found = (self.year.move_of(each.person, each.homeroom) for each in self.students)
        return tuple(each for each in found if each)


@dataclass(frozen=True, slots=True)
class YearLists:
    """Reads them. directory: of people, which is waited for. cases: the sibling that has the cases."""

    kernel: Kernel
    directory: Projection
    cases: Told

    async def of(self, school: str, name: str, level: str) -> OfSchool:
        """Raises: StillBuilding, BehindWrite, Unavailable."""
        year = (await load(self.kernel.store, SCHOOL_YEAR, year_stream(school))).state
        async with self.directory.reading(acting="directory") as (connection, generation):
            rows = await (await connection.execute(_STUDENTS, (generation, school))).fetchall()
        students = [Student(person, homeroom, Sealed.model_validate(sealed)) for person, homeroom, sealed in rows]
        return OfSchool(school, name, level, year, students)

    async def names(self, students: Sequence[Student]) -> dict[str, str]:
        """Opened for a page and not kept; nobody who was erased."""
        opened = await self.kernel.vault.open_many([each.name for each in students])
        return {each.person: name for each, name in zip(students, opened, strict=True) if not isinstance(name, Erased)}

    async def names_of(self, people: Sequence[str]) -> Mapping[str, str]:
        """The same of anybody. Raises: StillBuilding, BehindWrite."""
        async with self.directory.reading(acting="directory") as (connection, generation):
            rows = await (await connection.execute(_NAMES, (generation, list(people)))).fetchall()
        return await self.names([Student(person, None, Sealed.model_validate(sealed)) for person, sealed in rows])

    async def open_cases(self, school: str, students: Sequence[str], reader: str) -> OpenCases:
        """Of these students, as far as the reader may know. Raises: Unavailable: cases does not answer."""
        if not students:
            return OpenCases(cases=())
        return await self.cases.post("open-cases", AskedOf(reader=reader, school=school, students=tuple(students)), OpenCases)
