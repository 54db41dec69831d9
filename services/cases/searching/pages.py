"""`/cases/cari-murid`: a name is sent in the body, because addresses carry no names."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from services.cases.searching.finding import Finding
from services.cases.searching.spelling import words_of
from shared.access import SignedIn
from shared.pages import Text, say
from shared.service import Kernel

_LONGEST = 200
"""Letters of a name that somebody looks for."""

_MOST_WORDS = 8


def router(kernel: Kernel, finding: Finding) -> APIRouter:
    """The page of the search, and what it finds."""
    routes, page = APIRouter(prefix="/cases", include_in_schema=False), kernel.frame.page

    @routes.get("/cari-murid")
    async def ask(request: Request, _: SignedIn) -> HTMLResponse:
        return page(request, "searching/search.html", {"typed": "", "errors": {}, "found": None})

    @routes.post("/cari-murid")
    async def search(request: Request, principal: SignedIn, nama: Annotated[str, Form()] = "") -> HTMLResponse:
        typed, errors = asked_for(nama)
        if errors:
            return page(request, "searching/search.html", {"typed": typed, "errors": errors, "found": None}, 422)
        found = await finding.of(principal, nama)
        return page(request, "searching/search.html", {"typed": nama, "errors": {}, "found": found})

    return routes


def asked_for(name: str) -> tuple[str, dict[str, Text]]:
    """What was typed, and what is wrong with it as a name."""
    words = words_of(name[:_LONGEST])
    if not words or len(name) > _LONGEST or len(words) > _MOST_WORDS:
        return name[:_LONGEST], {"nama": say("Tuliskan nama murid, atau awal namanya.")}
    return name, {}
