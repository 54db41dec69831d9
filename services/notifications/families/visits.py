"""A visit: what a browser may see behind a link for half an hour after the second factor. A signed cookie that holds for one link."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import get_args
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from services.notifications.domain.notice.events import Factor
from shared.clock import Clock
from shared.keys import Keys

COOKIE = "tanggap_keluarga"
UNDER = "/notifications/n/"
LASTS = timedelta(minutes=30)
_PARTS = 4


@dataclass(frozen=True, slots=True)
class Visits:
    """Begins and reads them. secure: the cookie goes over https only. cookie: its name. under: where the links of this kind lead."""

    keys: Keys
    clock: Clock
    secure: bool
    cookie: str = COOKIE
    under: str = UNDER

    def begin(self, response: Response, token: str, factor: Factor) -> None:
        """From now on this browser may read behind the link."""
        until, key = int((self.clock.now() + LASTS).timestamp()), self.keys.active("family-visit")
        value = f"{key.id}.{until}.{factor}.{_signed(key.value, token, until, factor)}"
        life = int(LASTS.total_seconds())
        response.set_cookie(self.cookie, value, max_age=life, path=self._path(token), secure=self.secure, httponly=True, samesite="lax")

    def end(self, response: Response, token: str) -> None:
        """Whoever read is done, on a phone that others hold too."""
        response.delete_cookie(self.cookie, path=self._path(token), secure=self.secure, httponly=True, samesite="lax")

    def _path(self, token: str) -> str:
        """Quoted: what stands in an address may be anything, and a cookie would take the rest of it for a domain or a life of its own."""
        return self.under + quote(token, safe="")

    def of(self, request: Request, token: str) -> Factor | None:
        """By what whoever asks has shown who they are; None where they have not, or too long ago."""
        parts = request.cookies.get(self.cookie, "").split(".")
        if len(parts) != _PARTS:
            return None
        key_id, until, said, signature = parts
        factor = next((each for each in _FACTORS if each == said), None)
        key = self.keys.find("family-visit", key_id)
        if factor is None or key is None or not self._lasts(until):
            return None
        return factor if hmac.compare_digest(signature.encode(), _signed(key.value, token, int(until), factor).encode()) else None

    def _lasts(self, until: str) -> bool:
        return until.isascii() and until.isdigit() and len(until) <= _DIGITS and self.clock.now().timestamp() <= int(until)


_FACTORS: tuple[Factor, ...] = get_args(Factor)
_DIGITS = 12


def _signed(key: bytes, token: str, until: int, factor: Factor) -> str:
    return hmac.digest(key, f"{token}|{until}|{factor}".encode(), sha256).hex()
