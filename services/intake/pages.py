"""The public form. It works without JavaScript, asks only what it needs, and never shows a receipt unless the concern was stored."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape
from pydantic import ValidationError

from services.intake.api import by_receipt
from services.intake.raising import ConcernBody, Raising
from services.intake.views import Directory
from shared.access import SignedIn
from shared.asking import Asked
from shared.errors import IdempotencyMismatch, Invalid, NotFound
from shared.message import TANGGAP, derived_id
from shared.school_day import national
from shared.service import Kernel

_PAGES = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape())

CATEGORIES = (
    ("bullying", "Perundungan / Bullying"), ("physical-violence", "Kekerasan fisik / Physical violence"),
    ("sexual-violence", "Kekerasan seksual / Sexual violence"), ("self-harm", "Menyakiti diri / Self-harm"),
    ("suicide", "Pikiran mengakhiri hidup / Suicidal thoughts"), ("drugs", "NAPZA / Drugs"), ("family", "Keluarga / Family"),
    ("emotional", "Perasaan / Feelings"), ("learning", "Belajar / Learning"), ("career", "Karier dan masa depan / Career"),
    ("social", "Pertemanan / Friends"), ("truancy", "Membolos / Truancy"), ("other", "Lainnya / Something else"),
)  # fmt: skip
DANGERS = (
    ("unsafe_now", "Tidak aman malam ini / Not safe tonight"), ("weapon", "Ada senjata / A weapon"), ("injury", "Ada luka / An injury"),
    ("suicide_attempt", "Ada percobaan bunuh diri / An attempt to die"), ("suicide_plan", "Ada rencana bunuh diri / A plan to die"),
    ("missing", "Tidak diketahui keberadaannya / Missing"),
)  # fmt: skip
STATES = {
    "received": "Diterima / Received",
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
_CHANGED = [
    (
        "narrative",
        "Laporan sebelumnya sudah diterima. Kirim lagi untuk menyimpan isi yang baru ini. / The earlier words were kept; send again to keep these.",
    ),
]
_HOURS = range(7, 15)


def router(kernel: Kernel, raising: Raising, directory: Directory) -> APIRouter:  # noqa: C901 - one function a page
    """The pages under `/intake`."""
    routes = APIRouter(prefix="/intake", include_in_schema=False)
    calendar = national(kernel.settings.time_zone)

    def page(name: str, status: int = 200, **told: object) -> HTMLResponse:
        now = calendar.local(kernel.clock.now())
        on_duty = calendar.is_school_day(now.date()) and now.hour in _HOURS
        return HTMLResponse(_PAGES.get_template(name).render(on_duty=on_duty, **told), status)

    async def form(given: dict[str, object], errors: list[tuple[str, str]], nonce: str, status: int = 200) -> HTMLResponse:
        told = {"given": given, "errors": errors, "nonce": nonce, "categories": CATEGORIES, "dangers": DANGERS}
        return page("form.html", status, schools=await directory.schools(), **told)

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
            "school": school, "about": about, "description": description, "narrative": narrative, "reply_to": reply_to,
            "categories": categories, "facts": facts,
        }  # fmt: skip
        scope = "form POST /intake/lapor"
        fingerprint = sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()
        command = Asked(scope, nonce or None, fingerprint, derived_id(TANGGAP, scope, nonce or uuid4()))
        try:
            accepted = await raising.accept(_body(given), command, principal)
        except IdempotencyMismatch:  # this form was sent before with other words: the new words are not stored yet
            return await form(given, _CHANGED, str(uuid4()), 409)
        except (ValidationError, Invalid):
            return await form(given, _errors(given), nonce or str(uuid4()), 422)
        return page("receipt.html", 201, receipt=accepted.receipt)

    @routes.get("/status")
    async def ask_status(_: SignedIn) -> HTMLResponse:
        return page("status.html")

    @routes.post("/status")
    async def show_status(_: SignedIn, request: Request) -> HTMLResponse:
        receipt = str((await request.form()).get("receipt", ""))
        try:
            concern = await by_receipt(kernel, raising, directory, receipt)
        except NotFound:
            return page("status.html", 404, missing=True)
        return page("status.html", state=STATES[concern.state], outcome=OUTCOMES.get(concern.outcome or ""))

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
