"""`/intake/impor`: bring the roster in, try it first, and mend what was set aside: file, row, reason (domain.md, People come and go)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import UploadFile

from services.intake.roster.ages import RosterAges
from services.intake.roster.asked_roles import RoleRequests
from services.intake.roster.importing import RosterImport, Wishes
from services.intake.roster.own_school import report_of
from services.intake.roster.report import ImportReport, LastImport
from services.intake.roster.routes import UPLOAD, schools_of
from shared.access import Principal, SignedIn
from shared.errors import Invalid, NotFound, Sentences, TooLarge
from shared.pages import Text, say
from shared.sessions.shown_to import FIELD, require

PARTS = {"students": say("murid"), "staff": say("pegawai"), "guardians": say("orang tua/wali"), "classes": say("kelas")}
"""What the parts of a school's roster are called on screen."""

_SHOWN = 500
"""Rows that were set aside and that the page shows; the first ones are mended first."""

_CHOOSE = say("Pilih berkas data sekolah.")
_NOT_READ = Sentences(
    "Berkas ini tidak dapat dibaca sebagai data sekolah. Tidak ada yang diubah. Periksa apakah ini ekspor yang utuh.",
    "This file cannot be read as a school's roster. Nothing was changed. Check that it is a whole export.",
)
_NOT_YOURS = Sentences(
    "Berkas ini memuat sekolah lain. Tidak ada yang diubah. Ekspor sekolah Anda sendiri saja.",
    "This file names another school. Nothing was changed. Export your own school alone.",
)
_TOO_LARGE = Sentences("Berkas ini lebih besar dari 64 MB. Bagi menurut sekolah.", "The file is over 64 MB. Send it in parts, by school.")


@dataclass(frozen=True, slots=True)
class ImportPages:
    """Tries and applies imports, and shows the last one."""

    importing: RosterImport
    requests: RoleRequests
    ages: RosterAges

    async def told(self, principal: Principal) -> dict[str, Any]:
        """The last import as far as the reader's schools go, and what waits for the district."""
        schools = schools_of(principal)
        try:
            last: LastImport | None = await self.importing.last()
        except NotFound:
            last = None
        if last and schools is not None:
            last = report_of(schools, last)
        waiting = await self.requests.waiting(principal, schools)
        told = {"last": last, "report": last, "waiting": waiting, "parts": PARTS, "brings": brings(principal), "errors": {}, "shown": _SHOWN}
        return told | {
            "mends": bool(principal.schools("school-operator", "coordinator")),
            "ages": await self.ages.of(principal),
            "days": self.ages.stale_after,
        }

    async def bring(self, principal: Principal, file: UploadFile, accept: Sequence[str], *, dry_run: bool) -> ImportReport:
        """Raises: Invalid: nothing was changed. TooLarge, Unavailable."""
        if file.size is None or file.size > UPLOAD:
            raise TooLarge(f"the bundle is over {UPLOAD} octets: send it in parts, by school")
        return await self.importing.run(file.file, principal.id, wishes=Wishes(accept, dry_run=dry_run, schools=schools_of(principal)))


def brings(principal: Principal) -> bool:
    """Whether somebody may bring a roster in."""
    return principal.holds("school-operator", "system-administrator")


def router(pages: ImportPages) -> APIRouter:
    """`/intake/impor`."""
    routes, page = APIRouter(prefix="/intake/impor", include_in_schema=False), pages.importing.kernel.frame.page

    @routes.get("")
    async def last(request: Request, principal: SignedIn) -> HTMLResponse:
        return page(request, "roster/imports.html", await pages.told(principal))

    @routes.post("")
    async def bring(request: Request, principal: SignedIn) -> HTMLResponse:
        if int(request.headers.get("content-length", UPLOAD + 1)) > UPLOAD:
            return await _refused(request, principal, {"berkas": _TOO_LARGE}, 413)
        async with request.form(max_files=1, max_fields=200) as form:
            require(str(form.get(FIELD, "")), principal.id)
            file = form.get("berkas")
            if not isinstance(file, UploadFile) or not file.size:
                return await _refused(request, principal, {"berkas": _CHOOSE}, 422)
            accept = [each for each in form.getlist("terima") if isinstance(each, str)]
            try:
                report = await pages.bring(principal, file, accept, dry_run="coba" in form)
            except Invalid as invalid:
                return await _refused(request, principal, {"berkas": _why(invalid)}, 422)
        return page(request, "roster/imports.html", await pages.told(principal) | {"report": report})

    async def _refused(request: Request, principal: Principal, errors: dict[str, Text], status: int) -> HTMLResponse:
        return page(request, "roster/imports.html", await pages.told(principal) | {"errors": errors}, status)

    return routes


def _why(invalid: Invalid) -> Text:
    """Why a file as a whole was not taken."""
    first = invalid.faults[0] if invalid.faults else None
    if first and first.sentences:
        return first.sentences
    return _NOT_YOURS if first and first.code == "not-your-school" else _NOT_READ
