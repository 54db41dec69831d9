"""The lists of a working day over HTTP: each is a question to what is expected (questions.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query

from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.case_list import CaseList, Filters, Listed
from services.cases.reading.questions import TITLES, Askers, Asking, Name, question
from services.cases.reading.wanted_work import WorkFilter
from services.cases.reading.worklist import Work, WorkList
from services.cases.rights import OF_THE_SCHOOL, Sight, schools_of
from shared.access import EVERYWHERE, Principal, SignedIn
from shared.asking import cursor, read_cursor
from shared.errors import NotAllowed
from shared.eventstore.projection import Projection
from shared.service import Kernel

PAGE = 100


def router(kernel: Kernel, view: Projection, calendars: SchoolCalendars) -> APIRouter:
    """`GET /cases/api/lists` and `GET /cases/api/lists/{name}`."""
    routes = APIRouter(prefix="/cases/api/lists", tags=["lists"])
    work, cases = WorkList(kernel.database, view), CaseList(view)
    askers = Askers(kernel, calendars)

    @routes.get("", summary="Which lists there are, and how much stands on those that you may see")
    async def lists(principal: SignedIn) -> dict[str, Any]:
        asking = await askers.asking(principal)
        wanted: dict[str, WorkFilter] = {name: found for name in TITLES if (found := _seen(name, asking))}
        counts = await work.counts(wanted, schools=schools_of(principal), reader=principal.id)
        return {"items": [{"name": name, "id": title[0], "en": title[1], "count": counts.get(name)} for name, title in TITLES.items()], "next": None}

    @routes.get("/{name}", summary="One list, the earliest first; before these, unacknowledged alerts and what nobody has")
    async def one(
        name: Name,
        principal: SignedIn,
        after: Annotated[str | None, Query(alias="cursor")] = None,
        limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE,
        school: str | None = None,
    ) -> dict[str, Any]:
        if listed := cases_asked(name, principal, school):
            return await _cases(cases, principal, listed, after, limit)
        asking = await askers.asking(principal, school)
        wanted = question(name, asking)
        place = read_cursor(after, *((_rank,) if wanted.taker else ()), datetime.fromisoformat, str, str)
        found = await work.page(wanted, schools=schools_of(principal), reader=principal.id, after=place, limit=limit + 1)
        page = found[:limit]
        more = cursor(*_place(page[-1], wanted)) if len(found) > limit else None
        return {"items": [asdict(each) | {"overdue": each.expected_at < asking.now} for each in page], "next": more}

    return routes


def _rank(told: Any) -> int:
    """Raises: ValueError: a cursor of ours has no such rank."""
    return (0, 1, 2).index(told)


def _place(work: Work, wanted: WorkFilter) -> list[Any]:
    """Where it stands on the list, as that is sorted."""
    rank = 0 if work.what == "acknowledge" else 1 if work.owner is None else 2
    return [*([rank] if wanted.taker else []), work.expected_at.isoformat(), work.case, work.key]


def _seen(name: Name, asking: Asking) -> WorkFilter | None:
    """What is counted of a list; None for one that is not this principal's, and for that of cases."""
    try:
        return None if name in ("unidentified", "arrivals") else question(name, asking)
    except NotAllowed:
        return None


def cases_asked(name: Name, principal: Principal, school: str | None) -> Filters | None:
    """What a list asks of the case list; None where it asks what is expected."""
    match name:
        case "unidentified":
            return Filters(school=school, unidentified=True)
        case "arrivals":
            return Filters(arriving_at=_own_schools(principal, school))
        case _:
            return None


def _own_schools(principal: Principal, school: str | None) -> tuple[str, ...]:
    """The school that is asked about; else the principal's own, and all schools for the district."""
    mine = principal.schools(*OF_THE_SCHOOL, "district-duty")
    return (school,) if school else () if mine == EVERYWHERE else tuple(sorted(mine))


async def whole_cases(cases: CaseList, principal: Principal, wanted: Filters, after: Sequence[object] | None, limit: int) -> list[Listed]:
    """Rows for whoever works at their school, or for the district's duty. Raises: NotAllowed: for nobody else."""
    if not principal.holds(*OF_THE_SCHOOL, "district-duty", "service"):
        raise NotAllowed
    principal = principal.only(frozenset({*OF_THE_SCHOOL, "district-duty"}))
    return await cases.page(wanted, schools=schools_of(principal), sight=Sight(EVERYWHERE), reader=principal.id, after=after, limit=limit)


async def _cases(cases: CaseList, principal: Principal, wanted: Filters, after: str | None, limit: int) -> dict[str, Any]:
    rows = await whole_cases(cases, principal, wanted, read_cursor(after, datetime.fromisoformat, str), limit + 1)
    page = rows[:limit]
    more = cursor(page[-1].opened_at.isoformat(), page[-1].id) if len(rows) > limit else None
    return {"items": [asdict(row) for row in page], "next": more}
