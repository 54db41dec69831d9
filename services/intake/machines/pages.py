"""`/intake/kunci-mesin`: who may call from a machine of their own, what for and until when; a new key is shown once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.intake.machines.form import Typed
from services.intake.machines.office import KeyOffice, Listed
from shared.access import Principal, SignedIn
from shared.asked import Asked, Fingerprint
from shared.errors import Refused, Sentences, Unavailable
from shared.message import TANGGAP, derived_id
from shared.pages import Text, say

_HERE = "/intake/kunci-mesin"

SCOPES: Mapping[str, Text] = {
    "referrals:read": say("membaca rujukan untuk lembaga itu"),
    "referrals:answer": say("menjawab rujukan untuk lembaga itu"),
    "children:send": say("merujuk anak ke sekolah"),
    "directory:read": say("membaca direktori lembaga"),
    "statistics:read": say("membaca angka kabupaten/kota, tanpa angka kecil"),
}
"""What each scope allows, as it is shown."""

STATES: Mapping[str, Text] = {"holds": say("Berlaku"), "revoked": say("Dicabut"), "over": say("Sudah berakhir")}

_Field = Annotated[str, Form(max_length=200)]
_Scopes = Annotated[list[str], Form(max_length=20)]


def router(office: KeyOffice) -> APIRouter:
    """`/intake/kunci-mesin`."""
    routes, screen = APIRouter(prefix=_HERE, include_in_schema=False), KeyScreen(office)

    @routes.get("")
    async def listed(request: Request, _: SignedIn) -> HTMLResponse:
        return await screen.list(request, Typed())

    @routes.post("")
    async def issue(
        request: Request, principal: SignedIn, key: Annotated[UUID, Form()], agency: _Field = "", name: _Field = "", scopes: _Scopes = [],  # noqa: B006
        days: _Field = "",
    ) -> HTMLResponse:  # fmt: skip
        """key: of the form: sent twice, it gives one key."""
        return await screen.issue(request, principal, Typed(agency, name, tuple(scopes), days), key)

    @routes.post("/cabut")
    async def revoke(principal: SignedIn, id: Annotated[str, Form(max_length=16)] = "") -> Response:  # noqa: A002 - a form's field
        await office.revoke(principal, id, Asked(f"{principal.id} {id}", None, Fingerprint(b"", b""), uuid4()))
        return RedirectResponse(f"{_HERE}?dicabut=1", 303)

    return routes


class KeyScreen:
    """Shows the keys, and gives a new one."""

    def __init__(self, office: KeyOffice) -> None:
        self._office = office

    async def list(self, request: Request, typed: Typed, errors: Mapping[str, Text] | None = None, status: int = 200) -> HTMLResponse:
        """Every key there ever was, and the form as far as it was filled in. Ending a key needs nobody else to answer."""
        names, known = await self._names()
        rows = [self._row(each, names) for each in await self._office.listed()]
        more = {"scopes": list(SCOPES.items()), "states": STATES, "revoked": "dicabut" in request.query_params, "known": known}
        told = {"rows": rows, "agencies": list(names.items()), "typed": typed, "errors": errors or {}, "key": str(uuid4()), **more}
        return self._office.kernel.frame.page(request, "machines/keys.html", told, status)

    async def issue(self, request: Request, principal: Principal, typed: Typed, key: UUID) -> HTMLResponse:
        """The one page that shows it, or the form with what is wrong."""
        if flaws := typed.flaws(frozenset(self._office.scopes()[typed.kind])):
            return await self.list(request, typed, flaws, 422)
        try:
            given = await self._office.issue(principal, typed.wanted(), await self._asked(principal, typed, key))
        except Refused as refused:
            return await self.list(request, typed, {"": Sentences(refused.indonesian, refused.english)}, refused.status)
        names, _ = await self._names()
        told = {"value": given.value, "holder": names.get(given.issued.holder, given.issued.holder), "until": given.issued.until}
        return self._office.kernel.frame.page(request, "machines/given.html", told, 201)

    async def _asked(self, principal: Principal, typed: Typed, key: UUID) -> Asked:
        """The form as a command of its own. key: of the form."""
        scope = f"{principal.id} POST {_HERE}"
        return Asked(scope, str(key), await self._office.kernel.fingerprints.of(repr(typed).encode()), derived_id(TANGGAP, scope, key))

    async def _names(self) -> tuple[Mapping[str, str], bool]:
        """The agencies' names, and whether notifications told them."""
        try:
            return await self._office.agencies.names(), True
        except Unavailable:
            return {}, False

    def _row(self, each: Listed, names: Mapping[str, str]) -> dict[str, Any]:
        over = each.issued.until <= self._office.kernel.clock.now()
        state = "revoked" if each.revoked_at else "over" if over else "holds"
        may = [SCOPES.get(scope, scope) for scope in each.issued.scopes]
        return {"told": each.issued, "name": names.get(each.issued.holder, each.issued.holder), "state": state, "used_at": each.used_at, "may": may}
