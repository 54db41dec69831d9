"""The page behind a guardian's link. It shows no details, and looking at it changes nothing, because mail programs open links by themselves."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.notifications.domain.notice import NOTICE, EndNotice
from services.notifications.links import Links
from shared.access import SignedIn
from shared.decider import execute
from shared.message import TANGGAP, Occasion, derived_id
from shared.service import Kernel

_NOT_TOLD = {"referrer-policy": "no-referrer"}
"""The address is the secret: no other page is told of it."""


def router(kernel: Kernel) -> APIRouter:
    """`/notifications/n/<token>`."""
    routes, page = APIRouter(prefix="/notifications/n", include_in_schema=False), kernel.frame.page
    links = Links(kernel.database, kernel.keys)

    @routes.get("/{token}")
    async def look(token: str, request: Request, _: SignedIn) -> HTMLResponse:
        if await links.notice_of(token) is None:
            return page(request, "unknown_link.html", status=404, headers=_NOT_TOLD)
        return page(request, "notice.html", {"confirmed": False}, headers=_NOT_TOLD)

    @routes.post("/{token}")
    async def confirm(token: str, request: Request, _: SignedIn) -> HTMLResponse:
        notice = await links.notice_of(token)
        if notice is None:
            return page(request, "unknown_link.html", status=404, headers=_NOT_TOLD)
        cause = derived_id(TANGGAP, "notice-confirmed", notice)
        occasion = Occasion("guardian:link", None, kernel.clock.now(), cause, cause)
        await execute(kernel.store, NOTICE, f"notice-{notice}", EndNotice(outcome="acknowledged"), occasion)
        return page(request, "notice.html", {"confirmed": True}, headers=_NOT_TOLD)

    return routes
