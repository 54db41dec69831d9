"""The roster as far as cases needs it: who is who, and who holds which post at a school."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from psycopg.types.json import Jsonb

from shared.database import Connection, Database
from shared.events import PersonAppointed, PersonLeft, PersonRegistered, RosterFact, SchoolRegistered
from shared.post_keeping import Changed, Registering, Registration, is_older, keep_change, registered
from shared.posts import Posts
from shared.sealed import Sealed


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the roster; name and birth date sealed. school: where a student is, the main one of others; None for whoever was only appointed."""

    person: str
    kind: str
    school: str | None
    name: Sealed
    born: Sealed | None
    guardians: tuple[str, ...]


OF_THE_DISTRICT = ("district-duty", "district-officer", "supervisor")
"""Roles that work where any case of the district is."""

_STAFF = (
    "WITH mine AS (SELECT cluster, kind FROM school_v1 WHERE school = %(school)s), held AS ("
    " SELECT person, role, false AS nearby FROM post_v1 WHERE generation = 1 AND school = %(school)s"
    " UNION SELECT person, role, false FROM post_v1 WHERE generation = 1 AND school IS NULL AND role = ANY (%(district)s)"
    " AND (kind IS NULL OR kind = (SELECT kind FROM mine))"
    " UNION SELECT p.person, p.role, true FROM mine JOIN school_v1 s ON s.cluster = mine.cluster AND s.school <> %(school)s"
    " JOIN post_v1 p ON p.generation = 1 AND p.role = 'counsellor' AND p.school = s.school WHERE NOT EXISTS (SELECT FROM post_v1 own"
    " WHERE own.generation = 1 AND own.role = 'counsellor' AND own.school = %(school)s"
    " AND NOT EXISTS (SELECT FROM suspension_v1 u WHERE u.generation = 1 AND u.person = own.person)))"
    " SELECT person, role FROM held WHERE EXISTS (SELECT FROM person_v1 p WHERE p.generation = 1 AND p.person = held.person)"
    " AND NOT EXISTS (SELECT FROM suspension_v1 u WHERE u.generation = 1 AND u.person = held.person)"
    " GROUP BY person, role ORDER BY bool_and(nearby), person, role"
)
"""Who holds a post at a school: its own people and those of the district; without a counsellor, its cluster's (`shared.posts.SERVES`)."""


class Roster:
    """People and schools, kept from intake's events. posts: who holds which role where."""

    def __init__(self, database: Database, posts: Posts) -> None:
        self._database, self.posts = database.acting_as("directory"), posts
        self._registering = Registering(database, _PERSON)

    async def keep(self, told: RosterFact, position: int) -> None:
        """Keeps what intake said; an older event never overwrites a newer one."""
        try:
            await self._keep(told, position)
        finally:
            self.posts.forget()

    async def keep_many(self, people: Sequence[Registration]) -> None:
        """The same of many people in one statement."""
        try:
            await self._registering.keep_many(people)
        finally:
            self.posts.forget()

    async def _keep(self, told: RosterFact, position: int) -> None:
        if isinstance(told, PersonRegistered):
            await self._registering.keep(told, position)
            return
        async with self._database.connection() as connection:
            if isinstance(told, SchoolRegistered):
                await connection.execute(_SCHOOL, (told.school, told.name, told.level, told.cluster, told.kind_of_school))
            elif not await is_older(connection, told.person, position):
                await keep_change(connection, told)
                await _keep_row(connection, told, position)

    async def person(self, person: str) -> Person | None:
        """The person with this id."""
        query = "SELECT person, kind, school, name, born, guardians FROM person_v1 WHERE person = %s"
        async with self._database.statement() as connection:
            row = await (await connection.execute(query, (person,))).fetchone()
        if row is None:
            return None
        born = Sealed.model_validate(row[4]) if row[4] else None
        return Person(row[0], row[1], row[2], Sealed.model_validate(row[3]), born, tuple(row[5]))

    async def children(self, guardian: str) -> list[str]:
        """The students whose guardian this person is."""
        query = "SELECT person FROM person_v1 WHERE cardinality(guardians) > 0 AND guardians @> ARRAY[%s]::text[] ORDER BY person"
        async with self._database.statement() as connection:
            return [row[0] for row in await (await connection.execute(query, (guardian,))).fetchall()]

    async def roles_at(self, person: str, school: str) -> frozenset[str]:
        """The roles that somebody holds where a case of this school is worked on; none for whoever is unknown, left, suspended, or no member
        of staff.
        """
        return frozenset(role for role, people in (await self.staff(school)).items() if person in people)

    async def staff(self, school: str) -> dict[str, list[str]]:
        """People by the role they hold at a school: its own, the district's, its cluster's counsellors where it has none. Nobody suspended."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(_STAFF, {"school": school, "district": list(OF_THE_DISTRICT)})
            rows: list[tuple[str, str]] = await cursor.fetchall()
        found: dict[str, list[str]] = defaultdict(list)
        for person, role in rows:
            found[role].append(person)
        return dict(found)

    async def names(self, people: Sequence[str]) -> dict[str, Sealed]:
        """Sealed names of several people."""
        async with self._database.statement() as connection:
            rows = await (await connection.execute("SELECT person, name FROM person_v1 WHERE person = ANY(%s)", (list(people),))).fetchall()
        return {row[0]: Sealed.model_validate(row[1]) for row in rows}


_SCHOOL = (
    "INSERT INTO school_v1 (school, name, level, cluster, kind) VALUES (%s, %s, %s, %s, %s) ON CONFLICT (school)"
    " DO UPDATE SET name = excluded.name, level = excluded.level, cluster = excluded.cluster, kind = excluded.kind"
)
_PERSON = registered(
    "INSERT INTO person_v1 (person, kind, school, name, born, guardians, position)"
    " SELECT person, kind, school, name, born, guardians, position FROM row ON CONFLICT (person) DO UPDATE"
    " SET kind = excluded.kind, school = excluded.school, name = excluded.name, born = excluded.born, guardians = excluded.guardians,"
    " position = excluded.position, name_key = NULL WHERE person_v1.position < excluded.position"
)
_APPOINTED = (
    "INSERT INTO person_v1 (person, kind, name, guardians, position) VALUES (%s, 'staff', %s, '{}', %s) ON CONFLICT (person) DO UPDATE"
    " SET name = excluded.name"
)


async def _keep_row(connection: Connection, told: Changed, position: int) -> None:
    """The name of somebody who was appointed; whoever left is found by their name no more."""
    match told:
        case PersonAppointed(name=Sealed() as name):
            await connection.execute(_APPOINTED, (told.person, Jsonb(name.model_dump()), position))
        case PersonLeft():
            await connection.execute("DELETE FROM name_token_v1 WHERE person = %s", (told.person,))
        case _:
            pass
