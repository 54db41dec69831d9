"""`/intake/peran`: the district says yes or no to roles that a school's own import asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.intake.roster.asked_roles import RoleRequests, wish_of
from shared.access import Principal, SignedIn
from shared.asked import Asked, Fingerprint
from shared.errors import Refused, Sentences
from shared.pages import Text, say
from shared.pages.roles import ROLES

MAY: Mapping[str, Text] = {
    "counsellor": say("membaca dan menangani kasus sekolah itu"),
    "coordinator": say("membaca kasus sekolah itu, memutus konflik, dan membagikan akun"),
    "principal": say("menyetujui rujukan dan memutus konflik"),
    "vice-principal": say("memulihkan akun sekolah itu"),
    "school-operator": say("mengimpor data sekolah itu dan membagikan undangan"),
}
"""What each role may that only the district gives."""

_Field = Annotated[str, Form(max_length=200)]


def router(requests: RoleRequests) -> APIRouter:
    """`/intake/peran`."""
    routes, page = APIRouter(prefix="/intake/peran", include_in_schema=False), requests.appointing.kernel.frame.page

    @routes.get("")
    async def waiting(request: Request, principal: SignedIn) -> HTMLResponse:
        told = {"waiting": await requests.waiting(principal), "roles": ROLES, "may": MAY, "saved": "tersimpan" in request.query_params}
        return page(request, "roster/roles.html", told | {"notice": None})

    @routes.post("")
    async def answer(
        request: Request, principal: SignedIn, person: _Field = "", role: _Field = "", school: _Field = "", jawaban: _Field = ""
    ) -> Response:
        waiting = await requests.waiting(principal)
        try:
            wish = wish_of(person, role, school, waiting)
            await requests.answer(principal, wish, _asked(principal, person, role, school), granted=jawaban == "ya")
        except Refused as refused:
            told = {"waiting": waiting, "roles": ROLES, "may": MAY, "saved": False, "notice": Sentences(refused.indonesian, refused.english)}
            return page(request, "roster/roles.html", told, refused.status)
        return RedirectResponse("/intake/peran?tersimpan=1", 303)

    return routes


def _asked(principal: Principal, *wish: str) -> Asked:
    """Nothing is kept under a key: a second answer finds that nothing waits any more."""
    return Asked(f"{principal.id} {' '.join(wish)}", None, Fingerprint(b"", b""), uuid4())
