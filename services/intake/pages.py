"""The public form. It works without JavaScript, asks only what it needs, and never shows a receipt unless the concern was stored."""

from __future__ import annotations

import json
from uuid import uuid4

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError

from services.intake.raising import ConcernBody, Raising
from services.intake.rendering import DANGERS, Pages, empty_addition
from services.intake.views import Directory
from shared.access import SignedIn
from shared.asked import Asked
from shared.errors import IdempotencyMismatch, Invalid
from shared.message import TANGGAP, derived_id
from shared.service import Kernel
from shared.typed import with_plain_line_breaks

CATEGORIES = (
    ("bullying", "Perundungan / Bullying"), ("physical-violence", "Kekerasan fisik / Physical violence"),
    ("sexual-violence", "Kekerasan seksual / Sexual violence"), ("self-harm", "Menyakiti diri / Self-harm"),
    ("suicide", "Pikiran mengakhiri hidup / Suicidal thoughts"), ("drugs", "NAPZA / Drugs"), ("family", "Keluarga / Family"),
    ("emotional", "Perasaan / Feelings"), ("learning", "Belajar / Learning"), ("career", "Karier dan masa depan / Career"),
    ("social", "Pertemanan / Friends"), ("truancy", "Membolos / Truancy"), ("other", "Lainnya / Something else"),
)  # fmt: skip
_CHANGED = [
    (
        "narrative",
        "Laporan sebelumnya sudah diterima. Kirim lagi untuk menyimpan isi yang baru ini. / The earlier words were kept; send again to keep these.",
    ),
]


def router(kernel: Kernel, raising: Raising, directory: Directory) -> APIRouter:
    """The pages under `/intake`."""
    routes = APIRouter(prefix="/intake", include_in_schema=False)
    page = Pages(kernel).page

    async def form(given: dict[str, object], errors: list[tuple[str, str]], nonce: str, status: int = 200) -> HTMLResponse:
        told = {"given": given, "errors": errors, "nonce": nonce, "categories": CATEGORIES, "dangers": DANGERS}
        return page("form.html", told | {"schools": await directory.schools()}, status)

    @routes.get("/")
    async def start(_: SignedIn) -> RedirectResponse:
        return RedirectResponse("/intake/lapor")

    @routes.get("/lapor")
    async def empty_form(_: SignedIn) -> HTMLResponse:
        return await form({"categories": (), "facts": ()}, [], str(uuid4()))

    @routes.post("/lapor")
    async def send(
        principal: SignedIn,
        nonce: str = Form("", max_length=100),
        school: str = Form(""),
        about: str = Form("other"),
        description: str = Form(""),
        narrative: str = Form(""),
        reply_to: str = Form(""),
        categories: list[str] = Form([]),
        facts: list[str] = Form([]),
    ) -> HTMLResponse:
        given: dict[str, object] = {
            "school": school, "about": about, "description": description, "narrative": with_plain_line_breaks(narrative), "reply_to": reply_to,
            "categories": categories, "facts": facts,
        }  # fmt: skip
        scope = "form POST /intake/lapor"
        fingerprint = await kernel.fingerprints.of(json.dumps(given, sort_keys=True).encode())
        command = Asked(scope, nonce or None, fingerprint, derived_id(TANGGAP, scope, nonce or uuid4()))
        try:
            accepted = await raising.accept(_body(given), command, principal)
        except IdempotencyMismatch:  # this form was sent before with other words: the new words are not stored yet
            return await form(given, _CHANGED, str(uuid4()), 409)
        except (ValidationError, Invalid):
            return await form(given, _errors(given), nonce or str(uuid4()), 422)
        return page("receipt.html", empty_addition() | {"receipt": accepted.receipt}, 201)

    return routes


def _body(given: dict[str, object]) -> ConcernBody:
    """The form as a concern. A box that is not ticked means unknown, not no."""
    facts = given["facts"]
    assert isinstance(facts, list)
    return ConcernBody.model_validate(
        {
            "school": given["school"],
            "students": [{"description": given["description"], "role": "affected"}],
            "kind": "need" if given["about"] == "self" and not facts else "incident",
            "categories": given["categories"] or ["other"],
            "narrative": given["narrative"],
            "facts": dict.fromkeys(facts, True),
            "channel": "web",
            "reporter": {"kind": "student" if given["about"] == "self" else "anonymous", "reply_to": given["reply_to"] or None},
        }
    )


def _errors(given: dict[str, object]) -> list[tuple[str, str]]:
    needed = (
        ("school", "Pilih sekolah. / Choose the school."),
        ("description", "Tuliskan siapa murid itu. / Say who the student is."),
        ("narrative", "Tuliskan apa yang terjadi. / Say what happened."),
    )
    missing = [(name, text) for name, text in needed if not str(given[name]).strip()]
    return missing or [("narrative", "Ada isian yang tidak dapat diterima; periksa kembali. / Something cannot be accepted; check again.")]
