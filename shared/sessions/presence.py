"""Whose session a request comes in, as long as it is used (people.md, Signing in)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from shared.clock import Clock
from shared.errors import NotSignedIn
from shared.sessions.cookies import RENEWED, Cookies
from shared.sessions.session import IDLE, Session, session_id

_SCOPE = "tanggap.cookies"
"""Where in a request's scope stands what goes to the browser with its answer."""

Headers = list[tuple[bytes, bytes]]


def with_use(headers: Headers, scope: Scope) -> Headers:
    """The headers of an answer with the use that was noted, unless the answer begins or ends a session itself."""
    given = any(name == b"set-cookie" and b"tanggap_used=" in value for name, value in headers)
    return headers if given else [*headers, *scope.get(_SCOPE, ())]


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
        found = await self.sessions.of(session_id(value), reading=reading)
        if found is None or not self.holds(request, found):
            raise NotSignedIn("this session has ended: sign in again")
        self._note_use(request, found.id)
        return found

    def holds(self, request: Request, session: Session) -> bool:
        """Neither too old nor unused for too long."""
        return self.clock.now() < self.until(request, session)

    def until(self, request: Request, session: Session) -> datetime:
        """When the session ends if nobody uses it any more."""
        noted = self.cookies.last_use(request.cookies, session.id) or session.begun_at
        return min(max(session.proved_at, noted) + IDLE, session.ends_at)

    def _note_use(self, request: Request, session: str) -> None:
        noted, now = self.cookies.last_use(request.cookies, session), self.clock.now()
        if noted is not None and now - noted < RENEWED:
            return
        response = Response()
        self.cookies.note_use(response, session, now)
        request.scope[_SCOPE] = [header for header in response.raw_headers if header[0] == b"set-cookie"]
