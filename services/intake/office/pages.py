"""`/intake/dinas`: the district's own people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.intake.office.giving import given_by
from services.intake.office.people import OfficePeople, body_of
from services.intake.office.school_kinds import SCHOOL_KINDS
from services.intake.roster.appointing import DismissBody
from shared.access import Principal, SignedIn
from shared.asked import Asked, Fingerprint
from shared.errors import Invalid, Refused, Sentences
from shared.events import SchoolKind, StaffRole
from shared.message import TANGGAP, derived_id
from shared.pages import Text, say
from shared.pages.roles import ROLES

PAGE = "/intake/dinas"
_Field = Annotated[str, Form(max_length=300)]

_WRONG: Mapping[str, Text] = {
    "name": say("Tuliskan nama lengkapnya. Bila dua orang bernama sama, bedakan misalnya dengan gelar."),
    "role": say("Pilih perannya."),
    "email": say("Alamat surel ini tidak dapat dipakai. Tulis satu alamat, misalnya nama@dinas.go.id."),
    "phone": say("Nomor telepon ini tidak dapat dipakai. Tulis misalnya 0811-2345-678."),
    "school": say("Sekolah ini tidak dikenal. Pilih dari daftar."),
    "kind": say("Pilih jenis sekolah dari daftar."),
}
"""By field: what whoever typed it can do."""


def router(people: OfficePeople) -> APIRouter:
    """Who appoints is kept with every appointment."""
    routes, kernel = APIRouter(prefix=PAGE, include_in_schema=False), people.appointing.kernel

    async def shown(
        request: Request, principal: Principal, typed: Mapping[str, str], errors: Mapping[str, Text], notice: Text | None = None, status: int = 200
    ) -> HTMLResponse:
        given = given_by(principal.roles)
        schools = [(str(each["school"]), str(each["name"])) for each in await people.appointing.directory.schools()]
        told = {
            "held": await people.of(principal), "given": [(role, ROLES[role]) for role in given], "schools": schools,
            "kinds": list(SCHOOL_KINDS.items()), "typed": typed, "errors": errors, "notice": notice, "saved": "tersimpan" in request.query_params,
            "invites": principal.holds("system-administrator"), "key": str(uuid4()),
        }  # fmt: skip
        return kernel.frame.page(request, "office/people.html", told, status)

    async def form(principal: Principal, typed: Mapping[str, str], key: UUID) -> Asked:
        """One command however often it is sent; who goes back and types another name makes another one."""
        scope = f"{principal.id} POST {PAGE}/angkat"
        cause = derived_id(TANGGAP, scope, key, *typed.values())
        return Asked(scope, str(cause), await kernel.fingerprints.of(repr(sorted(typed.items())).encode()), cause)

    @routes.get("")
    async def listed(request: Request, principal: SignedIn) -> HTMLResponse:
        return await shown(request, principal, _NOTHING, {})

    @routes.post("/angkat")
    async def appoint(
        request: Request, principal: SignedIn, key: Annotated[UUID, Form()], name: _Field = "", email: _Field = "", phone: _Field = "",
        role: _Field = "", school: _Field = "", kind: _Field = "",
    ) -> Response:  # fmt: skip
        """key: of the form: sent twice, it makes one person."""
        typed = {"name": name, "email": email, "phone": phone, "role": role, "school": school, "kind": kind}
        try:
            body = body_of(typed)
            await people.appoint(principal, body, await form(principal, typed, key))
        except Invalid as invalid:
            return await shown(request, principal, typed, _errors(invalid), status=invalid.status)
        except Refused as refused:
            return await shown(request, principal, typed, {}, Sentences(refused.indonesian, refused.english), refused.status)
        return RedirectResponse(f"{PAGE}?tersimpan=1", 303)

    @routes.post("/berhentikan")
    async def dismiss(
        request: Request, principal: SignedIn, role: Annotated[StaffRole, Form()], person: _Field = "", school: _Field = "",
        kind: Annotated[SchoolKind | None, Form()] = None,
    ) -> Response:  # fmt: skip
        body = DismissBody(person=person, role=role, school=school or None, kind=kind)
        try:
            await people.dismiss(principal, body, _asked(principal, person, role, school, kind or ""))
        except Refused as refused:
            return await shown(request, principal, _NOTHING, {}, Sentences(refused.indonesian, refused.english), refused.status)
        return RedirectResponse(f"{PAGE}?tersimpan=1", 303)

    return routes


_NOTHING: Mapping[str, str] = {"name": "", "email": "", "phone": "", "role": "", "school": "", "kind": ""}


def _errors(invalid: Invalid) -> dict[str, Text]:
    fields = [fault.pointer.removeprefix("/") for fault in invalid.faults]
    return {("name" if field == "person" else field): _WRONG["name" if field == "person" else field] for field in fields}


def _asked(principal: Principal, *said: str) -> Asked:
    """Nothing is kept under a key: the same dismissal again changes nothing."""
    return Asked(f"{principal.id} {' '.join(said)}", None, Fingerprint(b"", b""), uuid4())
