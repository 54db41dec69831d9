"""The endpoint of an agency's webhook: one https URL of a public server, parsed where it is entered and again where it is called (ADR 17).

No name is looked up here: a name that leads inside is found when it is dialled (`senders/addresses.py`).
"""

from __future__ import annotations

import ipaddress
import unicodedata
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

from services.notifications.senders.addresses import allowed
from shared.addresses import Flaw, ascii_domain

PORTS = frozenset({443, 8443})
LONGEST = 500
_INSIDE = ("localhost", "local", "internal", "intranet", "lan", "home.arpa")
"""Names that by definition lead to this machine or this network (RFC 6761, RFC 6762, RFC 8375)."""

_PATH = "/%:@!$&'()*+,;=-._~"
_DEFAULT = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """host: a domain in its ASCII form, or an IP address without brackets. url: as it is called."""

    host: str
    port: int
    url: str


def endpoint(text: str, *, loopback: bool) -> Endpoint | Flaw:
    """The endpoint that a text holds. loopback: also one on this machine, on any port and without TLS, for a demonstration."""
    parts = _split(text)
    if isinstance(parts, Flaw):
        return parts
    port = _port(parts)
    if isinstance(port, Flaw):
        return port
    host = parts.hostname or ""
    if not (loopback and _is_this_machine(host)):
        checked = _public_host(host, parts.scheme, port)
        if isinstance(checked, Flaw):
            return checked
        host = checked
    return Endpoint(host, port, _url(parts, host, port))


def _split(text: str) -> SplitResult | Flaw:
    if len(text) > LONGEST:
        return Flaw("too-long", f"an endpoint has at most {LONGEST} characters")
    if "\\" in text or any(unicodedata.category(character)[0] in "CZ" for character in text):
        return Flaw("invisible-character", "the address holds a space, a line break, a backslash or an invisible character: type it again")
    try:
        parts = urlsplit(text)
    except ValueError:
        return Flaw("not-a-url", "this is no address of a server: it should look like https://lembaga.example/webhook")
    if parts.scheme not in _DEFAULT:
        return Flaw("not-https", "an endpoint begins with https://")
    if "@" in parts.netloc:
        return Flaw("credentials", "the address holds a user or a password: take them out, our signature says who calls")
    return parts if parts.hostname else Flaw("no-host", "the name of the server is missing between https:// and the path")


def _port(parts: SplitResult) -> int | Flaw:
    try:
        return _DEFAULT[parts.scheme] if parts.port is None else parts.port
    except ValueError:
        return Flaw("not-a-port", "the port is no number from 1 to 65535: leave it out, or use 443 or 8443")


def _is_this_machine(host: str) -> bool:
    return host == "localhost" or ((ip := _ip(host)) is not None and ip.is_loopback)


def _public_host(host: str, scheme: str, port: int) -> str | Flaw:
    if scheme != "https":
        return Flaw("not-https", "an endpoint begins with https://")
    if port not in PORTS:
        return Flaw("port-not-allowed", "an endpoint is on port 443 or 8443, which are for the web")
    inside = Flaw("leads-inside", "this address leads to this machine or its own network: an endpoint is a public server")
    if ip := _ip(host):
        return str(ip) if allowed(str(ip)) else inside
    if any(host == name or host.endswith(f".{name}") for name in _INSIDE):
        return inside
    return ascii_domain(host)


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """None also for other spellings of a number (2130706433, 0x7f.1), which `ascii_domain` refuses, and for an address with a zone."""
    try:
        return None if "%" in host else ipaddress.ip_address(host)
    except ValueError:
        return None


def _url(parts: SplitResult, host: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else host
    place = shown if port == _DEFAULT[parts.scheme] else f"{shown}:{port}"
    query = f"?{quote(parts.query, safe=_PATH + '?')}" if parts.query else ""
    return f"{parts.scheme}://{place}{quote(parts.path, safe=_PATH) or '/'}{query}"
