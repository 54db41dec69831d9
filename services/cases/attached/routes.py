"""Where a file of a case is downloaded. Nothing is ever shown in place: a browser keeps it, and opens nothing of it as a page of ours."""

from __future__ import annotations

from fastapi import APIRouter, Response

from services.cases.attached.opening import Opening
from services.cases.rights import ReadingReason
from shared.access import SignedIn
from shared.attachments.asked import Wanted
from shared.attachments.kinds import Kind, file_name

_ALONE = "sandbox; default-src 'none'"


def router(opening: Opening) -> APIRouter:
    """`/cases/cases/{case_id}/lampiran/{attachment}` and `…/asli`."""
    routes = APIRouter(prefix="/cases/cases", include_in_schema=False)

    @routes.get("/{case_id}/lampiran/{attachment}")
    async def picture(case_id: str, attachment: str, principal: SignedIn, reason: ReadingReason | None = None) -> Response:
        _, content = await opening.file(principal, case_id, Wanted(attachment=attachment, part="picture"), reason)
        return download(attachment, "jpeg", content)

    @routes.get("/{case_id}/lampiran/{attachment}/asli")
    async def original(case_id: str, attachment: str, principal: SignedIn, reason: ReadingReason | None = None) -> Response:
        file, content = await opening.file(principal, case_id, Wanted(attachment=attachment, part="original"), reason)
        return download(attachment, file.kind, content)

    return routes


def download(attachment: str, kind: Kind, content: bytes) -> Response:
    """What a browser keeps. Nothing of it is ever a page of ours."""
    headers = {
        "content-disposition": f'attachment; filename="{file_name(attachment, kind)}"',
        "content-security-policy": _ALONE,
        "cross-origin-resource-policy": "same-origin",
    }
    return Response(content, media_type="application/octet-stream", headers=headers)
