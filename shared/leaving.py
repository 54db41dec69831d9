"""The one way to send a browser to somebody else's address. Any other redirect loses its host (`shared/web.py`): no request can choose one."""

from __future__ import annotations

from fastapi.responses import RedirectResponse
from starlette.requests import Request

SCOPE = "tanggap.leaving"
"""Where in a request's scope stands the address that its answer leads to."""


def lead_away(request: Request, address: str) -> RedirectResponse:
    """address: from the settings, or published by somebody whom the settings name; never what a request said."""
    answer = RedirectResponse(address, 303)
    request.scope[SCOPE] = answer.headers["location"].encode("latin-1")
    return answer
