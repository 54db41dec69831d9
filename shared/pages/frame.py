"""What a route answers with: a template in the reader's language, inside the frame of all pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fastapi.responses import HTMLResponse
from starlette.requests import HTTPConnection, Request

from shared.access import ANONYMOUS, Principal
from shared.clock import Clock, SystemClock
from shared.pages.environment import Speaking, environment, speaking
from shared.pages.languages import LANGUAGES, language_of
from shared.pages.navigation import head_of
from shared.sessions.session import IDLE, WARNING, Session
from shared.sessions.shown_to import mark_of

_GIVEN: Mapping[str, object] = {"errors": {}}
"""What every template may ask for, also where its route says nothing of it."""


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """When a session ends that is not used any more. warn_in: seconds until its page says that this is near. extends: whether using it helps."""

    at: datetime
    warn_in: int
    extends: bool

    @classmethod
    def of(cls, session: Session, now: datetime) -> SessionEnd:
        """now: the page's own request was a use."""
        extends = now + IDLE < session.ends_at
        at = now + IDLE if extends else session.ends_at
        return cls(at, max(0, int((at - now - WARNING).total_seconds())), extends)


class Frame:
    """The pages of one service.

    service: whose routes give assets and language. folder: holds its `templates` and `catalogues`. zone: the district's. clock: says when a session
    that is not used ends.
    """

    def __init__(self, service: str, folder: Path, zone: str, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._environments = {language: environment(language, service, folder, zone) for language in LANGUAGES}
        self._speaking = {language: speaking(language, folder, zone) for language in LANGUAGES}

    def page(
        self, request: Request, template: str, told: Mapping[str, object] | None = None, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> HTMLResponse:
        """The template as an answer. told: what stands in it."""
        answer = HTMLResponse(self.html(request, template, told), status, headers)
        answer.headers["content-language"] = language_of(request)
        return answer

    def speaking(self, request: HTTPConnection) -> Speaking:
        """The reader's language, for what is no page."""
        return self._speaking[language_of(request)]

    def html(self, request: HTTPConnection, template: str, told: Mapping[str, object] | None = None) -> str:
        """The template as text."""
        made = self._environments[language_of(request)]
        return made.get_template(template).render({**_GIVEN, **_about(request, self._clock.now()), **(told or {})})


def _about(request: HTTPConnection, now: datetime) -> dict[str, object]:
    """back: where the choice of a language leads. Without the query, which anybody can fill: a page that needs it gives `back` itself.

    session_end: None where there is no session. shown_to: what a form says of who reads the page. now: for what is said as near.
    """
    who: Principal = request.scope.get("state", {}).get("who", ANONYMOUS)
    path = request.url.path
    return {
        "signed_in": who.kind == "person",
        "in_session": who.session is not None,
        "shown_to": mark_of(who.id) if who.kind == "person" else "",
        "session_end": SessionEnd.of(who.session, now) if who.session else None,
        "now": now,
        "navigation": head_of(who.roles, path),
        "back": path if request.scope.get("method") in ("GET", "HEAD") else "",
    }
