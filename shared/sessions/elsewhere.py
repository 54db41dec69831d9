"""Whether a form that comes with a session's cookie was sent by one of our own pages (people.md, By link; ADR 30)."""

from __future__ import annotations

import re
from collections.abc import Mapping

_LOOPBACK = re.compile(r"(https?)://(?:localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?")
_SAFE = ("GET", "HEAD", "OPTIONS")


def is_from_elsewhere(method: str, headers: Mapping[str, str], origin: str) -> bool:
    """Whether to refuse a request: it wants to change something, shows a session's cookie, and no page of ours sent it.

    A browser says so in `Sec-Fetch-Site` and `Origin`; whoever says neither is no browser of today and has no business with a cookie. A bearer token
    is sent by no browser on its own. origin: the one that is configured.
    """
    if method in _SAFE or "tanggap_session=" not in headers.get("cookie", "") or "authorization" in headers:
        return False
    site, sender = headers.get("sec-fetch-site"), headers.get("origin")
    if (site, sender) == (None, None) or site not in (None, "same-origin"):
        return True
    hidden = sender == "null" and site is not None  # of a page without a referrer; the browser says itself that the page is ours
    return sender is not None and not hidden and _named(sender) != _named(origin)


def _named(origin: str) -> str:
    """The same for every name of this machine itself."""
    return _LOOPBACK.sub(r"\1://loopback\2", origin.rstrip("/").lower())
