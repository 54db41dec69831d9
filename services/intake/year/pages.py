"""`/intake/tahun-ajaran`: a coordinator prepares and confirms the new year of the own school (ADR 70)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.intake.year.office import Confirmed
from services.intake.year.screens import ADDRESS, YearScreens, target_of
from shared.access import Principal, SignedIn
from shared.errors import NotFound, Refused, Sentences

_Short = Annotated[str, Form(max_length=200)]
_School = Annotated[str, Query(max_length=200)]
_Many = Annotated[list[str], Form()]
_Ids = Annotated[str, Form(max_length=100_000)]

_READ_FIRST = Sentences(
    "Baca dahulu daftar kasus terbuka, lalu centang bahwa Anda sudah membacanya.",
    "Read the list of open cases first, then tick that you have read it.",
)
_NOT_HERE = Sentences("Itu tidak ada lagi di sekolah Anda. Muat ulang halaman ini.", "That is not at your school any more. Load this page again.")


def router(screens: YearScreens) -> APIRouter:
    """Every form leads back to the page."""
    routes = APIRouter(prefix=ADDRESS, include_in_schema=False)
    _planning(routes, screens)
    _beginning(routes, screens)
    _teachers(routes, screens)
    return routes


def _planning(routes: APIRouter, screens: YearScreens) -> None:
    @routes.get("")
    async def shown(request: Request, principal: SignedIn, sekolah: _School = "") -> HTMLResponse:
        return await screens.shown(request, principal, sekolah)

    @routes.get("/murid")
    async def of_class(request: Request, principal: SignedIn, sekolah: _School = "", kelas: _School = "") -> HTMLResponse:
        return await screens.of_class(request, principal, sekolah, kelas)

    @routes.post("/kelas")
    async def classes(request: Request, principal: SignedIn, kelas: _Many, ke: _Many, sekolah: _Short = "") -> Response:
        async def plan() -> None:
            told = await screens.chosen(principal, sekolah)
            now = {each.title for each in told.classes}
            if len(kelas) != len(ke) or set(kelas) != now:
                raise NotFound("the classes of this school are others by now")
            await screens.office.plan(told.school, {each: target_of(to, each) for each, to in zip(kelas, ke, strict=True)}, principal.id)

        return await _done(screens, request, principal, sekolah, plan)

    @routes.post("/murid")
    async def students(request: Request, principal: SignedIn, murid: _Many, ke: _Many, sekolah: _Short = "") -> Response:
        async def set_apart() -> None:
            told = await screens.chosen(principal, sekolah)
            homerooms = {each.person: each.homeroom for each in told.students}
            if len(murid) != len(ke) or not homerooms.keys() >= set(murid):
                raise NotFound("one of these students is not at this school any more")
            said = dict(zip(murid, ke, strict=True))
            apart = {each: target_of(to, homerooms[each] or "") for each, to in said.items() if to != "ikut"}
            await screens.office.set_apart(told.school, apart, [each for each, to in said.items() if to == "ikut"], principal.id)

        return await _done(screens, request, principal, sekolah, set_apart)


def _beginning(routes: APIRouter, screens: YearScreens) -> None:
    @routes.post("/konfirmasi")
    async def confirm(
        request: Request, principal: SignedIn, sekolah: _Short = "", kasus: _Ids = "", dibaca: _Short = "",
        pindah: Annotated[int, Form()] = 0, keluar: Annotated[int, Form()] = 0,
    ) -> Response:  # fmt: skip
        if kasus and not dibaca:
            return await screens.shown(request, principal, sekolah, _READ_FIRST, 422)

        async def begin() -> None:
            seen = Confirmed(frozenset(each for each in kasus.split(",") if each), pindah, keluar)
            await screens.office.begin(await screens.chosen(principal, sekolah), seen, principal.id)

        return await _done(screens, request, principal, sekolah, begin)

    @routes.post("/lanjutkan")
    async def go_on(request: Request, principal: SignedIn, sekolah: _Short = "") -> Response:
        async def continued() -> None:
            await screens.office.go_on((await screens.chosen(principal, sekolah)).school, principal.id)

        return await _done(screens, request, principal, sekolah, continued)

    @routes.post("/kembali")
    async def take_back(request: Request, principal: SignedIn, sekolah: _Short = "", murid: _Short = "") -> Response:
        async def back() -> None:
            await screens.office.take_back((await screens.chosen(principal, sekolah)).school, murid, principal.id)

        return await _done(screens, request, principal, sekolah, back)


def _teachers(routes: APIRouter, screens: YearScreens) -> None:
    @routes.post("/wali")
    async def homeroom(request: Request, principal: SignedIn, sekolah: _Short = "", orang: _Short = "", akhiri: _Short = "") -> Response:
        async def change() -> None:
            school = (await screens.chosen(principal, sekolah)).school
            await (screens.teachers.end if akhiri else screens.teachers.add)(principal, school, orang)

        return await _done(screens, request, principal, sekolah, change)


async def _done(screens: YearScreens, request: Request, principal: Principal, school: str, act: Callable[[], Awaitable[None]]) -> Response:
    """Does it; where that is refused, the page says why."""
    try:
        await act()
    except NotFound:
        return await screens.shown(request, principal, "", _NOT_HERE, 404)
    except Refused as refused:
        return await screens.shown(request, principal, school, Sentences(refused.indonesian, refused.english), refused.status)
    return RedirectResponse(screens.address(school, saved=True), 303)
