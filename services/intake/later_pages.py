"""The pages after a concern was sent: how it stands, and what its reporter adds. The receipt is all that they ask for; it stands in no address."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from services.intake.adding import Adding, Addition
from services.intake.domain.concern import Concern
from services.intake.rendering import Pages, empty_addition
from services.intake.reporters import Reporters
from shared.access import SignedIn
from shared.asked import Asked
from shared.errors import IdempotencyMismatch, NotFound
from shared.message import TANGGAP, derived_id
from shared.pages import say
from shared.service import Kernel
from shared.typed import with_plain_line_breaks

STATES = {
    "received": say("Diterima, menunggu dibaca"),
    "read": say("Sudah dibaca"),
    "in_progress": say("Sedang ditangani"),
    "closed": say("Selesai"),
}
OUTCOMES = {
    "helped": say("Murid sudah dibantu."),
    "referred": say("Dilanjutkan ke pihak yang lebih mampu."),
    "no-action-needed": say("Tidak perlu tindakan lebih lanjut."),
    "transferred": say("Diteruskan ke sekolah lain."),
    "not-reached": say("Murid tidak dapat ditemui."),
}
_UNKNOWN = say("Tanda terima ini tidak ditemukan. Periksa huruf-hurufnya.")
_EMPTY = say("Tuliskan keterangannya, paling banyak 20.000 huruf.")
_CHANGED = say("Keterangan sebelumnya sudah diterima. Kirim lagi untuk menyimpan isi yang baru ini.")


def router(kernel: Kernel, adding: Adding, reporters: Reporters) -> APIRouter:
    """`/intake/status` and `/intake/tambah`."""
    routes, page = APIRouter(prefix="/intake", include_in_schema=False), Pages(kernel).page

    @routes.get("/status")
    async def ask_status(request: Request, _: SignedIn) -> HTMLResponse:
        return page(request, "status.html", {"receipt": ""})

    @routes.post("/status")
    async def show_status(request: Request, _: SignedIn, receipt: str = Form("")) -> HTMLResponse:
        try:
            concern = await reporters.by_receipt(receipt)
        except NotFound:
            return page(request, "status.html", {"receipt": receipt, "errors": {"receipt": _UNKNOWN}}, 404)
        return page(request, "stands.html", empty_addition() | _stands(concern) | {"receipt": receipt})

    @routes.post("/tambah")
    async def add(
        request: Request,
        principal: SignedIn,
        receipt: str = Form(""),
        nonce: str = Form("", max_length=100),
        text: str = Form(""),
        facts: list[str] = Form([]),
    ) -> HTMLResponse:
        typed = empty_addition() | {"receipt": receipt, "text": text, "facts": facts, "nonce": nonce}
        try:
            concern = await reporters.by_receipt(receipt)
            addition = Addition(text=text, facts=dict.fromkeys(facts, True))
            added = await adding.add(concern, addition, await _asked(kernel, concern, nonce, [with_plain_line_breaks(text), *facts]), principal)
        except NotFound:
            return page(request, "adding.html", typed | {"errors": {"receipt": _UNKNOWN}, "which": True}, 404)
        except ValidationError:
            return page(request, "adding.html", typed | {"errors": {"text": _EMPTY}}, 422)
        except IdempotencyMismatch:  # this form was sent before with other words: the new words are not stored yet
            return page(request, "adding.html", typed | {"errors": {"text": _CHANGED}, "nonce": str(uuid4())}, 409)
        return page(request, "added.html", empty_addition() | _stands(added) | {"receipt": receipt}, 201)

    return routes


async def _asked(kernel: Kernel, concern: Concern, nonce: str, said: Sequence[object]) -> Asked:
    """One sending of the form: sent again by mistake, it adds nothing."""
    scope = f"form POST /intake/tambah {concern.concern}"
    fingerprint = await kernel.fingerprints.of(json.dumps(said).encode())
    return Asked(scope, nonce or None, fingerprint, derived_id(TANGGAP, scope, nonce or uuid4()))


def _stands(concern: Concern) -> dict[str, object]:
    return {"state": STATES[concern.state], "outcome": OUTCOMES.get(concern.outcome or "", "")}
