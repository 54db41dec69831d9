"""What a browser has begun on its way in and has not finished, sealed in a short-lived cookie: nothing is stored for whoever never comes back.

So only the browser that began can finish, and nobody reads or changes what it carries.
"""

from __future__ import annotations

import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from shared.keys import USES, Keys

_NONCE = 12
_SHAPE = re.compile(r"([0-9]{1,6})\.([A-Za-z0-9_-]{40,3800})")

LIFE = USES["sign-in-underway"].life or timedelta()


class Begun(BaseModel):
    """Base of what is carried. ends: until when it holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ends: datetime


B = TypeVar("B", bound=Begun)


class Underway:
    """One kind of way in. name: of its cookie. secure: whether the pages are served over https."""

    def __init__(self, keys: Keys, name: str, *, secure: bool) -> None:
        self._keys, self._secure = keys, secure
        self.cookie = f"__Host-tanggap_{name}" if secure else f"tanggap_{name}"

    def ends(self) -> datetime:
        """Until when something holds that begins now."""
        return self._keys.clock.now() + LIFE

    def keep(self, response: Response, told: Begun) -> None:
        """Gives the browser what it has begun, in place of what it began before."""
        key, nonce = self._keys.active("sign-in-underway"), os.urandom(_NONCE)
        box = nonce + AESGCM(key.value).encrypt(nonce, told.model_dump_json().encode(), self.cookie.encode())
        sealed = f"{key.id}.{urlsafe_b64encode(box).decode().rstrip('=')}"
        life = int(LIFE.total_seconds())
        response.set_cookie(self.cookie, sealed, max_age=life, secure=self._secure, httponly=True, samesite="lax", path="/")

    def found(self, request: Request, kind: type[B]) -> B | None:
        """What this browser has begun; None where there is nothing of ours, or it took too long."""
        told = _SHAPE.fullmatch(request.cookies.get(self.cookie, ""))
        key = self._keys.find("sign-in-underway", told[1]) if told else None
        if told is None or key is None:
            return None
        try:
            box = urlsafe_b64decode(told[2] + "=" * (-len(told[2]) % 4))
            begun = kind.model_validate_json(AESGCM(key.value).decrypt(box[:_NONCE], box[_NONCE:], self.cookie.encode()))
        except (InvalidTag, ValidationError, ValueError):
            return None
        return begun if self._keys.clock.now() <= begun.ends else None

    def drop(self, response: Response) -> None:
        """It is finished, one way or the other."""
        response.delete_cookie(self.cookie, secure=self._secure, httponly=True, samesite="lax", path="/")
