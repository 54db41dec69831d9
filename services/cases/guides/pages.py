"""`/cases/panduan`: the guides of all roles, one's own first, and each as a file to read or print. They say nothing about anybody."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.cases.guides.guide import guide_of
from services.cases.guides.printing import printed, title_of
from services.cases.guides.words import WORDS
from services.cases.letters.rendering import Press
from shared.access import SignedIn
from shared.errors import NotFound
from shared.events import Role
from shared.service import Kernel


def router(kernel: Kernel, press: Press) -> APIRouter:
    """press: the one that prints letters, so that both share its threads. Whoever has an account may print any guide, to hand it to a colleague."""
    routes, frame = APIRouter(prefix="/cases/panduan", include_in_schema=False), kernel.frame

    @routes.get("")
    async def listed(request: Request, principal: SignedIn) -> HTMLResponse:
        speaking = frame.speaking(request)
        guides = [(role, title_of(guide_of(role), speaking)) for role in WORDS.sees]
        own = [each for each in guides if each[0] in principal.roles]
        return frame.page(request, "guides/guides.html", {"own": own, "others": [each for each in guides if each not in own]})

    @routes.get("/{role}")
    async def one(role: Role, request: Request, _: SignedIn) -> Response:
        if role not in WORDS.sees:
            raise NotFound("there is no guide for this role")
        speaking = frame.speaking(request)
        file = await press.made(lambda: printed(guide_of(role), speaking))
        named = {"content-disposition": f'inline; filename="panduan-{role}.pdf"', "content-language": speaking.texts.language}
        return Response(file, media_type="application/pdf", headers=named)

    return routes
