"""The district's first page, and the demonstration's page *Masuk sebagai …* (sign in as …)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import httpx
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from district.frame import FRAME
from district.origins import is_same_origin, on_this_machine
from district.sample.faces import Face, sample_schools
from services.intake.sessions.office import Sessions
from shared.access import Identity
from shared.errors import Fault, Invalid, NotAllowed
from shared.pages import path_of_ours

_FORBIDDEN = 403

Begin = Callable[[Identity, Response], Awaitable[None]]
"""Begins a session of somebody and gives its cookies to the answer."""


def beginning(sessions: Sessions) -> Begin:
    """The demonstration's way to begin a session; nothing is proved, so it is as weak as a proof can be."""

    async def begin(who: Identity, answer: Response) -> None:
        sessions.give(answer, await sessions.begin(who.id, level="single", way="demonstration"))

    return begin


class SignIn:
    """The demonstration's way to sign in: a click on one person of each role. No token ever stands in an address.

    begin: begins a session and gives its cookies to the answer. over_the_sample: whether the district holds the sample and nothing else.
    """

    def __init__(self, faces: Sequence[Face], begin: Begin, over_the_sample: Callable[[], Awaitable[bool]]) -> None:
        self._faces, self._begin, self._over_the_sample = {face.role: face for face in faces}, begin, over_the_sample

    async def page(self, request: Request) -> Response:
        """The people to choose from. Raises: NotAllowed: asked for from another machine, or under another name."""
        _require_here(request)
        faces = list(self._faces.values()) if await self._over_the_sample() else []
        told = {"faces": faces, "next": path_of_ours(request.query_params.get("next")) or ""}
        headers = {"referrer-policy": "same-origin"}  # so that the form's Origin is not null
        return FRAME.page(request, "sign_in.html", told, 200 if faces else _FORBIDDEN, headers)

    async def enter(self, request: Request) -> Response:
        """Signs in by a cookie and opens a page of ours. Raises: NotAllowed, Invalid."""
        _require_here(request)
        if not is_same_origin(request) or not await self._over_the_sample():
            raise NotAllowed
        async with request.form() as form:
            role, wanted = str(form.get("role")), path_of_ours(form.get("next"))
        face = self._faces.get(role)
        if face is None:
            raise Invalid(Fault("/role", "unknown-role"))
        answer = RedirectResponse(wanted or face.first, 303)
        await self._begin(face.who, answer)
        return answer


def _require_here(request: Request) -> None:
    if not on_this_machine(request):
        raise NotAllowed("the demonstration's sign-in works only in a browser on the machine that runs it: open http://127.0.0.1 with its port")


def front(sign_in: SignIn | None) -> list[Route]:
    """The routes of no service. sign_in: None where the demonstration's sign-in is not allowed."""

    async def first(request: Request) -> HTMLResponse:
        return FRAME.page(request, "front.html", {"demonstration": sign_in is not None})

    routes = [Route("/", first)]
    if sign_in is not None:
        routes += [Route("/masuk", sign_in.page, methods=["GET"]), Route("/masuk", sign_in.enter, methods=["POST"])]
    return routes


async def holds_the_sample(intake: ASGIApp) -> bool:
    """Whether the district has the sample's schools and no others: a roster of one's own turns the demonstration's sign-in off."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(intake, raise_app_exceptions=False), base_url="http://intake") as client:
        answer = await client.get("/intake/api/schools")
    return answer.is_success and {school["school"] for school in answer.json()["items"]} == sample_schools()
