"""Where a request comes from: this machine and our own pages only."""

from __future__ import annotations

import re
from ipaddress import ip_address

from starlette.requests import Request

_LOOPBACK_HOST = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?")
_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def on_this_machine(request: Request) -> bool:
    """A browser of this machine that asked for a loopback name: no proxy in between, and no foreign name that leads here (DNS rebinding)."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    return _is_loopback(request.client.host) and _LOOPBACK_HOST.fullmatch(request.headers.get("host", "")) is not None


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def is_same_origin(request: Request) -> bool:
    """One of our own pages sent it: `Sec-Fetch-Site` and `Origin` say so, as far as they are there, and one of them is."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    ours = f"{request.scope['scheme']}://{request.headers.get('host', '')}"
    return (site, origin) != (None, None) and site in (None, "same-origin") and origin in (None, ours)
