"""`/intake/data-ganda`: a school says whether two records are one child (ADR 58)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.intake.roster.doubles import Answer, DoublesDesk
from shared.access import Principal, SignedIn
from shared.errors import NotFound, Refused, Sentences
from shared.pages import Text

ADDRESS = "/intake/data-ganda"

_Field = Annotated[str, Form(max_length=200)]

_ANSWERS: dict[str, Answer] = {"satu": "one", "dua": "two", "batal": "undo"}
_CHOOSE = Sentences(
    "Pilih catatan yang dipakai seterusnya, lalu tekan salah satu tombol.",
    "Choose the record that is used from now on, then press one of the buttons.",
)
_NOT_HERE = Sentences(
    "Catatan itu tidak ada lagi di sekolah Anda. Muat ulang halaman ini.", "That record is not at your school any more. Load this page again."
)


def router(desk: DoublesDesk) -> APIRouter:
    """`/intake/data-ganda`."""
    routes, page = APIRouter(prefix=ADDRESS, include_in_schema=False), desk.kernel.frame.page

    @routes.get("")
    async def shown(request: Request, principal: SignedIn) -> HTMLResponse:
        return await _page(request, principal, None, 200)

    @routes.post("")
    async def answer(
        request: Request, principal: SignedIn, one: _Field = "", other: _Field = "", pakai: _Field = "", jawaban: _Field = ""
    ) -> Response:
        said, kept = _ANSWERS.get(jawaban), pakai or one
        if said is None or kept not in (one, other) or not (one and other):
            return await _page(request, principal, _CHOOSE, 422)
        try:
            await desk.say(principal, kept, other if kept == one else one, said)
        except NotFound:
            return await _page(request, principal, _NOT_HERE, 404)
        except Refused as refused:
            return await _page(request, principal, Sentences(refused.indonesian, refused.english), refused.status)
        return RedirectResponse(f"{ADDRESS}?tersimpan=1", 303)

    async def _page(request: Request, principal: Principal, notice: Text | None, status: int) -> HTMLResponse:
        told = {"schools": await desk.of(principal), "notice": notice, "saved": "tersimpan" in request.query_params}
        return page(request, "roster/doubles.html", told, status)

    return routes
