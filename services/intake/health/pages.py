"""`/intake/keadaan`: whether each service works, what is parked, the backups; and the ways to an administrator's other pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.intake.health.asking import Asking
from shared.access import SignedIn
from shared.errors import Unavailable
from shared.keys import Service
from shared.pages import Text, say

PAGE = "/intake/keadaan"

NAMES: Mapping[Service, Text] = {
    "intake": say("Laporan, data sekolah, dan akun"),
    "cases": say("Kasus dan surat"),
    "notifications": say("Pemberitahuan dan lembaga"),
}
"""What each service does, as it is called on the page."""


def router(asking: Asking) -> APIRouter:
    """It asks at each look and keeps nothing."""
    routes, page = APIRouter(prefix=PAGE, include_in_schema=False), asking.kernel.frame.page

    async def shown(request: Request, notice: Text | None = None, status: int = 200) -> HTMLResponse:
        done = "dicoba" in request.query_params
        return page(request, "health/health.html", {"all": await asking.all(), "names": NAMES, "notice": notice, "done": done}, status)

    @routes.get("")
    async def listed(request: Request, _: SignedIn) -> HTMLResponse:
        return await shown(request)

    @routes.post("/ulangi")
    async def replay(request: Request, _: SignedIn, layanan: Annotated[Service, Form()]) -> Response:
        """Again is harmless: what was applied is not parked any more."""
        try:
            await asking.replay(layanan)
        except Unavailable:
            return await shown(request, say("Layanan itu tidak menjawab. Coba lagi sebentar lagi."), 503)
        return RedirectResponse(f"{PAGE}?dicoba=1", 303)

    return routes
