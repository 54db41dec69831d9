"""A form that came while the session had ended, somebody else had signed in, or nothing could be saved, is given back as typed (people page, rule 3).

It stands around the whole route, because who asks is looked up before the route begins.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from services.cases.forms.giving import NOT_NOW, typed_in
from services.cases.forms.wording import Form
from shared.errors import NotSignedIn, Sentences, Unavailable
from shared.pages import Frame, Text, say
from shared.pages.giving_back import SOMEBODY_ELSE, is_form_of_ours
from shared.pages.refusals import SIGN_IN
from shared.sessions.shown_to import ShownToSomebodyElse, said_in

SIGNED_OUT = Sentences(
    "Waktu masuk Anda sudah habis. Masuk di tab lain, lalu tekan Kirim lagi di sini.",
    "Your session has ended. Sign in in another tab, then press Send again here.",
)
_RECORDING = say("Catat layanan")


_Kept = Unavailable | NotSignedIn | ShownToSomebodyElse
"""Why a form is given back."""


def giving_back(frame: Frame, forms: Mapping[str, Form], title: Text = _RECORDING) -> type[APIRoute]:
    """The class of routes that give a form back. forms: by the name of their command. title: of a form that is none of these."""

    class GivesBack(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            taking = super().get_route_handler()

            async def taken(request: Request) -> Response:
                try:
                    return await taking(request)
                except (Unavailable, NotSignedIn, ShownToSomebodyElse) as error:
                    if not is_form_of_ours(request):
                        raise
                    return await _given_back(frame, forms, title, request, error)

            return taken

    return GivesBack


async def _given_back(frame: Frame, forms: Mapping[str, Form], title: Text, request: Request, error: _Kept) -> Response:
    async with request.form() as given:
        typed = typed_in(given.multi_items())
    form = forms.get(request.path_params.get("called", ""))
    labels: Mapping[str, Text] = {each.name: each.label for each in form.questions} if form else {}
    told = {
        "title": form.title if form else title,
        "typed": [(name, value, labels.get(name.split("-")[0], "")) for name, values in typed.items() for value in values],
        "address": str(request.url.path).removesuffix("/konsep") + (f"?{request.url.query}" if request.url.query else ""),
        "shown_to": await said_in(request),
        "notice": _notice(error),
        "sign_in": "" if isinstance(error, Unavailable) else SIGN_IN,
    }
    return frame.page(request, "kept.html", told, error.status)


def _notice(error: _Kept) -> Sentences:
    match error:
        case NotSignedIn():
            return SIGNED_OUT
        case ShownToSomebodyElse():
            return SOMEBODY_ELSE
        case _:
            return NOT_NOW
