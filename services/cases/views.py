"""Read models of cases: the roster as far as cases needs it, and the case list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from services.cases.domain.case import CASE, CaseEvent
from services.cases.domain.case import StrandAdded as Strand
from shared.database import Connection, Database
from shared.events import CaseOpened, CaseTriaged, PersonLeft, PersonRegistered, SchoolRegistered
from shared.message import Recorded
from shared.sealed import Sealed

VIEW = "case_list_v1"
TABLES = ("case_list_v1",)


# the roster --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the roster; name and birth date sealed."""

    person: str
    kind: str
    school: str
    roles: tuple[str, ...]
    name: Sealed
    born: Sealed | None
    guardians: tuple[str, ...]


class Roster:
    """People and schools, kept from intake's events."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, told: SchoolRegistered | PersonRegistered | PersonLeft, position: int) -> None:
        """Keeps what intake said; an older event never overwrites a newer one."""
        async with self._database.statement() as connection:
            match told:
                case SchoolRegistered():
                    await connection.execute(
                        "INSERT INTO school_v1 VALUES (%s, %s, %s, %s) ON CONFLICT (school) DO UPDATE"
                        " SET name = excluded.name, level = excluded.level, cluster = excluded.cluster",
                        (told.school, told.name, told.level, told.cluster),
                    )
                case PersonRegistered():
                    await _keep_person(connection, told, position)
                case PersonLeft():
                    await connection.execute("DELETE FROM person_v1 WHERE person = %s AND position < %s", (told.person, position))

    async def person(self, person: str) -> Person | None:
        """The person with this id."""
        query = "SELECT person, kind, school, roles, name, born, guardians FROM person_v1 WHERE person = %s"
        async with self._database.statement() as connection:
            row = await (await connection.execute(query, (person,))).fetchone()
        if row is None:
            return None
        born = Sealed.model_validate(row[5]) if row[5] else None
        return Person(row[0], row[1], row[2], tuple(row[3]), Sealed.model_validate(row[4]), born, tuple(row[6]))

    async def names(self, people: Sequence[str]) -> dict[str, Sealed]:
        """Sealed names of several people."""
        async with self._database.statement() as connection:
            rows = await (await connection.execute("SELECT person, name FROM person_v1 WHERE person = ANY(%s)", (list(people),))).fetchall()
        return {row[0]: Sealed.model_validate(row[1]) for row in rows}


async def _keep_person(connection: Connection, told: PersonRegistered, position: int) -> None:
    born = Jsonb(told.born.model_dump()) if told.born else None
    await connection.execute(
        "INSERT INTO person_v1 VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (person) DO UPDATE SET kind = excluded.kind,"
        " school = excluded.school, roles = excluded.roles, name = excluded.name, born = excluded.born, guardians = excluded.guardians,"
        " position = excluded.position WHERE person_v1.position < excluded.position",
        (told.person, told.kind, told.school, list(told.roles), Jsonb(told.name.model_dump()), born, list(told.guardians), position),
    )


# the case list -----------------------------------------------------------------------------------------------------


async def project(connection: Connection, event: Recorded) -> None:
    """Applies one event of a case to its row."""
    if not event.stream.startswith("case-"):
        return
    await connection.execute("SELECT set_config('tanggap.schools', '*', true)")
    case_id = event.stream.removeprefix("case-")
    told: CaseEvent = CASE.codec.decode(event)
    if isinstance(told, CaseOpened):
        await connection.execute(
            "INSERT INTO case_list_v1 VALUES (%s, %s, %s, 'opened', 'low', NULL, NULL, NULL, '{}', 'school', %s, %s, %s) ON CONFLICT DO NOTHING",
            (case_id, told.school, told.student, event.recorded_at, event.recorded_at, event.version),
        )
        return
    changes = _changes(told)
    columns = ("urgency", "state", "assignee", "student", "acknowledged_by", "desk", "acknowledge_by", "named")
    await connection.execute(_UPDATE, (*(changes.get(column) for column in columns), event.recorded_at, event.version, case_id))


_UPDATE = (
    "UPDATE case_list_v1 SET urgency = coalesce(%s, urgency), state = coalesce(%s, state), assignee = coalesce(%s, assignee),"
    " student = coalesce(%s, student), acknowledged_by = coalesce(%s, acknowledged_by), desk = coalesce(%s, desk),"
    " acknowledge_by = least(acknowledge_by, %s), named = ARRAY(SELECT DISTINCT unnest(named || coalesce(%s::text[], '{}'))),"
    " changed_at = %s, version = %s WHERE case_id = %s"
)


def _changes(told: CaseEvent) -> dict[str, Any]:
    match told.type:
        case "strand-added":
            assert isinstance(told, Strand)
            named = {"named": [person.person for person in told.concern.people if person.person]}
            return named | ({"desk": "district"} if told.concern.desk == "district" else {})
        case "case-triaged":
            assert isinstance(told, CaseTriaged)
            return {"acknowledge_by": told.acknowledge_by}
        case "urgency-decided":
            return {"urgency": getattr(told, "urgency", "low")}
        case "case-acknowledged":
            return {"state": "in-progress", "acknowledged_by": getattr(told, "by", None)}
        case "case-assigned":
            return {"assignee": getattr(told, "to", None)}
        case "student-matched":
            return {"student": getattr(told, "student", None)}
        case "case-closed":
            return {"state": "closed"}
        case "case-reopened":
            return {"state": "in-progress"}
        case _:
            return {}


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the case list."""

    id: str
    school: str
    student: str | None
    state: str
    urgency: str
    assignee: str | None
    acknowledged_by: str | None
    acknowledge_by: datetime | None
    desk: str
    opened_at: datetime
    changed_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list asks for; None is anything."""

    school: str | None = None
    state: str | None = None
    urgency: str | None = None
    assignee: str | None = None
    student: str | None = None
    overdue: bool | None = None


class CaseList:
    """Queries over the case list, under row-level security."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, filters: Filters, *, schools: str, reader: str, escalated_only: bool, after: Sequence[Any] | None, limit: int
    ) -> list[Listed]:
        """Newest first. schools: ids with commas, or `*`. Cases that name the reader are never listed."""
        opened, case_id = after or (None, None)
        async with self._database.connection() as connection:
            await connection.execute("SELECT set_config('tanggap.schools', %s, true)", (schools,))
            cursor = await connection.execute(
                "SELECT case_id, school, student, state, urgency, assignee, acknowledged_by, acknowledge_by, desk, opened_at, changed_at, version"
                " FROM case_list_v1 WHERE NOT %(reader)s = ANY (named)"
                " AND (%(school)s::text IS NULL OR school = %(school)s) AND (%(state)s::text IS NULL OR state = %(state)s)"
                " AND (%(urgency)s::text IS NULL OR urgency = %(urgency)s) AND (%(assignee)s::text IS NULL OR assignee = %(assignee)s)"
                " AND (%(student)s::text IS NULL OR student = %(student)s)"
                " AND (%(overdue)s::boolean IS NULL OR %(overdue)s = (acknowledged_by IS NULL AND acknowledge_by < clock_timestamp()))"
                " AND (NOT %(escalated)s OR urgency = 'emergency' OR desk = 'district')"
                " AND (%(opened)s::timestamptz IS NULL OR (opened_at, case_id) < (%(opened)s, %(case_id)s))"
                " ORDER BY opened_at DESC, case_id DESC LIMIT %(limit)s",
                {
                    "reader": reader, "school": filters.school, "state": filters.state, "urgency": filters.urgency, "assignee": filters.assignee,
                    "student": filters.student, "overdue": filters.overdue, "escalated": escalated_only, "opened": opened, "case_id": case_id,
                    "limit": limit,
                },
            )  # fmt: skip
            return [Listed(*row) for row in await cursor.fetchall()]


async def record_read(database: Database, reader: str, case_id: str, what: str, version: int) -> None:
    """Every read of content is itself recorded, before the content leaves (domain.md, Who is who)."""
    async with database.statement() as connection:
        await connection.execute("INSERT INTO read_log (reader, case_id, what, version) VALUES (%s, %s, %s, %s)", (reader, case_id, what, version))
