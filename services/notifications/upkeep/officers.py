"""The portal's page on which an officer of an agency says whether it has room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.notifications.partners.officers import OFFICER
from services.notifications.upkeep.saying import Upkeep
from services.notifications.upkeep.wording import CHOOSE, has_room, room_form
from shared.access import Principal, SignedIn
from shared.errors import NotFound
from shared.pages import Text
from shared.service import Kernel

Short = Annotated[str, Form(max_length=200)]
ADDRESS = "/notifications/lembaga-saya/tempat"
EDIT = "/notifications/lembaga-saya/layanan"
"""Where an officer corrects the hours and telephones of one service."""


@dataclass(frozen=True, slots=True)
class RoomPages:
    """Answers what an officer asks."""

    kernel: Kernel
    upkeep: Upkeep

    async def page(self, request: Request, principal: Principal, wrong: str, typed: str, errors: Mapping[str, Text], status: int) -> HTMLResponse:
        """Each agency of this officer. wrong: that of which the form comes back."""
        shown: list[dict[str, Any]] = []
        for agency in sorted(principal.schools(OFFICER)):
            known = await self.upkeep.known(agency)
            if known.registered:
                mine = agency == wrong
                shown.append({**room_form(known, typed if mine else "", errors if mine else {}), "agency": agency})
        told = {
            "agencies": shown,
            "action": ADDRESS,
            "assure": f"{ADDRESS}/benar",
            "edit": EDIT,
            "withdraw": f"{EDIT}/kembali",
            "zone": self.kernel.settings.time_zone,
            "errors": errors,
        }
        return self.kernel.frame.page(request, "upkeep/officer.html", told, status)

    async def assure(self, principal: Principal, agency: str) -> None:
        """The entry is still true. Raises: NotFound: no agency of theirs."""
        require_own(principal, agency)
        await self.upkeep.assure(agency, principal.id, "portal")

    async def tell(self, principal: Principal, agency: str, form: str, *, said: bool) -> None:
        """Raises: NotFound: no agency of theirs."""
        require_own(principal, agency)
        await self.upkeep.tell(agency, form or str(uuid4()), principal.id, has_room=said, channel="portal")


def require_own(principal: Principal, agency: str) -> None:
    """Raises: NotFound: no agency of theirs."""
    if agency not in principal.schools(OFFICER):
        raise NotFound("no agency of yours has this id")


def router(pages: RoomPages) -> APIRouter:
    """`/notifications/lembaga-saya/tempat`."""
    routes = APIRouter(prefix=ADDRESS, include_in_schema=False)

    @routes.get("")
    async def look(request: Request, principal: SignedIn) -> HTMLResponse:
        return await pages.page(request, principal, "", "", {}, 200)

    @routes.post("/benar")
    async def assure(principal: SignedIn, agency: Short = "") -> Response:
        await pages.assure(principal, agency)
        return RedirectResponse(ADDRESS, 303)

    @routes.post("")
    async def tell(request: Request, principal: SignedIn, agency: Short = "", form: Short = "", room: Short = "") -> Response:
        said = has_room(room)
        if said is None:
            return await pages.page(request, principal, agency, room, CHOOSE, 422)
        await pages.tell(principal, agency, form, said=said)
        return RedirectResponse(ADDRESS, 303)

    return routes
