"""`/cases/` and its file."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.cases.listing.asked import AskedOfList
from services.cases.listing.file import ListFile
from services.cases.listing.listing import Listing
from services.cases.pages.people import Names
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.directory import Directory
from services.cases.reading.sorted_cases import SortedCases
from services.cases.reading.words import Words
from shared.access import SignedIn
from shared.eventstore.projection import Projection
from shared.service import Kernel

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def router(kernel: Kernel, view: Projection, names: Names, words: Words, calendars: SchoolCalendars) -> APIRouter:
    """Whoever may read the list may take it along, with a fresh proof of who they are."""
    routes, page = APIRouter(prefix="/cases", include_in_schema=False), kernel.frame.page
    listing = Listing(SortedCases(view), names, words, calendars, Directory(kernel.database))
    file = ListFile(listing, kernel.database, kernel.frame)

    @routes.get("/")
    async def cases(request: Request, principal: SignedIn, asked: Annotated[AskedOfList, Query()]) -> HTMLResponse:
        return page(request, "listing/list.html", await listing.page(principal, asked))

    @routes.get("/daftar.xlsx")
    async def taken_along(request: Request, principal: SignedIn, asked: Annotated[AskedOfList, Query()]) -> Response:
        headers = {"content-disposition": 'attachment; filename="daftar-kasus.xlsx"', "cache-control": "no-store"}
        return Response(await file.of(request, principal, asked), media_type=_XLSX, headers=headers)

    return routes
