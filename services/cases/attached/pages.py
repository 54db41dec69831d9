"""The page of the files of an activity or beside a letter, on a phone and without scripts (ADR 69)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.cases.attached.routes import download
from services.cases.attached.seen import Seeing, Seen
from services.cases.attached.sending import Sending, Wrong
from services.cases.attached.showing import Stands, kept_shown, place_of_files
from services.cases.attached.unsealing import Reading, Unsealing
from services.cases.pages.people import Names
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.words import READING_REASONS
from services.cases.rights import ReadingReason, ReadingReasonNeeded
from shared.access import Principal, SignedIn
from shared.attachments.boxes import Part
from shared.attachments.kinds import ACCEPTED
from shared.errors import NotAllowed, Sentences

_SAVED = "tersimpan"


@dataclass(frozen=True, slots=True)
class FilePages:
    """What is the same wherever files stand."""

    sending: Sending
    unsealing: Unsealing
    names: Names
    calendars: SchoolCalendars

    async def page(self, request: Request, seen: Seen, reason: ReadingReason | None, wrong: Wrong | None = None) -> HTMLResponse:
        """The list, and below it the form for whoever may add one. Files say when they came and from whom: two photographs look alike here."""
        told = {
            "title": seen.title,
            "files": kept_shown(seen.files, seen.page, reason, await self.names.of([each.by for each in seen.files])),
            "zone": (await self.calendars.of(seen.place.school)).zone,
            "saved": _SAVED in request.query_params,
            "adds": seen.adds,
            "accepted": ACCEPTED,
            "nonce": str(uuid4()),
            "errors": {"files": wrong.says} if wrong else {},
            "back_to": seen.back_to,
        }
        return self.unsealing.kernel.frame.page(request, "attached/files.html", told, wrong.status if wrong else 200)

    def why(self, request: Request, case_id: str, stands: str, needed: ReadingReasonNeeded) -> HTMLResponse:
        """Somebody else's case is read with a reason. stands: with what, as the address says it."""
        why = Sentences(needed.indonesian, needed.english)
        told = {"id": case_id, "leads_to": f"/{stands}/lampiran", "why": why, "reasons": READING_REASONS, "saved": None}
        return self.unsealing.kernel.frame.page(request, "reason.html", told, needed.status)

    async def add(self, request: Request, principal: Principal, seen: Seen, reason: ReadingReason | None) -> Response:
        """Raises: NotAllowed: they may read the files and add none."""
        if not seen.adds:
            raise NotAllowed
        if wrong := await self.sending.take(request, principal.id, seen.place):
            return await self.page(request, seen, reason, wrong)
        return RedirectResponse(f"{request.url.path}?{urlencode({_SAVED: 1} | ({'reason': reason} if reason else {}))}", 303)

    async def file(self, principal: Principal, seen: Seen, attachment: str, part: Part, reason: ReadingReason | None) -> Response:
        """Raises: NotFound, Unavailable."""
        file = seen.file(attachment)
        reading = Reading(principal.id, seen.place.subject, seen.version, reason)
        content = await self.unsealing.content(file, part, reading)
        return download(attachment, "jpeg" if part == "picture" else file.kind, content)


def router(pages: FilePages, stands: Stands, seeing: Seeing) -> APIRouter:
    """The list, the form, and both forms of each file of a case. stands: with what. seeing: finds it for a reader."""
    routes = APIRouter(prefix=place_of_files("{case_id}", stands, "{subject}"), include_in_schema=False)

    @routes.get("")
    async def listing(case_id: str, subject: str, request: Request, principal: SignedIn, reason: ReadingReason | None = None) -> HTMLResponse:
        try:
            return await pages.page(request, await seeing(principal, case_id, subject, reason), reason)
        except ReadingReasonNeeded as needed:
            return pages.why(request, case_id, f"{stands}/{subject}", needed)

    @routes.post("")
    async def add(case_id: str, subject: str, request: Request, principal: SignedIn, reason: ReadingReason | None = None) -> Response:
        return await pages.add(request, principal, await seeing(principal, case_id, subject, reason), reason)

    @routes.get("/{attachment}")
    async def picture(case_id: str, subject: str, attachment: str, principal: SignedIn, reason: ReadingReason | None = None) -> Response:
        return await pages.file(principal, await seeing(principal, case_id, subject, reason), attachment, "picture", reason)

    @routes.get("/{attachment}/asli")
    async def original(case_id: str, subject: str, attachment: str, principal: SignedIn, reason: ReadingReason | None = None) -> Response:
        return await pages.file(principal, await seeing(principal, case_id, subject, reason), attachment, "original", reason)

    return routes
