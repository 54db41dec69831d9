"""HTTP of reading cases: the list, one case, its history and its decisions."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict

from services.cases.domain.case.stage import State
from services.cases.domain.casework import Casework
from services.cases.reading.case import CaseReader, Moment
from services.cases.reading.case_list import CaseList, Filters, Listed
from services.cases.reading.hours import to_the_hour
from services.cases.reading.summary import services_given
from services.cases.rights import ReadingReason, explained, schools_of, sight_of
from shared.access import Identity, SignedIn
from shared.asking import cursor, read_cursor
from shared.events import Urgency
from shared.eventstore.projection import Projection
from shared.service import Kernel

PAGE = 100
LAST_VERSION = 2**31 - 1
"""The store numbers the events of a stream no higher."""


class FilterQuery(BaseModel):
    """What the list of cases may be asked for."""

    model_config = ConfigDict(extra="forbid")

    school: str | None = None
    state: State | None = None
    urgency: Urgency | None = None
    overdue: bool | None = None
    assignee: str | None = None
    student: str | None = None
    open: bool | None = None
    homeroom: str | None = None
    cursor: str | None = None
    limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE


def _shown(row: Listed) -> dict[str, Any]:
    """By the hour where it would tell when somebody's words arrived, which may be anonymous; an emergency's clock to the minute."""
    told = asdict(row)
    if row.urgency == "emergency":
        return told
    return told | {name: to_the_hour(told[name]) for name in ("opened_at", "changed_at", "acknowledge_by") if told[name]}


def router(kernel: Kernel, view: Projection, casework: Casework) -> APIRouter:
    """`GET /cases/api/cases` and what lies below one case."""
    routes = APIRouter(prefix="/cases/api/cases", tags=["cases"])
    reader, listing = CaseReader(kernel, casework.case, services_given(casework)), CaseList(view)

    @routes.get("", summary="Cases that you may see, newest first")
    async def cases(principal: SignedIn, filters: Annotated[FilterQuery, Query()]) -> dict[str, Any]:
        wanted = Filters(**filters.model_dump(exclude={"cursor", "limit"}))
        after = read_cursor(filters.cursor, datetime.fromisoformat, str)
        rows = await listing.page(
            wanted, schools=schools_of(principal), sight=sight_of(principal), reader=principal.id, after=after, limit=filters.limit + 1
        )
        page = rows[: filters.limit]
        more = cursor(page[-1].opened_at.isoformat(), page[-1].id) if len(rows) > filters.limit else None
        return {"items": [_shown(row) for row in page], "next": more}

    @routes.get("/{case_id}", summary="A case: now, as of a moment, or at a version; under today's rights and erasures")
    async def case(
        case_id: str,
        principal: SignedIn,
        as_of: AwareDatetime | None = None,
        happened_until: AwareDatetime | None = None,
        version: Annotated[int | None, Query(ge=1, le=LAST_VERSION)] = None,
        reason: ReadingReason | None = None,
    ) -> dict[str, Any]:
        return await reader.case(principal, case_id, Moment(as_of, happened_until, version), reason)

    @routes.get("/{case_id}/history", summary="Every event of a case in order")
    async def history(case_id: str, principal: SignedIn, reason: ReadingReason | None = None) -> dict[str, Any]:
        return {"items": await reader.history(principal, case_id, reason), "next": None}

    @routes.get("/{case_id}/decisions", summary="The decision receipts of a case")
    async def decisions(case_id: str, principal: SignedIn, reason: ReadingReason | None = None) -> dict[str, Any]:
        return {"items": await reader.decisions(principal, case_id, reason), "next": None}

    @routes.get("/{case_id}/rights", summary="Why somebody may or may not, without anything that the case holds")
    async def why(case_id: str, person: str, _: SignedIn) -> dict[str, Any]:
        asked = await kernel.access.resolved(Identity(person, "person"))
        return explained(asked, (await reader.current(case_id)).state, kernel.access.permissions, kernel.clock.now())

    return routes
