"""`/intake/perbaikan`: a school mends what an import set aside of its people, until the source says it right (ADR 79)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, cast, get_args

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.intake.domain.mends import Mended
from services.intake.mending.office import MENDS_ROSTERS, MendingOffice
from services.intake.mending.showing import of_school
from services.intake.roster.person import Person
from shared.access import Principal, SignedIn
from shared.errors import NotFound, Refused, Sentences
from shared.pages import Text, say

ADDRESS = "/intake/perbaikan"

FIELDS: dict[Mended, Text] = {"name": say("Nama"), "born": say("Tanggal lahir"), "homeroom": say("Kelas"), "guardian": say("Orang tua/wali")}

_Field = Annotated[str, Form(max_length=200)]

_NOT_HERE = Sentences(
    "Orang itu tidak ada lagi di sekolah Anda. Muat ulang halaman ini.", "That person is not at your school any more. Load this page again."
)
_CHOOSE = Sentences("Pilih apa yang diperbaiki, lalu isi yang benar.", "Choose what is mended, then fill in what is right.")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was sent. form: from the form of the person, which shows again why it was refused, and what was typed."""

    person: str
    field: str = ""
    typed: str = ""
    form: bool = False


@dataclass(frozen=True, slots=True)
class MendPages:
    """Shows the list of a school, and the form of one person."""

    office: MendingOffice

    async def listed(self, request: Request, principal: Principal, notice: Text | None = None, status: int = 200) -> HTMLResponse:
        mine = principal.schools(*MENDS_ROSTERS)
        schools = [(str(each["school"]), each["name"] or "") for each in await self.office.directory.schools() if each["school"] in mine]
        told = {"schools": [await of_school(self.office, school, name) for school, name in schools], "fields": FIELDS, "notice": notice}
        return self._page(request, "list", told | {"saved": "tersimpan" in request.query_params}, status)

    async def form(self, request: Request, principal: Principal, asked: Asked, notice: Text | None = None, status: int = 200) -> HTMLResponse:
        """What was typed comes back as it was. Raises: NotFound."""
        last = await self.office.person(principal, asked.person)
        typed = {asked.field: asked.typed} if asked.form else {}
        return self._page(request, "person", {"person": last, "offered": _offered(last), "typed": typed, "notice": notice}, status)

    def _page(self, request: Request, template: str, told: dict[str, Any], status: int) -> HTMLResponse:
        return self.office.importing.kernel.frame.page(request, f"mending/{template}.html", told | {"address": ADDRESS}, status)


def router(pages: MendPages) -> APIRouter:
    """Every form leads back to the list."""
    routes = APIRouter(prefix=ADDRESS, include_in_schema=False)

    @routes.get("")
    async def listed(request: Request, principal: SignedIn) -> HTMLResponse:
        return await pages.listed(request, principal)

    @routes.get("/orang")
    async def form(request: Request, principal: SignedIn, orang: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
        try:
            return await pages.form(request, principal, Asked(orang))
        except NotFound:
            return await pages.listed(request, principal, _NOT_HERE, 404)

    @routes.post("")
    async def mend(request: Request, principal: SignedIn, orang: _Field = "", bagian: _Field = "", isi: _Field = "") -> Response:
        async def act(field: Mended) -> None:
            await pages.office.mend(principal, orang, field, isi)

        return await _done(pages, request, principal, Asked(orang, bagian, isi, form=True), act)

    @routes.post("/batal")
    async def undo(request: Request, principal: SignedIn, orang: _Field = "", bagian: _Field = "") -> Response:
        async def act(field: Mended) -> None:
            await pages.office.undo(principal, orang, field)

        return await _done(pages, request, principal, Asked(orang, bagian), act)

    return routes


async def _done(pages: MendPages, request: Request, principal: Principal, asked: Asked, act: Callable[[Mended], Awaitable[None]]) -> Response:
    """Does it; where that is refused, the page says why."""
    try:
        field = _field(asked.field)
        if field is None:
            return await _again(pages, request, principal, asked, _CHOOSE, 422)
        await act(field)
    except NotFound:
        return await pages.listed(request, principal, _NOT_HERE, 404)
    except Refused as refused:
        return await _again(pages, request, principal, asked, Sentences(refused.indonesian, refused.english), refused.status)
    return RedirectResponse(f"{ADDRESS}?tersimpan=1", 303)


async def _again(pages: MendPages, request: Request, principal: Principal, asked: Asked, notice: Text, status: int) -> HTMLResponse:
    if asked.form:
        return await pages.form(request, principal, asked, notice, status)
    return await pages.listed(request, principal, notice, status)


def _field(told: str) -> Mended | None:
    return cast("Mended", told) if told in get_args(Mended) else None


def _offered(person: Person) -> dict[Mended, Text]:
    """The fields that can be mended here."""
    return FIELDS if person.kind == "student" else {"name": FIELDS["name"]}
