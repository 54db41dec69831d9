"""A form that was shown to somebody else comes back as it was typed, with a button to send it again (ADR 92)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from shared.errors import Sentences
from shared.pages.frame import Frame
from shared.pages.refusals import SIGN_IN, refusal_page, wants_page
from shared.pages.saying import say
from shared.sessions.shown_to import FIELD, ShownToSomebodyElse, said_in

SOMEBODY_ELSE = Sentences(ShownToSomebodyElse.indonesian, ShownToSomebodyElse.english)
_TITLE = say("Kirim lagi")
_IN_PARTS = "multipart/"


def is_form_of_ours(request: Request) -> bool:
    """Sent by a page of ours, by a person: nothing that another site sent is shown with a button to send it again."""
    return request.method == "POST" and wants_page(request) and request.headers.get("sec-fetch-site") == "same-origin"


async def given_back(frame: Frame, request: Request, error: ShownToSomebodyElse) -> Response:
    """Files do not come back: no browser takes them from a page. Their form is told why nothing was kept, and is one step back."""
    if request.headers.get("content-type", "").lower().strip().startswith(_IN_PARTS):
        return refusal_page(frame, request, error)
    typed = [(name, value, "") for name, value in (await request.form()).multi_items() if isinstance(value, str) and name != FIELD]
    address = str(request.url.path) + (f"?{request.url.query}" if request.url.query else "")
    told = {"title": _TITLE, "typed": typed, "address": address, "shown_to": await said_in(request), "notice": SOMEBODY_ELSE, "sign_in": SIGN_IN}
    return frame.page(request, "kept.html", told, error.status)
