"""The people that came of a bundle: as they were read, as they are once they are compared, and whom of them the plan registers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from services.intake.roster.person import Person
from services.intake.roster.spool.known import posts_of, roles_of
from services.intake.roster.spool.texts import read, written

_COMPARED = (
    "CREATE TABLE compared (place INTEGER PRIMARY KEY, person TEXT UNIQUE, school TEXT, portion INT, told TEXT, digest TEXT, taken INT DEFAULT 1,"
    " planned INT DEFAULT 0)"
)
_TABLES = (
    "CREATE TABLE read (person TEXT PRIMARY KEY, portion INT, told TEXT)",
    "CREATE INDEX read_portion ON read (portion)",
    _COMPARED,
    "CREATE INDEX compared_portion ON compared (portion)",
    "CREATE TABLE leaving (person TEXT PRIMARY KEY, school TEXT, part TEXT)",
    "CREATE TABLE renewed (person TEXT PRIMARY KEY, digest TEXT)",
)
# SQLite finds one person at a time with EXISTS, or with IN and no other condition; with one it would first go through everybody.
_READ_OR_KNOWN = "SELECT value FROM json_each(?) WHERE value IN (SELECT person FROM read) OR value IN (SELECT person FROM known)"
_EXIST = (
    "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM compared c WHERE c.person = value AND c.taken)"
    " OR (value IN (SELECT person FROM known) AND value NOT IN (SELECT person FROM leaving))"
)
_NAMED = "SELECT value FROM json_each(?) WHERE value IN (SELECT person FROM compared) OR value IN (SELECT person FROM gone)"
_PLANNED_OR_KNOWN = (
    "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM compared c WHERE c.person = value AND c.planned)"
    " OR value IN (SELECT person FROM known)"
)
_SCHOOL_OF = (
    "SELECT value, coalesce(c.school, k.school) FROM json_each(?) LEFT JOIN compared c ON c.person = value LEFT JOIN known k ON k.person = value"
    " WHERE coalesce(c.school, k.school) IS NOT NULL"
)


class SpooledPeople:
    """portion: a number that holds some people together."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base
        for table in _TABLES:
            base.execute(table)

    # as they were read ----------------------------------------------------------------------------------------------

    def keep_read(self, portion: int, people: Iterable[Person]) -> None:
        self._base.executemany("INSERT INTO read VALUES (?, ?, ?)", [(person.id, portion, _written(person)) for person in people])

    def read(self, portion: int) -> list[Person]:
        """In the order in which they were read."""
        return [_person(told) for (told,) in self._base.execute("SELECT told FROM read WHERE portion = ? ORDER BY rowid", (portion,))]

    def there(self, people: Iterable[str]) -> frozenset[str]:
        """Those who stand in the bundle or are known."""
        return self._among(_READ_OR_KNOWN, people)

    # once they are compared -----------------------------------------------------------------------------------------

    def keep_compared(self, portion: int, people: Iterable[Person], digests: Mapping[str, str]) -> None:
        """digests: of those who are known and at the same school."""
        told = [(person.id, person.school, portion, _written(person), digests.get(person.id)) for person in people]
        self._base.executemany("INSERT INTO compared (person, school, portion, told, digest) VALUES (?, ?, ?, ?, ?)", told)

    def compared(self, portion: int) -> list[Person]:
        """Without those who are refused."""
        return [_person(told) for (told,) in self._base.execute("SELECT told FROM compared WHERE portion = ? AND taken ORDER BY place", (portion,))]

    def digests(self, portion: int) -> dict[str, str]:
        """Of the people of a portion."""
        found = self._base.execute("SELECT person, digest FROM compared WHERE portion = ? AND digest IS NOT NULL", (portion,))
        return dict(found.fetchall())

    def keep_leaving(self, people: Iterable[tuple[str, str, str]]) -> None:
        """people: with the school and the part of it that they leave."""
        self._base.executemany("INSERT INTO leaving VALUES (?, ?, ?)", people)

    def keep_renewed(self, digests: Mapping[str, str]) -> None:
        """digests: those of the first release, made anew."""
        self._base.executemany("INSERT INTO renewed VALUES (?, ?)", digests.items())

    def named(self, people: Iterable[str]) -> frozenset[str]:
        """Those of whom the bundle says anything that was taken, be it that they are gone."""
        return self._among(_NAMED, people)

    def schools_of(self, people: Iterable[str]) -> dict[str, str]:
        """Where people are, or were."""
        return dict(self._base.execute(_SCHOOL_OF, (written(sorted(people)),)).fetchall())

    # as they are planned --------------------------------------------------------------------------------------------

    def stay(self, school: str, part: str) -> None:
        """Nobody leaves this part of a school."""
        self._base.execute("DELETE FROM leaving WHERE school = ? AND part = ?", (school, part))

    def refuse(self, people: Iterable[str]) -> None:
        """They are not taken."""
        self._base.executemany("UPDATE compared SET taken = 0 WHERE person = ?", [(person,) for person in people])

    def exist(self, people: Iterable[str]) -> frozenset[str]:
        """Those who are in the roster once the plan is applied."""
        return self._among(_EXIST, people)

    def plan(self, people: Iterable[Person]) -> None:
        """They are registered."""
        self._base.executemany("UPDATE compared SET planned = 1, told = ? WHERE person = ?", [(_written(person), person.id) for person in people])

    def planned_or_known(self, people: Iterable[str]) -> frozenset[str]:
        """Those who are registered now, or were before."""
        return self._among(_PLANNED_OR_KNOWN, people)

    def planned(self, at_once: int) -> Iterator[Sequence[Person]]:
        """Whom the plan registers, in batches."""
        found = self._base.execute("SELECT told FROM compared WHERE planned ORDER BY place")
        return ([_person(told) for (told,) in batch] for batch in _batches(found, at_once))

    def leaving(self, at_once: int) -> Iterator[Sequence[tuple[str, str]]]:
        """Who leaves which school, in batches."""
        return _batches(self._base.execute("SELECT person, school FROM leaving ORDER BY rowid"), at_once)

    def renewed(self, at_once: int) -> Iterator[Sequence[tuple[str, str]]]:
        """Digests that are kept anew, by person, in batches."""
        return _batches(self._base.execute("SELECT person, digest FROM renewed ORDER BY rowid"), at_once)

    def _among(self, query: str, people: Iterable[str]) -> frozenset[str]:
        return frozenset(person for (person,) in self._base.execute(query, (written(sorted(people)),)))


def _batches(found: sqlite3.Cursor, size: int) -> Iterator[list[Any]]:
    while batch := found.fetchmany(size):
        yield batch


def _written(person: Person) -> str:
    elsewhere = [(post.role, post.school) for post in person.elsewhere]
    where = (person.id, person.kind, person.school, person.roles, elsewhere, person.file, person.row, sorted(person.untold))
    return written((where, person.name, person.born, person.email, person.phone, person.guardians, person.homeroom))


def _person(told: str) -> Person:
    (key, kind, school, roles, elsewhere, file, row, untold), name, born, email, phone, guardians, homeroom = read(told)
    return Person(
        key, kind, school, roles_of(roles), name, born, email, phone, tuple(guardians), homeroom, posts_of(elsewhere), file, row, frozenset(untold)
    )
