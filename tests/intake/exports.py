"""Whole exports of two small schools, ways to damage them, and what a district holds after importing them."""

import csv
import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from services.intake.roster.known import Known, KnownPerson, KnownSchool
from services.intake.roster.people import Roster
from services.intake.roster.person import Person
from services.intake.roster.reading import read_bundle
from services.intake.roster.refusing import Accepted
from tests.intake.bundles import zipped
from tests.intake.interpreting import WholePlan, interpret, plan

Table = list[list[str]]
Export = dict[str, Table]
SCHOOLS = {"smp1": "20100001", "sd2": "20100002"}
STUDENTS = 21
CLASSES = ("7A", "7B", "8A")


def export() -> Export:
    """Two schools, each with 21 students in three classes, as many guardians, a principal, two counsellors and three teachers."""
    tables: Export = {
        "orgs": [["sourcedId", "status", "name", "type", "identifier"]],
        "users": [["sourcedId", "status", "givenName", "familyName", "email", "phone", "agentSourcedIds"]],
        "roles": [["userSourcedId", "status", "roleType", "role", "orgSourcedId"]],
        "classes": [["sourcedId", "status", "title", "classType"]],
        "enrollments": [["classSourcedId", "userSourcedId", "status", "role"]],
        "demographics": [["sourcedId", "birthDate"]],
    }
    for school, npsn in SCHOOLS.items():
        tables["orgs"].append([school, "active", f"SMP {school}", "school", npsn])
        tables["classes"] += [[f"{school}-{title}", "active", title, "homeroom"] for title in CLASSES]
        tables["classes"].append([f"{school}-math", "active", "Matematika", "scheduled"])
        for place in range(STUDENTS):
            _student(tables, school, place)
        for place, role in enumerate(("principal", "counselor", "counselor", "teacher", "teacher", "teacher")):
            _person(tables, f"{school}-staf-{place}", role, school, given=f"Guru{place}")
    return tables


def _student(tables: Export, school: str, place: int) -> None:
    student, guardian = f"{school}-murid-{place}", f"{school}-wali-{place}"
    _person(tables, guardian, "guardian", school, given=f"Ibu{place}")
    _person(tables, student, "student", school, given=f"Murid{place}", agents=guardian)
    tables["enrollments"] += [[f"{school}-{CLASSES[place % 3]}", student, "active", "student"], [f"{school}-math", student, "active", "student"]]
    tables["demographics"].append([student, f"201{place % 10}-05-0{place % 9 + 1}"])


def _person(tables: Export, key: str, role: str, school: str, *, given: str, agents: str = "") -> None:
    tables["users"].append([key, "active", given, "Contoh", f"{key}@contoh.invalid", "08121234567", agents])
    tables["roles"].append([key, "active", "primary", role, school])


def written(tables: Export) -> dict[str, str]:
    """The files' texts."""
    files = {}
    for name, rows in tables.items():
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        files[name] = text.getvalue()
    return files


def without(tables: Export, gone: Callable[[str], bool]) -> Export:
    """The export without these people, in every file."""
    column = {"users": 0, "roles": 0, "enrollments": 1, "demographics": 0}
    return {name: [row for row in rows if name not in column or not gone(row[column[name]])] for name, rows in tables.items()}


def copied(tables: Export) -> Export:
    return {name: [list(row) for row in rows] for name, rows in tables.items()}


@dataclass
class Held:
    """What a district holds, in clear: the plan applied in memory, as the store would."""

    people: dict[str, Person] = field(default_factory=dict)
    schools: dict[str, KnownSchool] = field(default_factory=dict)

    def known(self) -> Known:
        people = {
            each.id: KnownPerson(each.kind, each.school, each.roles, repr(each), each.homeroom, each.guardians) for each in self.people.values()
        }
        return Known(people, dict(self.schools))

    def planned(self, bundle: Path, accept: Accepted | None = None) -> tuple[Roster, WholePlan]:
        roster = interpret(read_bundle(bundle), self.known())
        roster.people = [self._completed(each) for each in roster.people]
        return roster, plan(roster, self.known(), accept or Accepted(), repr)

    def _completed(self, person: Person) -> Person:
        was = self.people.get(person.id)
        return _filled_in(person, was) if was else person

    def take(self, bundle: Path, accept: Accepted | None = None) -> WholePlan:
        _, made = self.planned(bundle, accept)
        self.schools |= {each.school: KnownSchool(each.npsn, each.name, each.cluster) for each in made.schools}
        self.people |= {each.id: each for each in made.people}
        for person, _ in made.departures:
            del self.people[person]
        return made


def _filled_in(person: Person, was: Person) -> Person:
    """With what the export did not say, as services.intake.roster.completing does it from the store."""
    untold = person.untold
    return replace(
        person,
        born=was.born if "born" in untold else person.born,
        homeroom=was.homeroom if "homeroom" in untold else person.homeroom,
        email=was.email if "email" in untold else person.email,
        phone=was.phone if "phone" in untold else person.phone,
        guardians=was.guardians if "guardians" in untold else person.guardians,
    )


def holding(tables: Export, folder: Path) -> Held:
    """A district that has imported this export."""
    held = Held()
    held.take(bundle(tables, folder))
    return held


def bundle(tables: Export, folder: Path) -> Path:
    return zipped(written(tables), folder / "bundle.zip")


def shuffled(tables: Export, chance: random.Random) -> Export:
    """The same rows in another order."""
    return {name: [rows[0], *chance.sample(rows[1:], len(rows) - 1)] for name, rows in tables.items()}
