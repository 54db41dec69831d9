"""The routes: `/cases/kegiatan`, one of them, its steps, and its letters. What nobody has is listed in `standing/pages.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from services.cases.forms.giving_back import giving_back
from services.cases.forms.wording import Form as Asked
from services.cases.letters.gathering import Gathered
from services.cases.letters.pages import DocumentPages, Place, Typed
from services.cases.standing.kept import GROUP_KIND
from services.cases.without_case.acting import MINE, Acting
from services.cases.without_case.finding import Finding
from services.cases.without_case.opened import place_of, strategy_of
from services.cases.without_case.shown import Showing
from shared.access import Principal, SignedIn
from shared.pages import Frame, say

_LEAD = say("Surat dan laporan resmi kegiatan ini: yang sudah terbit, dan yang dapat diterbitkan.")


@dataclass(frozen=True, slots=True)
class Pages:
    """Everything that the routes need. forms: by the name of their command."""

    frame: Frame
    finding: Finding
    showing: Showing
    acting: Acting
    documents: DocumentPages
    forms: Mapping[str, Asked]

    async def mine(self, request: Request, principal: Principal) -> HTMLResponse:
        """What is theirs, and what they may begin."""
        told = {
            "rows": [await self.showing.row(each) for each in await self.finding.of(principal)],
            "begins": [(each.address, self.forms[each.command.called].title, each.school) for each in await self.acting.beginning.of(principal)],
            "saved": "tersimpan" in request.query_params,
        }
        return self.frame.page(request, "without_case/mine.html", told)

    async def one(self, request: Request, principal: Principal, kind: str, name: str) -> HTMLResponse:
        """Raises: NotFound."""
        thing = await self.acting.opening.of(principal, kind, name)
        told = await self.showing.one(principal, thing, request.query_params.get("tersimpan", ""))
        return self.frame.page(request, "without_case/one.html", told)

    async def gathered(self, principal: Principal, kind: str, name: str) -> Gathered:
        """What its letters are made from. Raises: NotFound."""
        subjects = self.documents.subjects
        if kind == GROUP_KIND:
            return await subjects.group(principal, name)
        return await subjects.alone(principal, strategy_of(subjects.gathering.casework, kind), name)

    def letters(self, kind: str, name: str) -> Place:
        """Where they stand."""
        title = self.showing.words.titles["group-counselling" if kind == GROUP_KIND else kind]
        return Place(f"/cases/tanpa-kasus/{kind}/{name}/surat", place_of(kind, name), title, _LEAD)


def router(pages: Pages) -> APIRouter:
    """What stands below `/cases/tanpa-kasus/baru` goes before what stands below a kind."""
    routes = APIRouter(prefix="/cases", include_in_schema=False, route_class=giving_back(pages.frame, pages.forms))

    @routes.get(MINE.removeprefix("/cases"))
    async def mine(request: Request, principal: SignedIn) -> HTMLResponse:
        return await pages.mine(request, principal)

    _beginning(routes, pages.acting)
    _steps(routes, pages.acting)
    _letters(routes, pages)

    @routes.get("/tanpa-kasus/{kind}/{name}")
    async def one(kind: str, name: str, request: Request, principal: SignedIn) -> HTMLResponse:
        return await pages.one(request, principal, kind, name)

    return routes


def _beginning(routes: APIRouter, acting: Acting) -> None:
    @routes.get("/tanpa-kasus/baru/{called}")
    async def empty(called: str, request: Request, principal: SignedIn) -> Response:
        return await acting.empty(request, principal, acting.begin(request, principal, called))

    @routes.post("/tanpa-kasus/baru/{called}")
    async def send(called: str, request: Request, principal: SignedIn) -> Response:
        return await acting.send(request, principal, acting.begin(request, principal, called))

    @routes.post("/tanpa-kasus/baru/{called}/konsep")
    async def keep(called: str, request: Request, principal: SignedIn) -> Response:
        return await acting.keep(request, principal, acting.begin(request, principal, called))


def _steps(routes: APIRouter, acting: Acting) -> None:
    path = "/tanpa-kasus/{kind}/{name}/langkah/{called}"

    @routes.get(path)
    async def empty(kind: str, name: str, called: str, request: Request, principal: SignedIn) -> Response:
        return await acting.empty(request, principal, await acting.step(principal, kind, name, called))

    @routes.post(path)
    async def send(kind: str, name: str, called: str, request: Request, principal: SignedIn) -> Response:
        return await acting.send(request, principal, await acting.step(principal, kind, name, called))

    @routes.post(f"{path}/konsep")
    async def keep(kind: str, name: str, called: str, request: Request, principal: SignedIn) -> Response:
        return await acting.keep(request, principal, await acting.step(principal, kind, name, called))


def _letters(routes: APIRouter, pages: Pages) -> None:
    path = "/tanpa-kasus/{kind}/{name}/surat"

    @routes.get(path)
    async def listing(kind: str, name: str, request: Request, principal: SignedIn) -> HTMLResponse:
        gathered = await pages.gathered(principal, kind, name)
        told = await pages.documents.listing(pages.letters(kind, name), gathered)
        return pages.frame.page(request, "letters/documents.html", told | {"reason": None})

    @routes.get(f"{path}/{{document}}/{{version}}")
    async def letter(kind: str, name: str, document: str, version: int, request: Request, principal: SignedIn) -> HTMLResponse:
        gathered = await pages.gathered(principal, kind, name)
        return await pages.documents.shown(request, principal, pages.letters(kind, name), gathered, (document, version))

    @routes.post(f"{path}/{{document}}/{{version}}")
    async def issue(
        kind: str, name: str, document: str, version: int, request: Request, principal: SignedIn, typed: Annotated[Typed, Form()]
    ) -> Response:
        gathered = await pages.gathered(principal, kind, name)
        return await pages.documents.sent(request, principal, pages.letters(kind, name), gathered, (document, version), typed)
