"""The routes of the pages under `/cases`."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.cases.domain.casework import Casework
from services.cases.pages.desk import Desk
from services.cases.pages.listing import Listing
from services.cases.pages.one_case import OneCase
from services.cases.pages.people import Names
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.case import CaseReader
from services.cases.reading.summary import services_given
from services.cases.reading.views import CaseList, Roster, WorkList
from services.cases.reading.words import READING_REASONS, Words
from services.cases.rights import ReadingReason, ReadingReasonNeeded
from shared.access import SignedIn
from shared.errors import Sentences
from shared.eventstore.projection import Projection
from shared.service import Kernel

LETTERS = "/cases/cases/{case_id}/surat"
"""The page of a case's documents: whoever may not use it is not led there."""


def router(kernel: Kernel, view: Projection, casework: Casework, words: Words, calendars: SchoolCalendars) -> APIRouter:
    """The pages under `/cases`."""
    routes, page = APIRouter(prefix="/cases", include_in_schema=False), kernel.frame.page
    names = Names(kernel, Roster(kernel.database, kernel.posts))
    listing = Listing(CaseList(view), names, words, calendars)
    first_page = Desk(WorkList(kernel.database, view), names, words, calendars, kernel.clock)
    one_case = OneCase(CaseReader(kernel, casework.case, services_given(casework)), names, words, calendars)

    @routes.get("/")
    async def cases(request: Request, principal: SignedIn) -> HTMLResponse:
        return page(request, "list.html", {"cases": await listing.of(principal)})

    @routes.get("/menunggu")
    async def waiting(request: Request, principal: SignedIn) -> HTMLResponse:
        reads_cases = bool(kernel.access.permissions.roles("GET", "/cases/") & principal.roles)
        return page(request, "desk.html", {"sections": await first_page.of(principal), "reads_cases": reads_cases})

    @routes.get("/cases/{case_id}")
    async def case(case_id: str, request: Request, principal: SignedIn, reason: ReadingReason | None = None) -> HTMLResponse:
        try:
            told = await one_case.of(principal, case_id, reason)
        except ReadingReasonNeeded as needed:
            why = Sentences(needed.indonesian, needed.english)
            return page(request, "reason.html", {"id": case_id, "why": why, "reasons": READING_REASONS}, needed.status)
        paper = {"reason": reason or "", "has_letters": kernel.access.permissions.roles("GET", LETTERS) & principal.roles}
        return page(request, "offered.html" if told["offered"] else "case.html", told | paper)

    return routes
