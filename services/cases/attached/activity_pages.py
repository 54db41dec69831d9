"""`/cases/cases/{case}/kegiatan/{activity}/lampiran`: the files of one activity, on a phone and without scripts."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.cases.attached.activities import ActivityFiles, Seen, found
from services.cases.attached.filing import beside_words
from services.cases.attached.routes import download
from services.cases.attached.sending import Sending, Wrong
from services.cases.attached.showing import kept_shown, place_of_files
from services.cases.attached.unsealing import Reading, Unsealing
from services.cases.reading.words import READING_REASONS, Words
from services.cases.rights import ReadingReason, ReadingReasonNeeded
from shared.access import Principal, SignedIn
from shared.attachments.boxes import Part
from shared.attachments.kinds import ACCEPTED
from shared.errors import NotAllowed, Sentences

CASE_PAGE = "/cases/cases/{case_id}"


@dataclass(frozen=True, slots=True)
class ActivityPages:
    """words: what strategies are called."""

    files: ActivityFiles
    sending: Sending
    unsealing: Unsealing
    words: Words

    async def page(self, request: Request, principal: Principal, seen: Seen, reason: str | None, wrong: Wrong | None = None) -> HTMLResponse:
        """The list, and below it the form for whoever may add one."""
        case_id, frame = seen.case.case or "", self.unsealing.kernel.frame
        told = {
            "title": self.words.titles[seen.activity.strategy],
            "files": kept_shown(seen.files, place_of_files(case_id, "kegiatan", seen.activity.activity), reason),
            "adds": seen.adds,
            "accepted": ACCEPTED,
            "nonce": str(uuid4()),
            "errors": {"files": wrong.says} if wrong else {},
            "back_to": self._back(principal, case_id, reason),
        }
        return frame.page(request, "attached/files.html", told, wrong.status if wrong else 200)

    def _back(self, principal: Principal, case_id: str, reason: str | None) -> str:
        """The case, for whoever may open its page; an asked teacher goes back to what waits for them."""
        if principal.roles.isdisjoint(self.unsealing.kernel.access.permissions.roles("GET", CASE_PAGE)):
            return "/cases/menunggu"
        return f"/cases/cases/{case_id}" + (f"?reason={reason}" if reason else "")

    async def add(self, request: Request, principal: Principal, seen: Seen, reason: str | None) -> Response:
        """Raises: NotAllowed: they may read the files and add none."""
        if not seen.adds:
            raise NotAllowed
        wrong = await self.sending.take(request, principal.id, beside_words(seen.case, seen.activity))
        if wrong:
            return await self.page(request, principal, seen, reason, wrong)
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{request.url.path}{query}", 303)

    async def file(self, principal: Principal, seen: Seen, attachment: str, part: Part, reason: ReadingReason | None) -> Response:
        """Raises: NotFound, Unavailable."""
        file = found(seen.files, attachment)
        reading = Reading(principal.id, seen.case.case or "", seen.loaded.version, reason)
        content = await self.unsealing.content(file, part, reading)
        return download(attachment, "jpeg" if part == "picture" else file.kind, content)


def router(pages: ActivityPages) -> APIRouter:
    """The list, the form, and both forms of each file."""
    routes = APIRouter(prefix="/cases/cases/{case_id}/kegiatan/{activity}/lampiran", include_in_schema=False)
    seen, frame = pages.files.seen, pages.unsealing.kernel.frame

    @routes.get("")
    async def listing(case_id: str, activity: str, request: Request, principal: SignedIn, reason: ReadingReason | None = None) -> HTMLResponse:
        try:
            return await pages.page(request, principal, await seen(principal, case_id, activity, reason), reason)
        except ReadingReasonNeeded as needed:
            why = Sentences(needed.indonesian, needed.english)
            told = {"id": case_id, "leads_to": f"/kegiatan/{activity}/lampiran", "why": why, "reasons": READING_REASONS}
            return frame.page(request, "reason.html", told, needed.status)

    @routes.post("")
    async def add(case_id: str, activity: str, request: Request, principal: SignedIn, reason: ReadingReason | None = None) -> Response:
        return await pages.add(request, principal, await seen(principal, case_id, activity, reason), reason)

    @routes.get("/{attachment}")
    async def picture(case_id: str, activity: str, attachment: str, principal: SignedIn, reason: ReadingReason | None = None) -> Response:
        return await pages.file(principal, await seen(principal, case_id, activity, reason), attachment, "picture", reason)

    @routes.get("/{attachment}/asli")
    async def original(case_id: str, activity: str, attachment: str, principal: SignedIn, reason: ReadingReason | None = None) -> Response:
        return await pages.file(principal, await seen(principal, case_id, activity, reason), attachment, "original", reason)

    return routes
