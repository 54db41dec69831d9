"""The page behind a guardian's link. It shows no details, and looking at it changes nothing, because mail programs open links by themselves."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape

from services.notifications.domain.notice import NOTICE, EndNotice
from services.notifications.links import Links
from shared.access import SignedIn
from shared.decider import execute
from shared.errors import NotFound
from shared.message import TANGGAP, Occasion, derived_id
from shared.service import Kernel

_NOT_TOLD = {"referrer-policy": "no-referrer"}
"""The address is the secret: no other page is told of it."""

_PAGES = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape())


def router(kernel: Kernel) -> APIRouter:
    """`/notifications/n/<token>`."""
    routes = APIRouter(prefix="/notifications/n", include_in_schema=False)

    links = Links(kernel.database, kernel.keys)

    async def notice_of(token: str) -> str:
        notice = await links.notice_of(token)
        if notice is None:
            raise NotFound("this link is not known: call the school")
        return notice

    @routes.get("/{token}")
    async def look(token: str, _: SignedIn) -> HTMLResponse:
        await notice_of(token)
        return HTMLResponse(_PAGES.get_template("notice.html").render(confirmed=False), headers=_NOT_TOLD)

    @routes.post("/{token}")
    async def confirm(token: str, _: SignedIn) -> HTMLResponse:
        notice = await notice_of(token)
        cause = derived_id(TANGGAP, "notice-confirmed", notice)
        occasion = Occasion("guardian:link", None, kernel.clock.now(), cause, cause)
        await execute(kernel.store, NOTICE, f"notice-{notice}", EndNotice(outcome="acknowledged"), occasion)
        return HTMLResponse(_PAGES.get_template("notice.html").render(confirmed=True), headers=_NOT_TOLD)

    return routes
