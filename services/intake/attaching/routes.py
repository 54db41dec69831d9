"""Where cases asks for the sealed chunks of a file. Nothing is opened here: cases has the key, and says who may."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from shared.access import SignedIn, require_service
from shared.attachments.asked import Wanted
from shared.attachments.keeping import Store
from shared.errors import NotFound
from shared.service.promised import file_of


def router(store: Store) -> APIRouter:
    """`/intake/api/attachments`."""
    routes = APIRouter(prefix="/intake/api/attachments", tags=["attachments"])

    @routes.post(
        "/sealed", summary="The sealed chunks of a file, for cases alone; 204 while the scanner is still to look at it",
        response_class=Response, responses=file_of("application/octet-stream") | {204: {"description": "The scanner is still to look at it"}},
    )  # fmt: skip
    async def chunks(wanted: Wanted, principal: SignedIn) -> Response:
        require_service(principal, "cases")
        if not await store.may_leave(wanted.attachment):
            return Response(status_code=204)
        boxes = await store.boxes(wanted.attachment, wanted.part)
        if not boxes:
            raise NotFound("there is no such file any more")
        return Response(b"".join(boxes), media_type="application/octet-stream")

    return routes
