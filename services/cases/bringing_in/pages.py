"""`/cases/berjalan`: whose case runs on paper; `/cases/berjalan/{student}`: what its file says (people.md, The desk)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from services.cases.bringing_in.form import BringingIn
from services.cases.forms.giving_back import giving_back
from services.cases.searching.finding import Finding
from services.cases.searching.pages import asked_for
from shared.access import SignedIn
from shared.pages import say

_TITLE = say("Masukkan kasus berjalan")


def router(bringing: BringingIn, finding: Finding) -> APIRouter:
    """The pages. A name is sent in the body, because addresses carry no names."""
    frame = bringing.road.kernel.frame
    routes = APIRouter(prefix="/cases/berjalan", include_in_schema=False, route_class=giving_back(frame, {}, _TITLE))

    @routes.get("")
    async def ask(request: Request, _: SignedIn, tersimpan: str = "") -> HTMLResponse:
        return frame.page(request, "bringing_in/whom.html", {"typed": "", "errors": {}, "found": None, "saved": tersimpan == "1"})

    @routes.post("")
    async def search(request: Request, principal: SignedIn, nama: Annotated[str, Form()] = "") -> HTMLResponse:
        typed, errors = asked_for(nama)
        told = {"typed": typed, "errors": errors, "found": None, "saved": False}
        if errors:
            return frame.page(request, "bringing_in/whom.html", told, 422)
        found = await finding.of(principal, nama)
        mine = [each for each in found.students if bringing.whom.brings_in(principal, each.school)]
        return frame.page(request, "bringing_in/whom.html", told | {"found": mine, "more": found.more})

    @routes.get("/{student}")
    async def form(student: str, request: Request, principal: SignedIn) -> Response:
        return await bringing.form(request, principal, student)

    @routes.post("/{student}/konsep")
    async def keep(student: str, request: Request, principal: SignedIn) -> Response:
        return await bringing.keep(request, principal, student)

    @routes.post("/{student}")
    async def send(student: str, request: Request, principal: SignedIn) -> Response:
        return await bringing.send(request, principal, student)

    return routes
