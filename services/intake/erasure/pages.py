"""The district's page of erasures: find the person, see what would end and what forbids it, then end it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.intake.domain.doubles import DOUBLES, STREAM
from services.intake.domain.erasure import Ground, Scope
from services.intake.erasure.office import ErasureOffice
from services.intake.erasure.office import Wanted as ErasureWanted
from services.intake.erasure.routes import is_theirs, require_theirs, told, told_of_dry_run
from services.intake.erasure.view import Listed
from services.intake.subjects.finding import KINDS, Match, SubjectFinder, Wanted
from services.intake.subjects.searching import Typed, told_of
from shared.access import Principal, SignedIn
from shared.asking import asked_with_key
from shared.decider import load
from shared.pages import say

_LIST = "/intake/penghapusan"
_Person = Annotated[str, Form(max_length=100)]

GROUNDS: Mapping[Ground, str] = {
    "asked": say("orangnya sendiri atau walinya meminta (UU PDP pasal 43)"),
    "consent-withdrawn": say("persetujuan dicabut"),
    "unlawful": say("data itu tidak boleh disimpan sejak awal"),
    "retention-over": say("masa simpan menurut jadwal retensi arsip sudah berakhir (UU PDP pasal 44)"),
}
SCOPES: Mapping[Scope, str] = {"everything": say("semua data orang ini"), "counselling-notes": say("hanya catatan konseling")}
STATES = {
    "underway": say("sedang berjalan"),
    "held": say("ditahan"),
    "completed": say("selesai"),
    "would-end": say("dapat dihapus"),
    "would-be-held": say("belum boleh dihapus"),
}
HOLDS = {
    "legal-hold": say("Data dikunci untuk proses hukum"),
    "open-case": say("Kasus masih ditangani, maka tidak ada yang dihapus: tutup kasusnya lebih dahulu, lalu minta penghapusan lagi"),
    "open-task": say("Rujukan masih dikerjakan mitra"),
    "in-service": say("Orang ini masih bertugas: akhiri tugasnya lebih dahulu"),
}
PURPOSES = {
    "identity": say("nama dan tanggal lahir"),
    "contact": say("alamat surel dan telepon"),
    "concern": say("isi laporan"),
    "case": say("isi kasus dan surat"),
    "counselling": say("catatan konseling"),
    "guardian-notice": say("pesan kepada orang tua/wali"),
    "package": say("berkas rujukan"),
    "answer": say("jawaban orang tua/wali dan mitra"),
    "sign-in": say("cara masuk"),
}


@dataclass(frozen=True, slots=True)
class Requested:
    """An erasure as the page lists it."""

    person: Match
    erasure: Listed


def pages(office: ErasureOffice, finder: SubjectFinder) -> APIRouter:
    """`/intake/penghapusan`."""
    routes = APIRouter(prefix=_LIST, include_in_schema=False)
    erasures, frame = office.inquiry.erasures, office.kernel.frame

    def shown(request: Request, template: str, more: Mapping[str, object], status: int = 200) -> HTMLResponse:
        words = {"grounds": GROUNDS, "scopes": SCOPES, "states": STATES, "hold_words": HOLDS, "purposes": PURPOSES}
        return frame.page(request, template, {**words, **more}, status)

    async def list_of(request: Request, principal: Principal, wanted: Wanted | None = None) -> HTMLResponse:
        theirs = [each for each in await erasures.newest() if await is_theirs(erasures, principal, each.person)]
        search = await told_of(finder, principal, wanted)
        asked = [Requested(await finder.match(each.person), each) for each in theirs]
        more = {"retention": bool(office.inquiry.schedule.rules), "asked": asked, "zone": office.kernel.settings.time_zone}
        return shown(request, "erasure/list.html", {**search, **more}, 422 if search["search_errors"] else 200)

    @routes.get("")
    async def listed(request: Request, principal: SignedIn) -> HTMLResponse:
        return await list_of(request, principal)

    @routes.post("/cari")
    async def find(request: Request, principal: SignedIn, wanted: Typed) -> HTMLResponse:
        return await list_of(request, principal, wanted)

    @routes.post("/periksa")
    async def look(
        request: Request, principal: SignedIn, person: _Person = "", ground: Ground = Form("asked"), scope: Scope = Form("everything")
    ) -> HTMLResponse:
        """What would end; nothing is stored. Raises: NotFound."""
        if not person:
            return await list_of(request, principal, Wanted())
        await require_theirs(erasures, principal, person)
        found = told_of_dry_run(person, await office.dry_run(ErasureWanted(person, ground, scope, principal.id)))
        more = {"found": found, "person": await finder.match(person), "kinds": KINDS, "ground": ground, "scope": scope, "key": str(uuid4())}
        more["double"] = await _double(office, person)
        return shown(request, "erasure/look.html", more)

    @routes.post("")
    async def end(
        request: Request,
        principal: SignedIn,
        key: Annotated[UUID, Form()],
        person: _Person = "",
        ground: Ground = Form("asked"),
        scope: Scope = Form("everything"),
    ) -> Response:
        """key: of the form that was looked at: sent again, it asks for nothing new."""
        await require_theirs(erasures, principal, person)
        typed = {"person": person, "ground": ground, "scope": scope}
        once = await asked_with_key(office.kernel.fingerprints, request, principal, key, typed)
        await office.ask(ErasureWanted(person, ground, scope, principal.id), once)
        return RedirectResponse(f"{_LIST}/{person}", 303)

    @routes.get("/{person}")
    async def one(request: Request, person: str, principal: SignedIn) -> HTMLResponse:
        await require_theirs(erasures, principal, person)
        found = told(await office.of(person), office)
        statement = json.loads(found.receipt.statement) if found.receipt else None
        more = {"found": found, "statement": statement, "ground": "asked", "scope": "everything", "double": await _double(office, person)}
        return shown(request, "erasure/one.html", more)

    return routes


async def _double(office: ErasureOffice, person: str) -> str | None:
    """The other id of a child who stands in the roster twice: what lies under it ends only if it is asked for as well (ADR 58)."""
    return (await load(office.kernel.store, DOUBLES, STREAM)).state.same_child(person)
