"""A district of any size as a OneRoster bundle, written school by school, so that a million people take no memory."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SOURCE = "bench"
STUDENTS, GUARDIANS, STAFF = 560, 400, 40
SCHOOL = STUDENTS + GUARDIANS + STAFF
"""People in a school."""

IN_A_CLASS = 32
_STAMP = "2026-01-05T00:00:00.000Z"
_STAFF_ROLES = ("principal", "counselor", "administrator")
"""Of the first members of the staff; the others teach."""

Table = tuple[Sequence[str], Callable[[int], Iterator[Sequence[str]]]]
"""A header, and the rows of one school."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """people: how many, to whole schools. changed: every so-manieth student has another telephone number, 0 for nobody."""

    people: int
    changed: int = 0

    @property
    def schools(self) -> int:
        return max(1, self.people // SCHOOL)

    def tables(self) -> dict[str, Table]:
        """The files by name."""
        return {
            "orgs": (("sourcedId", "name", "type", "identifier"), _orgs),
            "users": (("sourcedId", "givenName", "familyName", "email", "phone", "agentSourcedIds"), self._users),
            "roles": (("userSourcedId", "roleType", "role", "orgSourcedId"), _roles),
            "classes": (("sourcedId", "title", "classType"), _classes),
            "enrollments": (("classSourcedId", "userSourcedId", "role"), _enrollments),
            "demographics": (("sourcedId", "birthDate"), _births),
        }

    def _users(self, school: int) -> Iterator[Sequence[str]]:
        for key, number in _keys(school, "m", STUDENTS):
            again = self.changed and (school * STUDENTS + number) % self.changed == 0
            phone = f"0813{school % 10_000:04}{number:04}" if again else f"0812{school % 10_000:04}{number:04}"
            yield key, f"Murid {number}", f"Sekolah {school}", "", phone, f"w{school}-{number % GUARDIANS}"
        for key, number in _keys(school, "w", GUARDIANS):
            yield key, f"Wali {number}", f"Sekolah {school}", f"wali.{school}.{number}@example.id", "", ""
        for key, number in _keys(school, "g", STAFF):
            yield key, f"Guru {number}", f"Sekolah {school}", f"guru.{school}.{number}@example.id", "", ""


def write(crowd: Crowd, path: Path) -> Path:
    """Writes the bundle as a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("manifest.csv", f"propertyName,value\noneroster.version,1.2\nsource.systemCode,{SOURCE}\n")
        for name, (header, rows) in crowd.tables().items():
            with archive.open(f"{name}.csv", "w") as file, io.TextIOWrapper(file, encoding="utf-8", newline="") as text:
                writer = csv.writer(text)
                writer.writerow(header)
                for school in range(crowd.schools):
                    writer.writerows(rows(school))
    return path


def _keys(school: int, kind: str, count: int) -> Iterator[tuple[str, int]]:
    return ((f"{kind}{school}-{number}", number) for number in range(count))


def _orgs(school: int) -> Iterator[Sequence[str]]:
    yield f"s{school}", f"SMP Negeri {school}", "school", f"{20_000_000 + school}"


def _roles(school: int) -> Iterator[Sequence[str]]:
    for key, _ in _keys(school, "m", STUDENTS):
        yield key, "primary", "student", f"s{school}"
    for key, _ in _keys(school, "w", GUARDIANS):
        yield key, "primary", "guardian", f"s{school}"
    for key, number in _keys(school, "g", STAFF):
        yield key, "primary", _STAFF_ROLES[number] if number < len(_STAFF_ROLES) else "teacher", f"s{school}"


def _classes(school: int) -> Iterator[Sequence[str]]:
    for number in range(_class(STUDENTS - 1) + 1):
        yield f"k{school}-{number}", f"{7 + number % 3}-{number // 3 + 1}", "homeroom"


def _enrollments(school: int) -> Iterator[Sequence[str]]:
    return ((f"k{school}-{_class(number)}", key, "student") for key, number in _keys(school, "m", STUDENTS))


def _births(school: int) -> Iterator[Sequence[str]]:
    return ((key, f"201{number % 4}-0{number % 9 + 1}-1{number % 10}") for key, number in _keys(school, "m", STUDENTS))


def _class(student: int) -> int:
    return student // IN_A_CLASS
