"""The page behind the link of the directory's mail. Looking changes nothing, because mail programs open links by themselves; it needs no scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.notifications.secret_address import secret_page, unknown_link
from services.notifications.upkeep.links import UNDER, AgencyLinks
from services.notifications.upkeep.saying import Upkeep
from services.notifications.upkeep.wording import CHOOSE, has_room, room_form
from shared.access import SignedIn
from shared.pages import Text
from shared.service import Kernel

Short = Annotated[str, Form(max_length=200)]


@dataclass(frozen=True, slots=True)
class UpkeepPages:
    """Answers what a browser at the agency asks."""

    kernel: Kernel
    upkeep: Upkeep
    links: AgencyLinks

    async def behind(self, token: str) -> str | None:
        """Whose link it is; None where it leads nowhere, whatever the reason. Raises: Unavailable."""
        agency = await self.links.find(token, self.kernel.clock.now())
        return agency if agency and (await self.upkeep.known(agency)).registered else None

    async def page(self, request: Request, token: str, typed: str, errors: Mapping[str, Text], status: int) -> HTMLResponse:
        """The question, and what was answered last."""
        agency = await self.behind(token)
        if agency is None:
            return unknown_link(self.kernel.frame, request)
        told = {
            **room_form(await self.upkeep.known(agency), typed, errors),
            "action": f"{UNDER}{token}",
            "assure": f"{UNDER}{token}/benar",
            "edit": "",
            "withdraw": "",
            "zone": self.kernel.settings.time_zone,
        }
        return secret_page(self.kernel.frame, request, "upkeep/link.html", told, status)

    async def answer(self, request: Request, token: str, form: str, room: str) -> Response:
        """Keeps the answer; another page is shown after it, so that *reload* sends nothing."""
        agency, said = await self.behind(token), has_room(room)
        if agency is None or said is None:
            return await self.page(request, token, room, CHOOSE, 422)
        await self.upkeep.tell(agency, form or str(uuid4()), f"link:{agency}", has_room=said, channel="link")
        return RedirectResponse(f"{UNDER}{token}", 303)

    async def assure(self, request: Request, token: str) -> Response:
        """The entry is still true."""
        agency = await self.behind(token)
        if agency is None:
            return unknown_link(self.kernel.frame, request)
        await self.upkeep.assure(agency, f"link:{agency}", "link")
        return RedirectResponse(f"{UNDER}{token}", 303)


def router(pages: UpkeepPages) -> APIRouter:
    """`/notifications/k/{token}`."""
    routes = APIRouter(prefix="/notifications/k", include_in_schema=False)

    @routes.get("/{token}")
    async def look(token: str, request: Request, _: SignedIn) -> Response:
        return await pages.page(request, token, "", {}, 200)

    @routes.post("/{token}")
    async def answer(token: str, request: Request, _: SignedIn, form: Short = "", room: Short = "") -> Response:
        return await pages.answer(request, token, form, room)

    @routes.post("/{token}/benar")
    async def assure(token: str, request: Request, _: SignedIn) -> Response:
        return await pages.assure(request, token)

    return routes
