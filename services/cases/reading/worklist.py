"""The lists of a working day: what is expected, by when and of whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import sql

from services.cases.reading.projecting import VIEW
from services.cases.reading.wanted_work import WorkFilter, ranked, work_wanted
from shared.conditions import Conditions
from shared.database import Connection, Database
from shared.events import Urgency
from shared.eventstore.generations import answering
from shared.eventstore.projection import Projection


@dataclass(frozen=True, slots=True)
class Work:
    """Something expected. expected_at: until when. step: how many rungs of the ladder have heard that it is late."""

    case: str
    key: str
    what: str
    school: str
    owner: str | None
    student: str | None
    urgency: Urgency
    expected_at: datetime
    step: int


_WORK = sql.SQL("SELECT case_id, key, what, school, owner, student, urgency, expected_at, step FROM worklist_v1 w WHERE {} ORDER BY {} LIMIT {}")
_ONE_OF = sql.SQL(
    "(SELECT {0}, row_number() OVER (), q.* FROM (SELECT case_id, key, what, school, owner, student, urgency, expected_at, step"
    " FROM worklist_v1 w WHERE {1} ORDER BY {2} LIMIT {3}) q)"
)
"""One list among several: its name and the place of each row."""

_COUNT = sql.SQL("SELECT count(*) FROM worklist_v1 w WHERE {}")
_DUE = sql.SQL(
    "SELECT case_id, key, due, clock_timestamp() FROM worklist_v1 WHERE generation = {} AND due <= clock_timestamp() ORDER BY due LIMIT %s"
).format(answering(VIEW))


class WorkList:
    """Queries over what is expected, under row-level security. All but `due` wait for the view."""

    def __init__(self, database: Database, view: Projection) -> None:
        self._database, self._view = database.acting_as("clock"), view

    async def page(self, wanted: WorkFilter, *, schools: str, reader: str, after: Sequence[object] | None, limit: int) -> list[Work]:
        """The earliest first. schools: ids with commas, or `*`. Cases that name the reader are never listed. Raises: StillBuilding, BehindWrite."""
        async with self._view.reading(_and_what_asks(reader, schools)) as (connection, generation):
            found = work_wanted(generation, wanted, schools, reader, after)
            cursor = await connection.execute(_WORK.format(found.where, sql.SQL(ranked(wanted)), limit), found.values)
            return [Work(*row) for row in await cursor.fetchall()]

    async def pages(self, wanted: Mapping[str, WorkFilter], *, schools: str, reader: str, limit: int) -> dict[str, list[Work]]:
        """The beginnings of several lists, asked for in one statement. Raises: StillBuilding, BehindWrite."""
        found: dict[str, list[Work]] = {name: [] for name in wanted}
        if not wanted:
            return found
        async with self._view.reading(_and_what_asks(reader, schools)) as (connection, generation):
            asked = [(name, each, work_wanted(generation, each, schools, reader, None)) for name, each in wanted.items()]
            parts = [_ONE_OF.format(sql.Literal(name), found.where, sql.SQL(ranked(each)), limit) for name, each, found in asked]
            values = [value for _, _, each in asked for value in each.values]
            rows = await (await connection.execute(sql.SQL(" UNION ALL ").join(parts), values)).fetchall()
        for name, _, *told in sorted(rows, key=lambda row: (row[0], row[1])):
            found[name].append(Work(*told))
        return found

    async def counts(self, wanted: Mapping[str, WorkFilter], *, schools: str, reader: str) -> dict[str, int]:
        """How much stands on each list, by its name. Raises: StillBuilding, BehindWrite."""
        async with self._view.reading(_and_what_asks(reader, schools)) as (connection, generation):
            return {name: await _count(connection, work_wanted(generation, each, schools, reader, None)) for name, each in wanted.items()}

    async def due(self, limit: int = 100) -> list[tuple[str, str, datetime, datetime]]:
        """Case, key, due and the database's own time, of deadlines that have come. None while no generation answers: they come later."""
        async with self._database.connection() as connection:
            return await (await connection.execute(_DUE, (limit,))).fetchall()

    async def listed_with(self, concern: str) -> list[str]:
        """Cases that are known to share this concern, however far the view is behind. Raises: StillBuilding."""
        async with self._view.as_it_stands(acting="strands") as (connection, generation):
            query = "SELECT DISTINCT case_id FROM strand_v1 WHERE generation = %s AND concern = %s"
            return [row[0] for row in await (await connection.execute(query, (generation, concern))).fetchall()]

    async def cases_of_concerns(self, concerns: Sequence[str]) -> list[tuple[str, str, str]]:
        """Concern, case and the student's role in it, of every case that shares one of these concerns. Raises: StillBuilding, BehindWrite."""
        async with self._view.reading(acting="strands") as (connection, generation):
            query = "SELECT concern, case_id, role FROM strand_v1 WHERE generation = %s AND concern = ANY (%s)"
            return await (await connection.execute(query, (generation, list(concerns)))).fetchall()

    async def acts_of(self, person: str, kind: str, school: str, since: datetime) -> int:
        """How often somebody has done one kind of counted act at a school since then. Raises: StillBuilding, BehindWrite."""
        query = "SELECT count(*) FROM fact_v1 WHERE generation = %s AND school = %s AND happened_at >= %s AND kind = %s AND person = %s"
        async with self._view.reading(school) as (connection, generation):
            row = await (await connection.execute(query, (generation, school, since, kind, person))).fetchone()
        return int(row[0]) if row else 0


def _and_what_asks(reader: str, schools: str) -> str:
    """The wall shows everybody what they are asked for by name, also in a case of the district's desk."""
    return schools if schools == "*" else f"{schools},person:{reader}"


async def _count(connection: Connection, wanted: Conditions) -> int:
    (row,) = await (await connection.execute(_COUNT.format(wanted.where), wanted.values)).fetchall()
    return int(row[0])
