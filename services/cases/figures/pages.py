"""`/cases/angka`: the figures of one school, or of the district."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from services.cases.figures.told import ABOVE, OF_ONE_SCHOOL, Figures
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.directory import Directory
from shared.access import SignedIn
from shared.pages import Text, say
from shared.service import Kernel

MONTH, SEMESTER = "bulan", "semester"
SPANS: Mapping[str, Text] = {MONTH: say("satu bulan"), SEMESTER: say("enam bulan sejak itu")}
"""Over which time a school's figures are counted."""


def router(kernel: Kernel, figures: Figures, directory: Directory, calendars: SchoolCalendars) -> APIRouter:
    """The page. Who leads a school sees that; who looks after schools sees all of theirs."""
    routes, page = APIRouter(prefix="/cases/angka", include_in_schema=False), kernel.frame.page

    @routes.get("")
    async def shown(
        request: Request,
        principal: SignedIn,
        sekolah: Annotated[str, Query(max_length=200)] = "",
        bulan: Annotated[str, Query(max_length=7)] = "",
        rentang: Annotated[str, Query(max_length=20)] = "",
    ) -> HTMLResponse:
        month = bulan or (await calendars.district()).day(kernel.clock.now()).strftime("%Y-%m")
        mine = principal.schools(*OF_ONE_SCHOOL) - principal.away
        schools = [each for each in await directory.schools() if each[0] in mine]
        above = principal.holds(*ABOVE)
        chosen = sekolah or ("" if above or not schools else schools[0][0])
        semester = rentang == SEMESTER and bool(chosen)
        told = await (figures.of_school(principal, chosen, month, semester=semester) if chosen else figures.of_district(principal, month))
        spans = {"spans": SPANS, "span": SEMESTER if semester else MONTH}
        around = {"month": month, "schools_of": schools, "chosen": chosen, "above": above, "of_school": bool(chosen), **spans}
        return page(request, "figures/figures.html", told | around)

    return routes
