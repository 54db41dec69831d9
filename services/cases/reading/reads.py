"""Who looked at a case: for those whom the matrix lets see it, and for the student themself who asks (domain.md, Who is who)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from psycopg import sql

from services.cases.domain.case.student import STUDENT
from services.cases.domain.streams import student_stream
from services.cases.reading.case import CaseReader
from services.cases.rights import ReadingReason
from shared.access import SignedIn
from shared.asking import cursor, read_cursor
from shared.conditions import Conditions
from shared.database import Database
from shared.decider import load
from shared.eventstore.store import EventStore

PAGE = 100


@dataclass(frozen=True, slots=True)
class Read:
    """One reading of content. what: which part, such as `history`. version: of the case then. reason: of whoever was asked for one."""

    read_at: datetime
    reader: str
    case: str
    what: str
    version: int
    reason: str | None


_READS = sql.SQL(
    "SELECT read_at, reader, case_id, what, version, reason FROM read_log WHERE {} ORDER BY read_at DESC, reader DESC, what DESC LIMIT {}"
)


@dataclass(frozen=True, slots=True)
class Reads:
    """The record of reads. It only grows."""

    database: Database
    store: EventStore

    async def of_case(self, case_id: str, *, after: Sequence[object] | None = None, limit: int = PAGE) -> list[Read]:
        """Newest first. Whether the case is for who asks is decided before. Raises: Unavailable."""
        return await self._found([case_id], after, limit)

    async def of_student(self, student: str, *, after: Sequence[object] | None = None, limit: int = PAGE) -> list[Read]:
        """Who read any case that the student has had, newest first: what the person looked at may ask for. Raises: Unavailable."""
        cases = (await load(self.store, STUDENT, student_stream(student))).state.cases
        return await self._found(list(cases), after, limit)

    async def _found(self, cases: list[str], after: Sequence[object] | None, limit: int) -> list[Read]:
        wanted = Conditions()
        wanted.add("case_id = ANY (%s)", cases)
        if after:
            wanted.add("(read_at, reader, what) < (%s, %s, %s)", *after)
        async with self.database.acting_as("reads").statement() as connection:
            rows = await (await connection.execute(_READS.format(wanted.where, limit), wanted.values)).fetchall()
        return [Read(*row) for row in rows]


def router(reads: Reads, reader: CaseReader) -> APIRouter:
    """`GET /cases/api/cases/{case_id}/reads`."""
    routes = APIRouter(prefix="/cases/api/cases", tags=["cases"])

    @routes.get("/{case_id}/reads", summary="Who looked at the content of a case, newest first")
    async def of_case(
        case_id: str,
        principal: SignedIn,
        reason: ReadingReason | None = None,
        after: Annotated[str | None, Query(alias="cursor")] = None,
        limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE,
    ) -> dict[str, Any]:
        await reader.require(principal, case_id, reason, "readers")
        rows = await reads.of_case(case_id, after=read_cursor(after, datetime.fromisoformat, str, str), limit=limit + 1)
        page = rows[:limit]
        more = cursor(page[-1].read_at.isoformat(), page[-1].reader, page[-1].what) if len(rows) > limit else None
        return {"items": [asdict(each) for each in page], "next": more}

    return routes
