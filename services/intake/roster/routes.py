"""The routes of the roster: bring a bundle in, try what it would change, and what the last import set aside."""

from __future__ import annotations

import tempfile
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Query, Request

from services.intake.roster.importing import RosterImport, Wishes
from services.intake.roster.own_school import report_of
from services.intake.roster.report import ImportReport, LastImport
from shared.access import EVERYWHERE, Principal, SignedIn
from shared.errors import TooLarge

UPLOAD = 64 * 1024 * 1024
"""The largest roster bundle, in octets: enough for a province."""

OfSchool = Annotated[
    str | None, Query(description="The NPSN of the school, for lists of Dapodik that do not name theirs", pattern=r"^(\d{8}|[A-Z]\d{7})$")
]
Accept = Annotated[list[str] | None, Query(description="Losses that are meant: <school>:students|staff|guardians|classes; the school by id or NPSN")]


def add_roster_routes(routes: APIRouter, roster: RosterImport) -> None:
    @routes.post(
        "/roster", summary="Import a roster: a OneRoster bundle (zip), answers of Dapodik (zip) or its lists (XLSX, CSV, or several in a zip)"
    )
    async def import_roster(
        request: Request, principal: SignedIn, accept: Accept = None, school: OfSchool = None, allow_drop: bool = False, dry_run: bool = False
    ) -> ImportReport:
        with tempfile.TemporaryFile() as bundle:  # it has no name, so that even a killed process leaves nobody's data behind
            await _save(request, bundle)
            wishes = Wishes(accept or (), allow_drop=allow_drop, dry_run=dry_run, schools=schools_of(principal), school=school)
            return await roster.run(bundle, principal.id, wishes=wishes)

    @routes.get("/roster/report", summary="What the last import changed, refused and set aside")
    async def roster_report(principal: SignedIn) -> LastImport:
        schools, told = schools_of(principal), await roster.last()
        return told if schools is None else report_of(schools, told)


def schools_of(principal: Principal) -> frozenset[str] | None:
    """Whose roster it may be; None for the whole district."""
    schools = principal.schools()
    return None if principal.kind == "service" or schools == EVERYWHERE else schools


async def _save(request: Request, target: BinaryIO) -> None:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > UPLOAD:
            raise TooLarge(f"the bundle is over {UPLOAD} octets: send it in parts, by school")
        target.write(chunk)
