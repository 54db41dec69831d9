"""What the browser is told when a draft was to be saved: a line for the script, the form again for whoever pressed the button without scripts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import Request
from fastapi.responses import PlainTextResponse

from shared.pages import language_of
from shared.pages.moments import Moments


@dataclass(frozen=True, slots=True)
class Saved:
    """at: after the commit. zone: of the school."""

    at: datetime
    zone: str

    def line(self, request: Request) -> PlainTextResponse:
        """Only the hour: the page has the words."""
        return PlainTextResponse(Moments(language_of(request), self.zone).hour(self.at))


def by_script(request: Request) -> bool:
    """The script asks: it takes no page."""
    return "text/html" not in request.headers.get("accept", "")
