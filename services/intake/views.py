"""Read models of intake: who is who (ids, roles, schools; names stay sealed), and the concern to which a receipt leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

from psycopg.types.json import Jsonb

from services.intake.domain.concern import ConcernReceived
from services.intake.domain.roster import RosterRowKept
from services.intake.receipts import Receipts
from shared.database import Connection, Database
from shared.events import PersonLeft, PersonRegistered, SchoolRegistered
from shared.eventstore.batching import Batcher
from shared.eventstore.projection import Projection
from shared.message import Recorded
from shared.sealed import Sealed

VIEW = "intake_directory_v1"
TABLES = ("school_v1", "person_v1", "concern_locator_v1")

_LOCATE: LiteralString = "INSERT INTO concern_locator_v1 SELECT * FROM unnest(%s::text[], %s::text[]) ON CONFLICT DO NOTHING"


@dataclass(frozen=True, slots=True)
class Projector:
    """Applies events to the tables."""

    receipts: Receipts

    async def __call__(self, connection: Connection, events: Sequence[Recorded]) -> None:
        for event in events:
            await self._apply(connection, event)
        concerns = [ConcernReceived.model_validate_json(event.body).concern for event in events if event.type == "concern-received"]
        if concerns:
            await connection.execute(_LOCATE, ([self.receipts.locator(concern) for concern in concerns], concerns))

    async def _apply(self, connection: Connection, event: Recorded) -> None:
        match event.type:
            case "school-registered":
                await _school(connection, SchoolRegistered.model_validate_json(event.body))
            case "person-registered":
                await _person(connection, PersonRegistered.model_validate_json(event.body))
            case "roster-row-kept":
                kept = RosterRowKept.model_validate_json(event.body)
                person = event.stream.removeprefix("person-")
                await connection.execute("UPDATE person_v1 SET digest = %s WHERE person = %s", (kept.digest, person))
            case "person-left":
                gone = PersonLeft.model_validate_json(event.body)
                await connection.execute("DELETE FROM person_v1 WHERE person = %s", (gone.person,))
            case _:
                pass  # concerns are handled together below


async def _school(connection: Connection, told: SchoolRegistered) -> None:
    await connection.execute(
        "INSERT INTO school_v1 VALUES (%s, %s, %s, %s, %s) ON CONFLICT (school) DO UPDATE"
        " SET npsn = excluded.npsn, name = excluded.name, level = excluded.level, cluster = excluded.cluster",
        (told.school, told.npsn, told.name, told.level, told.cluster),
    )


async def _person(connection: Connection, told: PersonRegistered) -> None:
    await connection.execute(
        "INSERT INTO person_v1 (person, kind, school, roles, name, homeroom, guardians) VALUES (%s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (person) DO UPDATE SET kind = excluded.kind, school = excluded.school, roles = excluded.roles, name = excluded.name,"
        " homeroom = excluded.homeroom, guardians = excluded.guardians",
        (told.person, told.kind, told.school, list(told.roles), Jsonb(told.name.model_dump()), told.homeroom, list(told.guardians)),
    )


@dataclass(frozen=True, slots=True)
class Known:
    """A person of the roster. kind: student, staff or guardian."""

    person: str
    kind: str
    school: str


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
        """All schools, for the public form."""
        async with self._database.statement() as connection:
            rows = await (
                await connection.execute("SELECT school, npsn, name, level FROM school_v1 WHERE level <> 'district' ORDER BY name")
            ).fetchall()
        return [dict(zip(("school", "npsn", "name", "level"), row, strict=True)) for row in rows]

    async def people(self, kind: str | None, school: str | None) -> list[dict[str, object]]:
        """People with sealed names, for the operator's tools."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                "SELECT person, kind, school, roles, name FROM person_v1 WHERE (%s::text IS NULL OR kind = %s)"
                " AND (%s::text IS NULL OR school = %s) ORDER BY school, kind, person",
                (kind, kind, school, school),
            )
            rows = await cursor.fetchall()
        return [{"person": row[0], "kind": row[1], "school": row[2], "roles": row[3], "name": Sealed.model_validate(row[4])} for row in rows]

    async def concerns_at(self, locator: str) -> list[str]:
        """The concerns whose receipt has this locator, usually one. A fresh receipt is found even if the view is behind."""
        found = await self._located(locator)
        if not found:
            await self._view.catch_up()
            found = await self._located(locator)
        return found

    async def _located(self, locator: str) -> list[str]:
        async with self._database.statement() as connection:
            rows = await (await connection.execute("SELECT concern FROM concern_locator_v1 WHERE locator = %s", (locator,))).fetchall()
        return [row[0] for row in rows]

    async def _read_schools(self) -> None:
        async with self._database.statement() as connection:
            rows = await (await connection.execute("SELECT school, npsn FROM school_v1")).fetchall()
        self._schools = {name: school for school, npsn in rows for name in (school, npsn) if name}

    async def _look_up(self, people: Sequence[str]) -> list[Known | None]:
        async with self._database.statement() as connection:
            cursor = await connection.execute("SELECT person, kind, school FROM person_v1 WHERE person = ANY(%s)", (list(people),))
            found = {row[0]: Known(*row) for row in await cursor.fetchall()}
        return [found.get(person) for person in people]
