"""The pages after a concern was sent: how it stands, what the school wrote back, and what its reporter writes.

The receipt is all that they ask for; it stands in no address.
"""

from __future__ import annotations

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from services.intake.adding import Adding
from services.intake.adding_pages import CROWDED, UNKNOWN, AddingPage
from services.intake.dialogue import Dialogue
from services.intake.network import network_of
from services.intake.rendering import Pages
from services.intake.reporters import Reporters
from services.intake.standing import Standing
from shared.access import SignedIn
from shared.attachments.taking import Taking
from shared.attachments.uploads import Holding
from shared.errors import NotFound, Unavailable
from shared.service import Kernel


def router(kernel: Kernel, adding: Adding, reporters: Reporters, dialogue: Dialogue, taking: Taking) -> APIRouter:
    """`/intake/status` and `/intake/tambah`."""
    routes, page, standing = APIRouter(prefix="/intake", include_in_schema=False), Pages(kernel).page, Standing(dialogue)
    adding_page = AddingPage(kernel, adding, reporters, standing, taking, Holding())

    @routes.get("/status")
    async def ask_status(request: Request, _: SignedIn) -> HTMLResponse:
        return page(request, "status.html", {"receipt": ""})

    @routes.post("/status")
    async def show_status(request: Request, _: SignedIn, receipt: str = Form("")) -> HTMLResponse:
        try:
            shown = await standing.shown(await reporters.by_receipt(receipt, network_of(request)), receipt)
        except NotFound:
            return page(request, "status.html", {"receipt": receipt, "errors": {"receipt": UNKNOWN}}, 404)
        except Unavailable:
            return page(request, "status.html", {"receipt": receipt, "errors": {"receipt": CROWDED}}, 503)
        return page(request, "stands.html", shown)

    @routes.post("/tambah")
    async def add(request: Request, principal: SignedIn) -> HTMLResponse:
        return await adding_page.add(request, principal)

    return routes
