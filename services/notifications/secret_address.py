"""Pages whose address is the secret, as whoever got a message opens them: a guardian, an agency, a member of staff."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from services.notifications.families.visits import Visits
from shared.pages import Frame, Text, say

KEPT_NOWHERE = {"referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow", "cache-control": "no-store"}
"""No other page is told of the address, and nothing keeps the page."""

WRONG_CODE: Mapping[str, Text] = {"code": say("Kode ini tidak cocok. Periksa lagi, atau minta kode kepada sekolah.")}
NO_FAULTS: Mapping[str, Text] = {}


def secret_page(frame: Frame, request: Request, template: str, told: Mapping[str, object], status: int = 200) -> HTMLResponse:
    """A page at such an address."""
    return frame.page(request, template, told, status, KEPT_NOWHERE)


def unknown_link(frame: Frame, request: Request) -> HTMLResponse:
    """The one answer to every link that leads nowhere, whatever the reason."""
    return secret_page(frame, request, "families/unknown_link.html", {}, 404)


def back_to(visits: Visits, token: str) -> RedirectResponse:
    """Another page after each form, so that *reload* sends nothing."""
    return RedirectResponse(f"{visits.under}{token}", 303, KEPT_NOWHERE)


def leave_link(visits: Visits, token: str) -> RedirectResponse:
    """The telephone is handed on: what was read cannot be seen again without the code."""
    done = back_to(visits, token)
    visits.end(done, token)
    return done
