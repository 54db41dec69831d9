"""What a route answers with: a template in the reader's language, inside the frame of all pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fastapi.responses import HTMLResponse
from starlette.requests import HTTPConnection, Request

from shared.access import ANONYMOUS, Principal
from shared.pages.environment import environment
from shared.pages.languages import LANGUAGES, language_of
from shared.pages.navigation import entries_for

_GIVEN: Mapping[str, object] = {"errors": {}}
"""What every template may ask for, also where its route says nothing of it."""


class Frame:
    """The pages of one service.

    service: whose routes give assets and language. folder: holds its `templates` and `catalogues`. zone: the district's.
    """

    def __init__(self, service: str, folder: Path, zone: str) -> None:
        self._environments = {language: environment(language, service, folder, zone) for language in LANGUAGES}

    def page(
        self, request: Request, template: str, told: Mapping[str, object] | None = None, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> HTMLResponse:
        """The template as an answer. told: what stands in it."""
        answer = HTMLResponse(self.html(request, template, told), status, headers)
        answer.headers["content-language"] = language_of(request)
        return answer

    def html(self, request: HTTPConnection, template: str, told: Mapping[str, object] | None = None) -> str:
        """The template as text."""
        made = self._environments[language_of(request)]
        return made.get_template(template).render({**_GIVEN, **_about(request), **(told or {})})


def _about(request: HTTPConnection) -> dict[str, object]:
    """back: where the choice of a language leads. Without the query, which anybody can fill: a page that needs it gives `back` itself."""
    who: Principal = request.scope.get("state", {}).get("who", ANONYMOUS)
    path = request.url.path
    return {
        "signed_in": who.kind == "person",
        "in_session": who.session is not None,
        "navigation": [(entry, entry.address == path) for entry in entries_for(who.roles)],
        "back": path if request.scope.get("method") in ("GET", "HEAD") else "",
    }
