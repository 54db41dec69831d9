"""A district as it really is: schools, students, staff and guardians, and what happens to them. Exports tell of it late, partly and wrongly."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from services.intake.roster.ids import person_id, school_id

Kind = Literal["student", "staff", "guardian"]
SOURCE = "roster"
SCHOOLS = {
    "sd1": ("20100001", "SD Negeri 1 Contoh", "gugus-1"),
    "sd2": ("20100002", "SD Negeri 2 Contoh", "gugus-1"),
    "smp1": ("20100003", "SMP Negeri 1 Contoh", ""),
    "sma1": ("20100004", "SMA Negeri 1 Contoh", ""),
}
NEXT = {"sd1": "smp1", "sd2": "smp1", "smp1": "sma1", "sma1": None}
"""Where whoever graduates goes on."""

STUDENTS = 4
"""Of each school when the year begins."""

STAFF: dict[str, tuple[str, ...]] = {
    "sd1": ("counsellor", "principal", "homeroom"),
    "sd2": ("principal", "homeroom"),
    "smp1": ("counsellor", "counsellor", "coordinator", "principal", "subject-teacher"),
    "sma1": ("counsellor", "counsellor", "coordinator", "principal", "homeroom"),
}
"""A primary school without a counsellor is served by its cluster."""

STAFF_PARENTS = 0.2
"""How many homes have somebody of the school's staff in them."""

GIVEN = ("Ani", "Budi", "Citra", "Dewi", "Eka", "Fajar", "Gita", "Hadi", "Indah", "Joko", "Kartika", "Lestari", "Made", "Nur", "Oka", "Putri")
FAMILY = ("Lestari", "Santoso", "Wijaya", "Siregar", "Tampubolon", "Halim", "-", "Saputra", "Nasution", "Rahmawati")
DOMAINS = ("contoh.invalid", "contoh.invalid", "contoh.invalid", "mati.invalid", "")
"""Of addresses: some take nothing, some people have none."""


@dataclass(frozen=True)
class Somebody:
    """key: in the exporting system. roles: of staff, by school, the main one first. grade: the class of a student, 1 to 3."""

    key: str
    kind: Kind
    given: str
    family: str
    school: str
    roles: tuple[tuple[str, str], ...] = ()
    guardians: tuple[str, ...] = ()
    grade: int = 1
    email: str = ""

    @property
    def id(self) -> str:
        return person_id(SOURCE, self.key)


def our_id(school: str) -> str:
    return school_id(SOURCE, school)


@dataclass
class Truth:
    """people: who is in the district, by key. gone: who left it, and may come back. schools: those that are open."""

    chance: random.Random
    people: dict[str, Somebody] = field(default_factory=dict)
    gone: dict[str, Somebody] = field(default_factory=dict)
    schools: list[str] = field(default_factory=lambda: list(SCHOOLS))
    named: int = 0

    def __post_init__(self) -> None:
        for school, roles in STAFF.items():
            for role in roles:
                self.hire(school, role)
        for school in SCHOOLS:
            for _ in range(STUDENTS):
                self.enrol(school)

    def of(self, kind: Kind, school: str | None = None) -> list[Somebody]:
        return [each for each in self.people.values() if each.kind == kind and school in (None, each.school)]

    # who comes ----------------------------------------------------------------------------------------------------

    def hire(self, school: str, role: str) -> Somebody:
        return self._add("staff", school, roles=((school, role),))

    def enrol(self, school: str, twins: int = 1) -> list[Somebody]:
        """Students of one home: twins where there are two."""
        family, grade = self.chance.choice(FAMILY), self.chance.randint(1, 3)
        home = tuple(self._add("guardian", school, family=family).key for _ in range(self.chance.randint(1, 2)))
        if self.chance.random() < STAFF_PARENTS and (staff := self.of("staff", school)):
            home = (self.chance.choice(staff).key, *home[1:])
        return [self._add("student", school, family=family, guardians=home, grade=grade) for _ in range(twins)]

    def _add(self, kind: Kind, school: str, **more: object) -> Somebody:
        self.named += 1
        key, domain = f"{kind}-{self.named}", self.chance.choice(DOMAINS)
        known = {"given": self.chance.choice(GIVEN), "family": self.chance.choice(FAMILY), "email": f"{key}@{domain}" if domain else ""}
        self.people[key] = Somebody(key, kind, school=school, **known | more)  # type: ignore[arg-type]
        return self.people[key]

    # who moves, leaves and comes back -----------------------------------------------------------------------------

    def change(self, somebody: Somebody, **what: object) -> Somebody:
        self.people[somebody.key] = replace(somebody, **what)  # type: ignore[arg-type]
        return self.people[somebody.key]

    def family_of(self, student: Somebody) -> list[Somebody]:
        """The student, brothers and sisters, and whoever is at home."""
        siblings = [each for each in self.of("student") if set(each.guardians) & set(student.guardians)]
        return [*siblings, *self._home(student)]

    def _home(self, student: Somebody) -> list[Somebody]:
        """Whoever works at a school stays there when a child of theirs moves."""
        known = (self.people.get(key) for key in student.guardians)
        return [each for each in known if each and each.kind == "guardian"]

    def move(self, student: Somebody, to: str) -> None:
        """With the whole home; a brother in another kind of school stays where he is."""
        for each in self.family_of(student):
            if each.school == student.school:
                self.change(each, school=to)

    def transfer(self, staff: Somebody, to: str) -> None:
        """To another school, in the same role."""
        self.change(staff, school=to, roles=tuple((to, role) for school, role in staff.roles if school == staff.school))

    def leave(self, somebody: Somebody) -> None:
        """A student takes the home along where no brother or sister stays."""
        gone = self.family_of(somebody) if somebody.kind == "student" and self._is_alone(somebody) else [somebody]
        for each in gone:
            self.gone[each.key] = self.people.pop(each.key)

    def _is_alone(self, student: Somebody) -> bool:
        return sum(1 for each in self.family_of(student) if each.kind == "student") == 1

    def come_back(self, somebody: Somebody, to: str) -> None:
        """Whoever left stands in the export again; a student with the home."""
        home = [self.gone[key] for key in somebody.guardians if key in self.gone and self.gone[key].kind == "guardian"]
        for each in (somebody, *home):
            roles = tuple((to, role) for _, role in each.roles[:1])
            self.people[each.key] = replace(self.gone.pop(each.key), school=to, roles=roles)

    def next_grades(self) -> None:
        """The school year ends: everybody is a class further, and whoever was in the last one goes to the next school, or leaves."""
        for student in self.of("student"):
            if student.grade < 3:
                self.change(student, grade=student.grade + 1)
            elif (to := NEXT[student.school]) and to in self.schools:
                self._goes_on(student, to)
            else:
                self.leave(student)

    def _goes_on(self, student: Somebody, to: str) -> None:
        alone = self._is_alone(student)
        self.change(student, school=to, grade=1)
        for each in self._home(student) if alone else ():
            self.change(each, school=to)

    def close(self, school: str, into: str) -> None:
        """Two schools become one: students and staff of the one go to the other. The empty school still stands in the export."""
        for each in list(self.people.values()):
            roles = tuple(dict.fromkeys((into if at == school else at, role) for at, role in each.roles))
            self.change(each, school=into if each.school == school else each.school, roles=roles)

    def rows(self) -> Iterator[Somebody]:
        """Everybody, guardians before their students."""
        yield from sorted(self.people.values(), key=lambda each: (each.kind, each.key))
