"""The routes of somebody's first page, of each list on a page of its own, and of the search by number."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.cases.commands.road import Road
from services.cases.figures.open_cases import Counting
from services.cases.pages.desk import Desk
from services.cases.pages.handing_over import HandingOver
from services.cases.pages.people import Names
from services.cases.pages.rows import Rows
from services.cases.pages.work_list import MOST as LISTED
from services.cases.pages.work_list import Asked, Wanted, listed
from services.cases.reading.case_list import CaseList
from services.cases.reading.in_hand import InHand
from services.cases.reading.questions import Askers, Name
from services.cases.reading.words import Words
from services.cases.reading.worklist import WorkList
from services.cases.standing.listing import StandingList
from shared.access import SignedIn
from shared.eventstore.projection import Projection
from shared.pages import say

BUTTONS = {
    "cases": "/cases/",
    "brings_in": "/cases/berjalan",
    "record": "/cases/catat",
    "searches": "/cases/cari-murid",
    "stands": "/cases/kegiatan",
    "reports": "/intake/laporan-saya",
    "hands_over": "/cases/serah-terima",
    "assigns": "/cases/tunjuk",
}
"""Buttons of the first page, for whoever may use the page behind them."""

_LONGEST = 200
"""Letters of a number that somebody looks for."""


def router(road: Road, view: Projection, standing: StandingList, words: Words) -> APIRouter:
    """`/cases/menunggu`, its lists, `/cases/serah-terima`, and `/cases/cari`."""
    kernel = road.kernel
    routes, page = APIRouter(prefix="/cases", include_in_schema=False), kernel.frame.page
    names = Names(kernel, road.roster)
    rows = Rows(WorkList(kernel.database, view), CaseList(view), names, words, road.calendars, kernel.clock, Askers(kernel, road.calendars))
    first_page = Desk(rows, InHand(view), Counting(view), names, standing)

    @routes.get("/menunggu")
    async def waiting(request: Request, principal: SignedIn) -> HTMLResponse:
        buttons = {name: bool(kernel.access.permissions.roles("GET", path) & principal.roles) for name, path in BUTTONS.items()}
        return page(request, "desk/desk.html", await first_page.of(principal) | {"buttons": buttons})

    @routes.get("/menunggu/{name}")
    async def work_list(name: Name, request: Request, principal: SignedIn, wanted: Annotated[Asked, Query()]) -> HTMLResponse:
        found = await rows.of(principal, name, LISTED + 1)
        return page(request, "desk/list.html", listed(name, found, Wanted(wanted.tingkat, bool(wanted.terlambat), wanted.urut)))

    @routes.get("/serah-terima")
    async def handing_over(request: Request, principal: SignedIn) -> HTMLResponse:
        waits, more = await HandingOver(rows).of(principal)
        return page(request, "desk/handing-over.html", {"waits": waits, "more": more})

    @routes.get("/cari")
    async def search(request: Request, _: SignedIn, nomor: Annotated[str, Query(max_length=_LONGEST)] = "") -> Response:
        """Leads to the case with this id, whether it exists or not: the case's page answers, and keeps the look on record."""
        if number := case_number(nomor):
            return RedirectResponse(f"/cases/cases/{number}", 303)
        errors = {"nomor": say("Nomor kasus terdiri atas 36 huruf dan angka, seperti di buku audit. Salin seluruhnya.")}
        return page(request, "desk/search.html", {"nomor": nomor, "errors": errors if nomor else {}}, 422 if nomor else 200)

    return routes


def case_number(typed: str) -> UUID | None:
    """The id of a case as somebody copied it; None where it is none."""
    try:
        return UUID(typed.strip())
    except ValueError:
        return None
