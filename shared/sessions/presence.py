"""Whose session a request comes in, as long as it is used (people.md, Sessions)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from shared.clock import Clock
from shared.errors import NotSignedIn
from shared.sessions.cookies import RENEWED, Cookies
from shared.sessions.session import IDLE, Session, session_id

SCOPE = "tanggap.cookies"
"""Where in a request's scope stands what goes to the browser with its answer."""

_OVER = "this session has ended: sign in again"


class SessionLookUp(Protocol):
    """Tells which sessions hold."""

    async def of(self, session: str, *, reading: bool) -> Session | None:
        """None where none of this id holds now. reading: nothing is to be changed. Raises: Unavailable."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Looks a request's session up and notes that it was used."""

    sessions: SessionLookUp
    cookies: Cookies
    clock: Clock

    async def session(self, request: Request, value: str, *, reading: bool) -> Session:
        """The session whose cookie holds this value. Raises: NotSignedIn: ended, too old, or not used for half an hour. Unavailable."""
        session, now = session_id(value), self.clock.now()
        found = await self.sessions.of(session, reading=reading)
        if found is None or now >= found.ends_at:
            raise NotSignedIn(_OVER)
        noted = self.cookies.last_use(request.cookies, session)
        if now - max(found.proved_at, noted or found.begun_at) > IDLE:
            raise NotSignedIn(_OVER)
        if noted is None or now - noted > RENEWED:
            request.scope[SCOPE] = self._noted(session, now)
        return found

    def _noted(self, session: str, now: datetime) -> list[tuple[bytes, bytes]]:
        response = Response()
        self.cookies.note_use(response, session, now)
        return [header for header in response.raw_headers if header[0] == b"set-cookie"]
