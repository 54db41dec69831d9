"""`/cases/sekolah`: what a school says of itself, each setting on a page of its own, and *Siapkan sekolah* before them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.cases.domain.case.paper import BringIn
from services.cases.forms.giving import Outcome
from services.cases.letters.emblem import LARGEST
from services.cases.school.calendar import Of, SchoolCalendar
from services.cases.school.giving import Sent, sent_by
from services.cases.school.paper import PaperPage
from services.cases.school.readiness import Readiness
from services.cases.school.rota import Rota
from services.cases.school.whose import Whose, changes
from shared.access import Principal, SignedIn
from shared.errors import NotFound
from shared.service import Kernel

_LONGEST = 200
_UNTOUCHED = Outcome(status=200)

Change = Callable[[Principal, str, Sent], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class SchoolPages:
    """The pages of one school."""

    kernel: Kernel
    whose: Whose
    rota: Rota
    calendar: SchoolCalendar
    paper: PaperPage
    readiness: Readiness

    async def shown(self, request: Request, principal: Principal, school: str, template: str, told: Mapping[str, Any]) -> HTMLResponse:
        """A page of this school. Raises: NotFound: it is not theirs."""
        outcome: Outcome = told.get("outcome", _UNTOUCHED)
        around = {
            "school": school,
            "school_name": await self.whose.named(principal, school),
            "changes": changes(principal, school),
            "key": str(uuid4()),
            "errors": outcome.errors,
            "notice": outcome.notice,
            "saved": "tersimpan" in request.query_params,
            "typed": told.get("sent", Sent({}, "")).first,
            "address": f"/cases/sekolah/{school}",
        }
        return self.kernel.frame.page(request, f"school/{template}.html", {**around, **told}, outcome.status)


def router(pages: SchoolPages) -> APIRouter:
    """The routes below `/cases/sekolah`."""
    routes = APIRouter(prefix="/cases/sekolah", include_in_schema=False)
    _choosing(routes, pages)
    _rota(routes, pages)
    _calendar(routes, pages)
    _paper(routes, pages)
    return routes


def _choosing(routes: APIRouter, pages: SchoolPages) -> None:
    @routes.get("")
    async def schools(request: Request, principal: SignedIn, sekolah: Annotated[str, Query(max_length=_LONGEST)] = "") -> Response:
        theirs = await pages.whose.schools(principal)
        chosen = sekolah or (theirs[0][0] if len(theirs) == 1 else "")
        if chosen in dict(theirs):
            return RedirectResponse(f"/cases/sekolah/{chosen}", 303)
        return pages.kernel.frame.page(request, "school/choose.html", {"schools": theirs})

    @routes.get("/{school}")
    async def readiness(school: str, request: Request, principal: SignedIn) -> HTMLResponse:
        await pages.whose.named(principal, school)
        brings_in = principal.works_at(school, *pages.kernel.access.permissions.command(BringIn.permission).roles)
        return await pages.shown(request, principal, school, "readiness", {**await pages.readiness.of(school), "brings_in": brings_in})


def _changing(routes: APIRouter, pages: SchoolPages, path: str, page: str, change: Change, shown: Callable[..., Awaitable[HTMLResponse]]) -> None:
    """One form: what it changes, and where it leads; where that fails, the page with what was typed."""

    async def act(school: str, request: Request, principal: SignedIn) -> Response:
        await pages.whose.named(principal, school)
        sent = await sent_by(request)
        outcome = await change(principal, school, sent)
        if outcome.saved:
            return RedirectResponse(f"/cases/sekolah/{school}/{page}?tersimpan=1", 303)
        return await shown(school, request, principal, {"outcome": outcome, "sent": sent})

    routes.post(path)(act)


def _rota(routes: APIRouter, pages: SchoolPages) -> None:
    async def shown(school: str, request: Request, principal: Principal, beside: Mapping[str, Any]) -> HTMLResponse:
        await pages.whose.named(principal, school)
        return await pages.shown(request, principal, school, "rota", {**await pages.rota.told(principal, school), **beside})

    @routes.get("/{school}/piket")
    async def rota(school: str, request: Request, principal: SignedIn) -> HTMLResponse:
        return await shown(school, request, principal, {})

    _changing(routes, pages, "/{school}/piket", "piket", pages.rota.record, shown)
    _changing(routes, pages, "/{school}/piket/selesai", "piket", pages.rota.end, shown)


def _calendar(routes: APIRouter, pages: SchoolPages) -> None:
    async def shown(school: str, request: Request, principal: Principal, beside: Mapping[str, Any]) -> HTMLResponse:
        await pages.whose.named(principal, school)
        return await pages.shown(request, principal, school, "calendar", {**await pages.calendar.told(Of(school)), **beside})

    def of_school(change: Callable[[Principal, Of, Sent], Awaitable[Outcome]]) -> Change:
        return lambda principal, school, sent: change(principal, Of(school), sent)

    @routes.get("/{school}/kalender")
    async def calendar(school: str, request: Request, principal: SignedIn) -> HTMLResponse:
        return await shown(school, request, principal, {})

    _changing(routes, pages, "/{school}/kalender", "kalender", of_school(pages.calendar.add), shown)
    _changing(routes, pages, "/{school}/kalender/hapus", "kalender", of_school(pages.calendar.remove), shown)
    _changing(routes, pages, "/{school}/kalender/minggu", "kalender", of_school(pages.calendar.week), shown)


def _paper(routes: APIRouter, pages: SchoolPages) -> None:
    async def shown(school: str, request: Request, principal: Principal, beside: Mapping[str, Any]) -> HTMLResponse:
        await pages.whose.named(principal, school)
        return await pages.shown(request, principal, school, "paper", {**await pages.paper.told(school), **beside})

    @routes.get("/{school}/surat")
    async def paper(school: str, request: Request, principal: SignedIn) -> HTMLResponse:
        return await shown(school, request, principal, {})

    for path, change in (
        ("kop", pages.paper.letterhead),
        ("nomor", pages.paper.pattern),
        ("urutan", pages.paper.series),
        ("penanda-tangan", pages.paper.signatory),
        ("penanda-tangan/hapus", pages.paper.no_signatory),
    ):
        _changing(routes, pages, f"/{{school}}/surat/{path}", "surat", change, shown)

    @routes.get("/{school}/surat/lambang")
    async def picture(school: str, principal: SignedIn) -> Response:
        await pages.whose.named(principal, school)
        found = await pages.paper.picture(school)
        if found is None:
            raise NotFound("the school has no emblem")
        return Response(found, media_type="image/svg+xml", headers={"content-security-policy": "default-src 'none'; style-src 'none'; sandbox"})

    @routes.post("/{school}/surat/lambang")
    async def emblem(
        school: str,
        request: Request,
        principal: SignedIn,
        picture: Annotated[UploadFile | None, File()] = None,
        key: Annotated[str, Form(max_length=_LONGEST)] = "",
    ) -> Response:
        await pages.whose.named(principal, school)
        came = await picture.read(LARGEST + 1) if picture else b""
        outcome = await pages.paper.emblem(principal, school, Sent({}, key or str(uuid4())), came)
        if outcome.saved:
            return RedirectResponse(f"/cases/sekolah/{school}/surat?tersimpan=1", 303)
        return await shown(school, request, principal, {"outcome": outcome})


def district_router(pages: SchoolPages) -> APIRouter:
    """`/cases/kalender`: the calendar of the whole district."""
    routes, page = APIRouter(prefix="/cases/kalender", include_in_schema=False), pages.kernel.frame.page
    district = Of(None)

    async def shown(request: Request, outcome: Outcome, sent: Sent) -> HTMLResponse:
        told = {
            "key": str(uuid4()),
            "changes": True,
            "school": "",
            "address": "/cases",
            "errors": outcome.errors,
            "notice": outcome.notice,
            "saved": "tersimpan" in request.query_params,
            "typed": sent.first,
        }
        return page(request, "school/calendar.html", {**told, **await pages.calendar.told(district)}, outcome.status)

    @routes.get("")
    async def calendar(request: Request, _: SignedIn) -> HTMLResponse:
        return await shown(request, _UNTOUCHED, Sent({}, ""))

    def changing(path: str, change: Callable[[Principal, Of, Sent], Awaitable[Outcome]]) -> None:
        async def act(request: Request, principal: SignedIn) -> Response:
            sent = await sent_by(request)
            outcome = await change(principal, district, sent)
            return RedirectResponse("/cases/kalender?tersimpan=1", 303) if outcome.saved else await shown(request, outcome, sent)

        routes.post(path)(act)

    changing("", pages.calendar.add)
    changing("/hapus", pages.calendar.remove)
    changing("/minggu", pages.calendar.week)
    return routes
