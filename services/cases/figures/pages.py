"""`/cases/angka`: the figures of one school, or of the district."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from services.cases.figures.told import ABOVE, OF_ONE_SCHOOL, Figures
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.directory import Directory
from shared.access import SignedIn
from shared.service import Kernel


def router(kernel: Kernel, figures: Figures, directory: Directory, calendars: SchoolCalendars) -> APIRouter:
    """The page. Who leads a school sees that; who looks after schools sees all of theirs."""
    routes, page = APIRouter(prefix="/cases/angka", include_in_schema=False), kernel.frame.page

    @routes.get("")
    async def shown(
        request: Request,
        principal: SignedIn,
        sekolah: Annotated[str, Query(max_length=200)] = "",
        bulan: Annotated[str, Query(max_length=7)] = "",
    ) -> HTMLResponse:
        month = bulan or (await calendars.district()).day(kernel.clock.now()).strftime("%Y-%m")
        mine = principal.schools(*OF_ONE_SCHOOL) - principal.away
        schools = [each for each in await directory.schools() if each[0] in mine]
        above = principal.holds(*ABOVE)
        chosen = sekolah or ("" if above or not schools else schools[0][0])
        told = await (figures.of_school(principal, chosen, month) if chosen else figures.of_district(principal, month))
        around = {"month": month, "schools_of": schools, "chosen": chosen, "above": above, "of_school": bool(chosen)}
        return page(request, "figures/figures.html", told | around)

    return routes
