"""Where passkeys work: the name that they are bound to follows from the public origin, and without one they are off, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from shared.errors import Sentences

WhyOff = Literal["plain-http", "number-for-name"]

REASONS: dict[WhyOff, Sentences] = {
    "plain-http": Sentences(
        "Kunci sandi (passkey) tidak dapat dipakai di sini karena alamat ini belum memakai https. Masuklah dengan cara lain.",
        "Passkeys do not work here, because this address is not served over https. Please sign in another way.",
    ),
    "number-for-name": Sentences(
        "Kunci sandi (passkey) tidak dapat dipakai di sini karena alamat ini berupa angka, bukan nama. Masuklah dengan cara lain.",
        "Passkeys do not work here, because this address is a number and not a name. Please sign in another way.",
    ),
}


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """id: the host name that passkeys are bound to for good: whoever changes it makes all of them useless. origin: where alone they work."""

    id: str
    origin: str


def relying_party(public_origin: str) -> RelyingParty | WhyOff:
    """Of a public origin. This machine itself counts as safe, but browsers take passkeys there only under the name `localhost`."""
    parts = urlsplit(public_origin)
    host, number = parts.hostname or "", _is_number(parts.hostname or "")
    if number and ip_address(host).is_loopback and parts.scheme == "http":
        return RelyingParty("localhost", f"http://localhost{f':{parts.port}' if parts.port else ''}")
    if parts.scheme != "https" and host != "localhost":
        return "plain-http"
    return "number-for-name" if number else RelyingParty(host, f"{parts.scheme}://{parts.netloc}")


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
