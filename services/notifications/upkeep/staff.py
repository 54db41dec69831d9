"""The district's partner agencies as staff see them: who has room, who was asked. Asking names nobody; what was said by phone is noted here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.notifications.domain.agency import NoSuchAgency
from services.notifications.domain.agency_correction import WithdrawCorrection
from services.notifications.families.wording import STATES as SENDING
from services.notifications.reasons import attempt_text
from services.notifications.upkeep.saying import Upkeep
from services.notifications.upkeep.wording import CHOOSE, has_room, room_form
from services.notifications.views import Reader, deliveries, listed, not_reached
from shared.access import Principal, SignedIn
from shared.pages import Text
from shared.service import Kernel

Short = Annotated[str, Form(max_length=200)]
ADDRESS = "/notifications/mitra"
_KEEPERS = ("district-duty", "district-officer")
"""Who may take an agency's own words back: whoever keeps the directory, for all schools."""


@dataclass(frozen=True, slots=True)
class DirectoryPages:
    """Answers what a member of staff asks."""

    kernel: Kernel
    upkeep: Upkeep

    async def listed(self, request: Request, principal: Principal) -> HTMLResponse:
        """Every agency by name, first those whom somebody has to phone. Raises: StillBuilding."""
        phone = await not_reached(self.upkeep.outbox, Reader(principal.id, None))
        now = self.kernel.clock.now().astimezone(ZoneInfo(self.kernel.settings.time_zone))
        rows = [
            {
                "id": each.agency,
                "name": each.name,
                "room": each.room,
                "days": each.room.days(now),
                "holds": each.room.holds(now),
                "old": each.is_old(now),
                "phone": each.agency in phone,
            }
            for each in await listed(self.upkeep.outbox)
        ]
        return self.kernel.frame.page(request, "upkeep/list.html", {"agencies": sorted(rows, key=lambda each: not each["phone"])})

    async def page(self, request: Request, principal: Principal, agency: str, typed: str, errors: Mapping[str, Text], status: int) -> HTMLResponse:
        """One agency. Raises: NoSuchAgency."""
        known = await self.upkeep.known(agency)
        if known.registered is None:
            raise NoSuchAgency
        told = {
            **room_form(known, typed, errors),
            "agency": agency,
            "can_be_asked": known.can_be_asked,
            "sent": await self._sent(principal, agency),
            "sending": SENDING,
            "attempt_text": attempt_text,
            "action": f"{ADDRESS}/catat",
            "assure": f"{ADDRESS}/benar",
            "edit": "",
            "withdraw": f"{ADDRESS}/kembali" if principal.holds(*_KEEPERS) else "",
            "zone": self.kernel.settings.time_zone,
        }
        return self.kernel.frame.page(request, "upkeep/agency.html", told, status)

    async def _sent(self, principal: Principal, agency: str) -> list[dict[str, Any]]:
        """The last message that the directory sent to this agency, with its attempts."""
        found = await deliveries(self.upkeep.outbox, Reader(principal.id, None), "")
        return [each for each in found if each["receiver"] == agency and each["task"] is None and each["kind"] in ("room", "reminder", "webhook")][
            -1:
        ]


def router(pages: DirectoryPages) -> APIRouter:
    """`/notifications/mitra`, and below it one agency, asking it, and noting what it said."""
    routes = APIRouter(prefix=ADDRESS, include_in_schema=False)

    @routes.get("")
    async def every(request: Request, principal: SignedIn) -> HTMLResponse:
        return await pages.listed(request, principal)

    @routes.get("/lembaga")
    async def look(request: Request, principal: SignedIn, agency: str = "") -> HTMLResponse:
        return await pages.page(request, principal, agency, "", {}, 200)

    @routes.post("/tanya")
    async def ask(principal: SignedIn, agency: Short = "") -> Response:
        await pages.upkeep.ask(agency, principal.id)
        return _back(agency)

    @routes.post("/benar")
    async def assure(principal: SignedIn, agency: Short = "") -> Response:
        await pages.upkeep.assure(agency, principal.id, "phone")
        return _back(agency)

    @routes.post("/kembali")
    async def withdraw(principal: SignedIn, agency: Short = "", service: Short = "") -> Response:
        await pages.upkeep.correct(agency, WithdrawCorrection(service=service, by=principal.id, at=pages.kernel.clock.now()))
        return _back(agency)

    @routes.post("/catat")
    async def note(request: Request, principal: SignedIn, agency: Short = "", form: Short = "", room: Short = "") -> Response:
        said = has_room(room)
        if said is None:
            return await pages.page(request, principal, agency, room, CHOOSE, 422)
        await pages.upkeep.tell(agency, form or str(uuid4()), principal.id, has_room=said, channel="phone")
        return _back(agency)

    return routes


def _back(agency: str) -> RedirectResponse:
    return RedirectResponse(f"{ADDRESS}/lembaga?{urlencode({'agency': agency})}", 303)
