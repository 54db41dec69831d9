"""Read models of intake: who is who (ids, roles, schools; names stay sealed), and the concern to which a receipt leads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql
from psycopg.types.json import Jsonb

from services.intake.domain.concern import CONCERN
from services.intake.domain.concern.events import ConcernReceived
from services.intake.domain.roster import RosterRowKept
from services.intake.receipts import locator
from shared.conditions import Conditions
from shared.database import Connection, Database
from shared.errors import StillBuilding
from shared.events import (
    PersonAppointed,
    PersonDismissed,
    PersonLeft,
    PersonRegistered,
    PersonReinstated,
    PersonSuspended,
    SchoolRegistered,
    read_public,
)
from shared.eventstore.batching import Batcher
from shared.eventstore.generations import answering
from shared.eventstore.projection import Projection, Reading
from shared.message import Recorded
from shared.post_keeping import Changed, keep_change, registered, registrations_as_stored
from shared.sealed import Sealed

VIEW = "intake_directory_v2"
TABLES = ("school_v1", "person_v1", "post_v1", "suspension_v1", "concern_locator_v1")

_LOCATE = (
    "INSERT INTO concern_locator_v1 (locator, concern, generation)"
    " SELECT told.*, %s FROM unnest(%s::text[], %s::text[]) AS told ON CONFLICT DO NOTHING"
)  # fmt: skip


_TODAY = PersonRegistered.model_fields["version"].default
_AT_ONCE = 500
"""People in one statement."""


async def project(connection: Connection, generation: int, events: Sequence[Recorded]) -> None:
    """Applies events to the tables of a generation. What the roster says of many people one after the other is kept at once."""
    roster = _Roster(connection, generation)
    for event in events:
        await roster.apply(event)
    await roster.keep()
    told = CONCERN.codec.decode_many([event for event in events if event.type == "concern-received"])
    if received := [each for each in told if isinstance(each, ConcernReceived)]:
        located = [each.receipt or locator(each.concern) for each in received]
        await connection.execute(_LOCATE, (generation, located, [each.concern for each in received]))


class _Roster:
    """Keeps registrations and rows until something else is told, which must find them kept."""

    def __init__(self, connection: Connection, generation: int) -> None:
        self._connection, self._generation = connection, generation
        self._people: dict[str, tuple[str, int]] = {}
        self._digests: dict[str, str] = {}

    async def apply(self, event: Recorded) -> None:
        if event.type == "roster-row-kept":
            self._digests[event.stream.removeprefix("person-")] = RosterRowKept.model_validate_json(event.body).digest
            return
        if event.type == "person-registered":
            self._people.pop(event.key, None)
            self._people[event.key] = (_as_today(event), event.position)
            return
        match told := read_public(event.type, event.body):
            case SchoolRegistered():
                await _school(self._connection, self._generation, told)
            case PersonLeft() | PersonAppointed() | PersonDismissed() | PersonSuspended() | PersonReinstated():
                await self.keep()
                await keep_change(self._connection, told, self._generation)
                await _keep_name(self._connection, self._generation, told)
            case _:
                pass  # concerns are located together

    async def keep(self) -> None:
        """A digest comes after the registration that it belongs to, and is kept with it where both are told together, else after it."""
        people = [(_with_digest(body, self._digests.pop(person, None)), position) for person, (body, position) in self._people.items()]
        for place in range(0, len(people), _AT_ONCE):
            await self._connection.execute(_PEOPLE_TOLD, registrations_as_stored(people[place : place + _AT_ONCE], self._generation))
        if self._digests:
            await self._connection.execute(_DIGESTS, (list(self._digests), list(self._digests.values()), self._generation))
        self._people, self._digests = {}, {}


def _as_today(event: Recorded) -> str:
    """The text of a registration. One of today's version is taken as it is: it was made here, and its fields go where the statement names them."""
    told = None if event.schema_version == _TODAY else read_public(event.type, event.body)
    return told.model_dump_json() if told else event.body


def _with_digest(body: str, digest: str | None) -> str:
    return f'{body[:-1]},"digest":{json.dumps(digest)}}}' if digest else body


async def _school(connection: Connection, generation: int, told: SchoolRegistered) -> None:
    await connection.execute(
        "INSERT INTO school_v1 (generation, school, npsn, name, level, cluster, kind) VALUES (%s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (generation, school) DO UPDATE"
        " SET npsn = excluded.npsn, name = excluded.name, level = excluded.level, cluster = excluded.cluster, kind = excluded.kind",
        (generation, told.school, told.npsn, told.name, told.level, told.cluster, told.kind_of_school),
    )


_PEOPLE_TOLD = registered(
    "INSERT INTO person_v1 (generation, person, kind, school, name, homeroom, guardians, digest)"
    " SELECT %(generation)s, person, kind, school, name, homeroom, guardians, digest FROM row"
    " ON CONFLICT (generation, person) DO UPDATE SET kind = excluded.kind, school = excluded.school, name = excluded.name,"
    " homeroom = excluded.homeroom, guardians = excluded.guardians, digest = coalesce(excluded.digest, person_v1.digest)"
)
_DIGESTS = (
    "UPDATE person_v1 p SET digest = told.digest FROM unnest(%s::text[], %s::text[]) AS told (person, digest)"
    " WHERE p.generation = %s AND p.person = told.person"
)
_APPOINTED = (
    "INSERT INTO person_v1 (generation, person, kind, name) VALUES (%s, %s, 'staff', %s)"
    " ON CONFLICT (generation, person) DO UPDATE SET name = excluded.name"
)


async def _keep_name(connection: Connection, generation: int, told: Changed) -> None:
    """The name of somebody who was appointed and stands in no roster."""
    if isinstance(told, PersonAppointed) and told.name:
        await connection.execute(_APPOINTED, (generation, told.person, Jsonb(told.name.model_dump())))


@dataclass(frozen=True, slots=True)
class Known:
    """A person of the roster. kind: student, staff or guardian. school: None for whoever was only appointed."""

    person: str
    kind: str
    school: str | None


_PEOPLE = sql.SQL(
    "SELECT person, kind, school, ARRAY(SELECT DISTINCT t.role FROM post_v1 t WHERE t.generation = p.generation AND t.person = p.person ORDER BY 1),"
    " (SELECT jsonb_agg(jsonb_build_object('role', t.role, 'school', t.school, 'kind', t.kind, 'appointed', t.appointed) ORDER BY t.role, t.school)"
    " FROM post_v1 t WHERE t.generation = p.generation AND t.person = p.person), name FROM person_v1 p WHERE {} ORDER BY school, kind, person"
)
_SCHOOLS = sql.SQL(
    "SELECT answers.generation, s.school, s.npsn FROM (SELECT {}) AS answers (generation) LEFT JOIN school_v1 s USING (generation)"
).format(answering(VIEW))
_KNOWN = sql.SQL(
    "SELECT answers.generation, p.person, p.kind, p.school FROM (SELECT {}) AS answers (generation)"
    " LEFT JOIN person_v1 p ON p.generation = answers.generation AND p.person = ANY (%s)"
).format(answering(VIEW))
_NOBODY = "the directory of schools and people is being built: send it again; /intake/readyz says how far it has got"


class Directory:
    """Queries over the roster and receipts. Concurrent look-ups share one query. view: the projection that fills the tables."""

    def __init__(self, database: Database, view: Projection) -> None:
        self._database, self._view = database.acting_as("directory"), view
        self._schools: dict[str, str] = {}
        self._looking: Batcher[str, Known | None] = Batcher(self._look_up, most=256)

    async def school(self, told: str) -> str | None:
        """The id of a school, given its id or its NPSN."""
        if told not in self._schools:
            await self._read_schools()
        return self._schools.get(told)

    async def person(self, person: str) -> Known | None:
        """The person with this id."""
        return await self._looking.submit(person)

    async def schools(self) -> list[dict[str, str | None]]:
        """All schools, for the public form: it must not wait while a roster comes in. Raises: StillBuilding."""
        query = "SELECT school, npsn, name, level FROM school_v1 WHERE generation = %s AND level <> 'district' ORDER BY name"
        async with self._view.as_it_stands() as (connection, generation):
            rows = await (await connection.execute(query, (generation,))).fetchall()
        return [dict(zip(("school", "npsn", "name", "level"), row, strict=True)) for row in rows]

    async def people(self, kind: str | None, school: str | None, person: str | None = None, *, schools: str) -> list[dict[str, object]]:
        """People with sealed names, for a reader. schools: whose rows they see, as the wall takes it. Raises: StillBuilding, BehindWrite."""
        wanted = Conditions()
        wanted.add_if_asked("kind = %s", kind)
        wanted.add_if_asked("school = %s", school)
        wanted.add_if_asked("person = %s", person)
        async with self._view.reading(schools) as reading:
            return await _people(reading, wanted)

    async def one(self, person: str) -> list[dict[str, object]]:
        """The same of one person, whatever the school, for the service's own work; empty where there is none. Raises: StillBuilding, BehindWrite."""
        wanted = Conditions()
        wanted.add("person = %s", person)
        async with self._view.reading(acting="directory") as reading:
            return await _people(reading, wanted)

    async def children_of(self, guardian: str) -> list[Sealed]:
        """The sealed names of a guardian's children, for the service's own work. Raises: StillBuilding, BehindWrite."""
        query = "SELECT name FROM person_v1 WHERE generation = %s AND kind = 'student' AND guardians @> ARRAY[%s]"
        async with self._view.reading(acting="directory") as (connection, generation):
            rows = await (await connection.execute(query, (generation, guardian))).fetchall()
        return [Sealed.model_validate(name) for (name,) in rows]

    async def posted_at(self, school: str) -> dict[str, frozenset[str]]:
        """Who works at a school, and as what, by the roster or by appointment. Raises: StillBuilding, BehindWrite."""
        query = "SELECT person, array_agg(role) FROM post_v1 WHERE generation = %s AND school = %s AND role <> 'student' GROUP BY person"
        async with self._view.reading(acting="directory") as (connection, generation):
            rows = await (await connection.execute(query, (generation, school))).fetchall()
        return {person: frozenset(roles) for person, roles in rows}

    async def holding(self, roles: Sequence[str]) -> list[dict[str, object]]:
        """Everybody who holds one of these roles anywhere, for the service's own work. Raises: StillBuilding, BehindWrite."""
        wanted = Conditions()
        wanted.add("EXISTS (SELECT FROM post_v1 t WHERE t.generation = p.generation AND t.person = p.person AND t.role = ANY (%s))", list(roles))
        async with self._view.reading(acting="directory") as reading:
            return await _people(reading, wanted)

    async def appointed(self) -> list[tuple[str, Sealed]]:
        """Ids and sealed names of the people who stand in no roster. Raises: StillBuilding, BehindWrite."""
        query = "SELECT person, name FROM person_v1 WHERE generation = %s AND school IS NULL"
        async with self._view.reading(acting="directory") as (connection, generation):
            rows = await (await connection.execute(query, (generation,))).fetchall()
        return [(row[0], Sealed.model_validate(row[1])) for row in rows]

    async def concerns_at(self, located: str) -> list[str]:
        """The concerns to which what is kept of a receipt leads, usually one. A receipt just given is found. Raises: StillBuilding, BehindWrite."""
        async with self._view.as_it_stands(acting="receipts") as now:
            found = await _located(now, located)
        if found:
            return found
        async with self._view.reading(acting="receipts") as whole:
            return await _located(whole, located)

    async def _read_schools(self) -> None:
        async with self._database.statement() as connection:
            rows = await (await connection.execute(_SCHOOLS)).fetchall()
        if rows[0][0] is None:
            raise StillBuilding(_NOBODY)
        self._schools = {name: school for _, school, npsn in rows for name in (school, npsn) if name}

    async def _look_up(self, people: Sequence[str]) -> list[Known | None]:
        async with self._database.statement() as connection:
            rows = await (await connection.execute(_KNOWN, (list(people),))).fetchall()
        if rows[0][0] is None:
            raise StillBuilding(_NOBODY)
        found = {row[1]: Known(*row[1:]) for row in rows}
        return [found.get(person) for person in people]


async def _people(reading: Reading, wanted: Conditions) -> list[dict[str, object]]:
    wanted.add("generation = %s", reading.generation)
    rows = await (await reading.connection.execute(_PEOPLE.format(wanted.where), wanted.values)).fetchall()
    names = ("person", "kind", "school", "roles", "posts")
    return [dict(zip(names, row[:5], strict=True)) | {"posts": row[4] or [], "name": Sealed.model_validate(row[5])} for row in rows]


async def _located(reading: Reading, located: str) -> list[str]:
    query = (
        "SELECT concern FROM concern_locator_v1 WHERE generation = %s AND locator = %s UNION SELECT concern FROM earlier_receipt WHERE locator = %s"
    )
    rows = await (await reading.connection.execute(query, (reading.generation, located, located))).fetchall()
    return [row[0] for row in rows]
