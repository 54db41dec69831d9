"""Read models of intake: who is who (ids, roles, schools; names stay sealed), and the concern to which a receipt leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql
from psycopg.types.json import Jsonb

from services.intake.domain.concern import ConcernReceived
from services.intake.domain.roster import RosterRowKept
from services.intake.receipts import locator
from shared.conditions import Conditions
from shared.database import Connection, Database
from shared.errors import StillBuilding
from shared.events import PersonLeft, PersonRegistered, SchoolRegistered
from shared.eventstore.batching import Batcher
from shared.eventstore.generations import answering
from shared.eventstore.projection import Projection, Reading
from shared.message import Recorded
from shared.sealed import Sealed

VIEW = "intake_directory_v2"
TABLES = ("school_v1", "person_v1", "concern_locator_v1")

_LOCATE = (
    "INSERT INTO concern_locator_v1 (locator, concern, generation)"
    " SELECT told.*, %s FROM unnest(%s::text[], %s::text[]) AS told ON CONFLICT DO NOTHING"
)  # fmt: skip


async def project(connection: Connection, generation: int, events: Sequence[Recorded]) -> None:
    """Applies events to the tables of a generation."""
    for event in events:
        await _apply(connection, generation, event)
    concerns = [ConcernReceived.model_validate_json(event.body).concern for event in events if event.type == "concern-received"]
    if concerns:
        await connection.execute(_LOCATE, (generation, [locator(concern) for concern in concerns], concerns))


async def _apply(connection: Connection, generation: int, event: Recorded) -> None:
    match event.type:
        case "school-registered":
            await _school(connection, generation, SchoolRegistered.model_validate_json(event.body))
        case "person-registered":
            await _person(connection, generation, PersonRegistered.model_validate_json(event.body))
        case "roster-row-kept":
            kept = RosterRowKept.model_validate_json(event.body)
            person = event.stream.removeprefix("person-")
            await connection.execute("UPDATE person_v1 SET digest = %s WHERE generation = %s AND person = %s", (kept.digest, generation, person))
        case "person-left":
            gone = PersonLeft.model_validate_json(event.body)
            await connection.execute("DELETE FROM person_v1 WHERE generation = %s AND person = %s", (generation, gone.person))
        case _:
            pass  # concerns are located together


async def _school(connection: Connection, generation: int, told: SchoolRegistered) -> None:
    await connection.execute(
        "INSERT INTO school_v1 (generation, school, npsn, name, level, cluster) VALUES (%s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (generation, school) DO UPDATE"
        " SET npsn = excluded.npsn, name = excluded.name, level = excluded.level, cluster = excluded.cluster",
        (generation, told.school, told.npsn, told.name, told.level, told.cluster),
    )


async def _person(connection: Connection, generation: int, told: PersonRegistered) -> None:
    await connection.execute(
        "INSERT INTO person_v1 (generation, person, kind, school, roles, name, homeroom, guardians) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (generation, person) DO UPDATE SET kind = excluded.kind, school = excluded.school, roles = excluded.roles,"
        " name = excluded.name, homeroom = excluded.homeroom, guardians = excluded.guardians",
        (generation, told.person, told.kind, told.school, list(told.roles), Jsonb(told.name.model_dump()), told.homeroom, list(told.guardians)),
    )


@dataclass(frozen=True, slots=True)
class Known:
    """A person of the roster. kind: student, staff or guardian."""

    person: str
    kind: str
    school: str


_PEOPLE = sql.SQL("SELECT person, kind, school, roles, name FROM person_v1 WHERE {} ORDER BY school, kind, person")
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
        self._database, self._view = database, view
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

    async def people(self, kind: str | None, school: str | None) -> list[dict[str, object]]:
        """People with sealed names, for the operator's tools. Raises: StillBuilding, BehindWrite."""
        wanted = Conditions()
        wanted.add_if_asked("kind = %s", kind)
        wanted.add_if_asked("school = %s", school)
        async with self._view.reading() as (connection, generation):
            wanted.add("generation = %s", generation)
            rows = await (await connection.execute(_PEOPLE.format(wanted.where), wanted.values)).fetchall()
        return [{"person": row[0], "kind": row[1], "school": row[2], "roles": row[3], "name": Sealed.model_validate(row[4])} for row in rows]

    async def concerns_at(self, located: str) -> list[str]:
        """The concerns whose receipt has this locator, usually one. A receipt just given is found. Raises: StillBuilding, BehindWrite."""
        async with self._view.as_it_stands() as now:
            found = await _located(now, located)
        if found:
            return found
        async with self._view.reading() as whole:
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


async def _located(reading: Reading, located: str) -> list[str]:
    query = (
        "SELECT concern FROM concern_locator_v1 WHERE generation = %s AND locator = %s UNION SELECT concern FROM earlier_receipt WHERE locator = %s"
    )
    rows = await (await reading.connection.execute(query, (reading.generation, located, located))).fetchall()
    return [row[0] for row in rows]
