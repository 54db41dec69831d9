"""What the pages of signing in may offer besides a password, and what goes along from page to page."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from shared.errors import Sentences
from shared.pages import path_of_ours

SIGN_IN, ACCOUNT = "/intake/masuk", "/intake/akun"
FIRST = "/intake/mulai"
"""Where somebody goes who asked for nothing else: it leads on to the first page of their roles."""


@dataclass(frozen=True, slots=True)
class Offered:
    """issuers: our id and the shown name of each. why_off: why there are no passkeys, where a person should know."""

    passkeys: bool
    issuers: tuple[tuple[str, str], ...]
    why_off: Sentences | None


def query(wanted: str, *, again: bool = False) -> str:
    """What goes along from page to page: where somebody wants to go, and that they prove themselves again."""
    told = ({"next": wanted} if wanted not in ("", FIRST) else {}) | ({"again": "1"} if again else {})
    return f"?{urlencode(told)}" if told else ""


def wanted_path(told: str) -> str:
    """Where somebody wants to go, if that is a page of ours."""
    return path_of_ours(told) or FIRST
