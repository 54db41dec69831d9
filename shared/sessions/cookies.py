"""The two cookies of a session: the secret value, and when it was used last, which is signed and never an event (ADR 30)."""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from starlette.responses import Response

from shared.keys import Keys
from shared.sessions.session import LONGEST

_VALUE = re.compile(r"[A-Za-z0-9_-]{43}")
_USED = re.compile(r"([A-Za-z0-9_-]{1,40})\.(\d{1,12})\.([A-Za-z0-9_-]{43})")

RENEWED = timedelta(minutes=1)
"""A use is written down again after this long."""


@dataclass(frozen=True, slots=True)
class Cookies:
    """keys: to sign the last use with. secure: whether the pages are served over https."""

    keys: Keys
    secure: bool

    @property
    def session(self) -> str:
        """The cookie that holds the secret value. Over https a browser takes it from this very host alone."""
        return f"{self._prefix}tanggap_session"

    @property
    def used(self) -> str:
        """The cookie that holds the last use."""
        return f"{self._prefix}tanggap_used"

    @property
    def _prefix(self) -> str:
        return "__Host-" if self.secure else ""

    def value(self, sent: Mapping[str, str]) -> str | None:
        """The secret value among a request's cookies, if it looks like one of ours."""
        found = sent.get(self.session, "")
        return found if _VALUE.fullmatch(found) else None

    def last_use(self, sent: Mapping[str, str], session: str) -> datetime | None:
        """When the session was used last, as far as a service of ours signed it; None where nothing of the kind was sent."""
        told = _USED.fullmatch(sent.get(self.used, ""))
        key = self.keys.find("session", told[1]) if told else None
        if told is None or key is None or not hmac.compare_digest(told[3], _signature(key.value, session, told[2])):
            return None
        return datetime.fromtimestamp(int(told[2]), UTC)

    def begin(self, response: Response, value: str, session: str, now: datetime) -> None:
        """Gives a browser a new session."""
        self._set(response, self.session, value)
        self.note_use(response, session, now)

    def note_use(self, response: Response, session: str, now: datetime) -> None:
        """Writes down a use."""
        self._set(response, self.used, self.use(session, now))

    def use(self, session: str, now: datetime) -> str:
        """A use, signed."""
        key, moment = self.keys.active("session"), str(int(now.timestamp()))
        return f"{key.id}.{moment}.{_signature(key.value, session, moment)}"

    def end(self, response: Response) -> None:
        """Takes both away, and everything else that the browser keeps of us."""
        for name in (self.session, self.used):
            response.delete_cookie(name, secure=self.secure, httponly=True, samesite="lax")
        response.headers["clear-site-data"] = '"cache", "cookies", "storage"'

    def _set(self, response: Response, name: str, value: str) -> None:
        life = int(LONGEST.total_seconds())
        response.set_cookie(name, value, max_age=life, secure=self.secure, httponly=True, samesite="lax", path="/")


def _signature(key: bytes, session: str, moment: str) -> str:
    return urlsafe_b64encode(hmac.digest(key, f"used.{session}.{moment}".encode(), sha256)).decode().rstrip("=")
