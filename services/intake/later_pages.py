"""The pages after a concern was sent: how it stands, and what its reporter adds. The receipt is all that they ask for; it stands in no address."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import uuid4

from fastapi import APIRouter, Form
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
from shared.service import Kernel
from shared.typed import with_plain_line_breaks

STATES = {
    "received": "Diterima, menunggu dibaca / Received, waiting to be read",
    "read": "Sudah dibaca / Read",
    "in_progress": "Sedang ditangani / Being worked on",
    "closed": "Selesai / Closed",
}
OUTCOMES = {
    "helped": "Murid sudah dibantu. / The student was helped.",
    "referred": "Dilanjutkan ke pihak yang lebih mampu. / Handed to somebody more able.",
    "no-action-needed": "Tidak perlu tindakan lebih lanjut. / No further action was needed.",
    "transferred": "Diteruskan ke sekolah lain. / Passed on to another school.",
    "not-reached": "Murid tidak dapat ditemui. / The student could not be reached.",
}
_UNKNOWN = "Tanda terima ini tidak ditemukan. Periksa huruf-hurufnya. / No concern has this receipt: check the letters."
_EMPTY = "Tuliskan keterangannya, paling banyak 20.000 huruf. / Write what you want to add, at most 20,000 letters."
_CHANGED = (
    "Keterangan sebelumnya sudah diterima. Kirim lagi untuk menyimpan isi yang baru ini. / The earlier words were kept; send again to keep these."
)


def router(kernel: Kernel, adding: Adding, reporters: Reporters) -> APIRouter:
    """`/intake/status` and `/intake/tambah`."""
    routes, page = APIRouter(prefix="/intake", include_in_schema=False), Pages(kernel).page

    @routes.get("/status")
    async def ask_status(_: SignedIn) -> HTMLResponse:
        return page("status.html")

    @routes.post("/status")
    async def show_status(_: SignedIn, receipt: str = Form("")) -> HTMLResponse:
        try:
            concern = await reporters.by_receipt(receipt)
        except NotFound:
            return page("status.html", {"error": _UNKNOWN}, 404)
        return page("status.html", empty_addition() | _stands(concern) | {"receipt": receipt})

    @routes.post("/tambah")
    async def add(
        principal: SignedIn, receipt: str = Form(""), nonce: str = Form("", max_length=100), text: str = Form(""), facts: list[str] = Form([])
    ) -> HTMLResponse:
        typed = empty_addition() | {"receipt": receipt, "text": text, "facts": facts, "nonce": nonce}
        try:
            concern = await reporters.by_receipt(receipt)
            addition = Addition(text=text, facts=dict.fromkeys(facts, True))
            added = await adding.add(concern, addition, await _asked(kernel, concern, nonce, [with_plain_line_breaks(text), *facts]), principal)
        except NotFound:
            return page("adding.html", typed | {"error": _UNKNOWN, "which": True}, 404)
        except ValidationError:
            return page("adding.html", typed | {"error": _EMPTY}, 422)
        except IdempotencyMismatch:  # this form was sent before with other words: the new words are not stored yet
            return page("adding.html", typed | {"error": _CHANGED, "nonce": str(uuid4())}, 409)
        return page("added.html", empty_addition() | _stands(added) | {"receipt": receipt}, 201)

    return routes


async def _asked(kernel: Kernel, concern: Concern, nonce: str, said: Sequence[object]) -> Asked:
    """One sending of the form: sent again by mistake, it adds nothing."""
    scope = f"form POST /intake/tambah {concern.concern}"
    fingerprint = await kernel.fingerprints.of(json.dumps(said).encode())
    return Asked(scope, nonce or None, fingerprint, derived_id(TANGGAP, scope, nonce or uuid4()))


def _stands(concern: Concern) -> dict[str, object]:
    return {"state": STATES[concern.state], "outcome": OUTCOMES.get(concern.outcome or "")}
