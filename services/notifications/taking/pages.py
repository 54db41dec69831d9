"""The page behind such a link. It says nothing of the case; looking changes nothing, and reading anything needs signing in.

The alert's ladder stops by it. The case goes on asking for somebody who takes it in hand there: its own clocks do not stop by a link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.notifications.case_people import KeptPeople
from services.notifications.domain.alert import ALERT, Acknowledge, Alert
from services.notifications.secret_address import secret_page, unknown_link
from services.notifications.taking.links import AlertLink, AlertLinks
from services.notifications.views import Roster
from shared.access import SignedIn
from shared.decider import execute, load
from shared.message import TANGGAP, Occasion, derived_id
from shared.service import Kernel


@dataclass(frozen=True, slots=True)
class Taking:
    """Takes alerts in hand for whoever holds a link."""

    kernel: Kernel
    roster: Roster
    links: AlertLinks

    async def behind(self, token: str) -> tuple[AlertLink, Alert] | None:
        """The alert, if the link holds and its person may still hear of it; None for anything else, whatever the reason. Raises: Unavailable."""
        link = await self.links.find(token)
        if link is None or link.until <= self.kernel.clock.now():
            return None
        alert = (await load(self.kernel.store, ALERT, link.alert)).state
        if alert.raised is None or link.person not in alert.people or not await self.roster.is_there(link.person):
            return None
        away = await KeptPeople(self.kernel.database).keeps_away(alert.raised.case, alert.raised.school, link.person)
        return None if away else (link, alert)

    async def take(self, link: AlertLink, alert: Alert) -> Alert:
        """Once: whoever took it first has it. Raises: Unavailable."""
        cause = derived_id(TANGGAP, "taken-by-link", link.alert, link.person)
        occasion = Occasion(link.person, alert.raised.school if alert.raised else None, self.kernel.clock.now(), cause, cause)
        return (await execute(self.kernel.store, ALERT, link.alert, Acknowledge(by=link.person), occasion)).state


def router(taking: Taking) -> APIRouter:
    """`/notifications/a/{token}`."""
    routes, frame = APIRouter(prefix="/notifications/a", include_in_schema=False), taking.kernel.frame

    def page(request: Request, told: Mapping[str, object] | None) -> HTMLResponse:
        return secret_page(frame, request, "taking/alert.html", told) if told else unknown_link(frame, request)

    @routes.get("/{token}")
    async def look(token: str, request: Request, _: SignedIn) -> HTMLResponse:
        found = await taking.behind(token)
        return page(request, _shown(*found) if found else None)

    @routes.post("/{token}")
    async def take(token: str, request: Request, _: SignedIn) -> HTMLResponse:
        found = await taking.behind(token)
        return page(request, _shown(found[0], await taking.take(*found)) if found else None)

    return routes


def _shown(link: AlertLink, alert: Alert) -> Mapping[str, object]:
    """case: only for whoever took it; its page asks for signing in."""
    mine = alert.acknowledged_by == link.person
    return {"mine": mine, "taken": alert.acknowledged_by is not None, "case": alert.raised.case if mine and alert.raised else ""}
