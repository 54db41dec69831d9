"""Composes what keeps the directory true: the page behind a link, the portal of an agency's officers, staff's pages, and the answer of a system."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, StrictBool

from services.notifications.upkeep import correcting, officers, pages, staff
from services.notifications.upkeep.links import AgencyLinks
from services.notifications.upkeep.saying import Upkeep
from shared.access import SignedIn
from shared.asking import asked
from shared.eventstore.projection import Projection
from shared.service import Kernel


class RoomBody(BaseModel):
    """room: whether the agency has room for somebody now."""

    model_config = ConfigDict(extra="forbid")

    room: StrictBool


def routers(kernel: Kernel, outbox: Projection) -> Sequence[APIRouter]:
    """`/notifications/k/…` by link, `/notifications/lembaga-saya/…` for officers, `/notifications/mitra…` for staff, and the agency's API."""
    upkeep = Upkeep(kernel, outbox)
    return [
        _api(upkeep),
        pages.router(pages.UpkeepPages(kernel, upkeep, AgencyLinks(kernel.database, kernel.keys))),
        officers.router(officers.RoomPages(kernel, upkeep)),
        correcting.router(correcting.CorrectionPages(kernel, upkeep)),
        staff.router(staff.DirectoryPages(kernel, upkeep)),
    ]


def _api(upkeep: Upkeep) -> APIRouter:
    routes = APIRouter(prefix="/notifications/api/agencies", tags=["notifications"])

    @routes.post("/room", summary="An agency says whether it has room now")
    async def tell(body: RoomBody, request: Request, principal: SignedIn) -> dict[str, Any]:
        command = await asked(request, principal)
        changed = await upkeep.tell(principal.id, str(command.cause), principal.id, has_room=body.room, channel="api", asked=command)
        return {"room": body.room, "changed": changed}

    return routes
