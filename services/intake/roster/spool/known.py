"""Whom the directory knew when the import began."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast, get_args

from services.intake.roster.known import Kind, KnownPerson
from services.intake.roster.spool.texts import read, written
from shared.events import Post, StaffRole

_TABLE = "CREATE TABLE known (place INTEGER PRIMARY KEY, person TEXT UNIQUE, school TEXT, told TEXT)"
_ABSENT = "SELECT person FROM known WHERE person NOT IN (SELECT person FROM subject) ORDER BY school, place"


class SpooledKnown:
    """People of the directory, found by their ids."""

    def __init__(self, base: sqlite3.Connection, portion: int) -> None:
        self._base, self._portion = base, portion
        base.execute(_TABLE)

    def keep(self, people: Mapping[str, KnownPerson]) -> None:
        told = [(person, each.school, _written(each)) for person, each in people.items()]
        self._base.executemany("INSERT INTO known (person, school, told) VALUES (?, ?, ?)", told)

    def of(self, people: Sequence[str]) -> dict[str, KnownPerson]:
        """Those of the people who are known."""
        query = "SELECT person, told FROM known WHERE person IN (SELECT value FROM json_each(?)) ORDER BY place"
        return {person: _read(told) for person, told in self._base.execute(query, (written(people),))}

    def renew(self, digests: Mapping[str, str]) -> None:
        """digests: by person."""
        told = [(_written(replace(was, digest=digests[person])), person) for person, was in self.of(list(digests)).items()]
        self._base.executemany("UPDATE known SET told = ? WHERE person = ?", told)

    def absent(self) -> Iterator[list[str]]:
        """Everybody of whom the bundle has no row, in portions."""
        found = self._base.execute(_ABSENT)
        while batch := found.fetchmany(self._portion):
            yield [person for (person,) in batch]


def _written(person: KnownPerson) -> str:
    elsewhere = [(post.role, post.school) for post in person.elsewhere]
    return written((person.kind, person.school, person.roles, person.digest, person.homeroom, person.guardians, elsewhere))


def _read(told: str) -> KnownPerson:
    kind, school, roles, digest, homeroom, guardians, elsewhere = read(told)
    return KnownPerson(cast("Kind", kind), school, roles_of(roles), digest, homeroom, tuple(guardians), posts_of(elsewhere))


def roles_of(told: Sequence[str]) -> tuple[StaffRole, ...]:
    """As they were written."""
    return tuple(_ROLES[role] for role in told)


def posts_of(told: Sequence[Sequence[str]]) -> tuple[Post, ...]:
    """As they were written."""
    return tuple(Post(_ROLES[role], school) for role, school in told)


_ROLES: Mapping[str, StaffRole] = {role: role for role in get_args(StaffRole)}
