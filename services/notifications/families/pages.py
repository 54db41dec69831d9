"""The pages behind a guardian's link. Looking at them changes nothing, because mail programs open links by themselves; they work without scripts.

Before the second factor they say nothing but that there is a message. people.md, By link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from services.notifications.families.answers import Answers, Typed
from services.notifications.families.letters import LettersBehind
from services.notifications.families.reading import Behind, Reading
from services.notifications.families.visits import Visits
from services.notifications.secret_address import KEPT_NOWHERE, NO_FAULTS, WRONG_CODE, back_to, leave_link, secret_page, unknown_link
from shared.access import SignedIn
from shared.pages import Frame, Text

_Field = Annotated[str, Form(max_length=25_000)]


def _fresh() -> Typed:
    """A form that nobody has filled in yet."""
    return Typed(str(uuid4()))


@dataclass(frozen=True, slots=True)
class GuardianPages:
    """Answers what a guardian's browser asks."""

    frame: Frame
    reading: Reading
    answers: Answers
    visits: Visits
    letters: LettersBehind

    async def look(self, request: Request, token: str) -> Response:
        """Locked where the second factor is missing."""
        behind = await self.reading.behind(token)
        return await self._page(request, token, behind, _fresh(), NO_FAULTS, 200) if behind else unknown_link(self.frame, request)

    async def show_who(self, request: Request, token: str, code: str, born: str) -> Response:
        """The second factor; another page is shown after it, so that *reload* sends nothing."""
        behind = await self.reading.behind(token)
        if behind is None:
            return unknown_link(self.frame, request)
        factor = await self.answers.tried(behind, code, born)
        if factor is None:
            again = await self.reading.behind(token)
            return await self._page(request, token, again, _fresh(), WRONG_CODE, 422) if again else unknown_link(self.frame, request)
        answer = back_to(self.visits, token)
        self.visits.begin(answer, token, factor)
        return answer

    async def letter(self, request: Request, token: str, document: str) -> Response:
        """The letter itself, after the code. Raises: Unavailable."""
        behind = await self.reading.behind(token)
        if behind is None or self.visits.of(request, token) != "code":
            return unknown_link(self.frame, request)
        file = await self.letters.file(behind, document)
        if file is None:
            return unknown_link(self.frame, request)
        return Response(file, media_type="application/pdf", headers=KEPT_NOWHERE | {"content-disposition": 'inline; filename="surat.pdf"'})

    async def answer(self, request: Request, token: str, typed: Typed) -> Response:
        """Gives the answer; the form comes back as it was where something is wrong with it."""
        behind, factor = await self.reading.behind(token), self.visits.of(request, token)
        if behind is None:
            return unknown_link(self.frame, request)
        if factor is None:
            return await self._page(request, token, behind, typed, NO_FAULTS, 403)
        if errors := await self.answers.given(behind, factor, typed):
            return await self._page(request, token, behind, typed, errors, 422)
        if typed.answer != "not-for-me":
            return back_to(self.visits, token)
        done = self._shown(request, "not_for_me", {}, 200)
        self.visits.end(done, token)
        return done

    async def _page(self, request: Request, token: str, behind: Behind, typed: Typed, errors: Mapping[str, Text], status: int) -> Response:
        factor, shared = self.visits.of(request, token), {"token": token, "typed": typed, "errors": errors}
        if factor is None:
            return self._shown(request, "closed", shared | {"asks_date": await self.answers.factors.takes_birth_date(behind.due)}, status)
        letters = await self.letters.of(behind) if factor == "code" else ()
        return self._shown(request, "opened", await self.reading.shown(behind, factor) | shared | {"letters": letters}, status)

    def _shown(self, request: Request, template: str, told: Mapping[str, object], status: int) -> HTMLResponse:
        return secret_page(self.frame, request, f"families/{template}.html", told, status)


def router(pages: GuardianPages) -> APIRouter:
    """`/notifications/n/{token}`: look, show who one is, open a letter, answer, and leave."""
    routes = APIRouter(prefix="/notifications/n", include_in_schema=False)

    @routes.get("/{token}")
    async def look(token: str, request: Request, _: SignedIn) -> Response:
        return await pages.look(request, token)

    @routes.post("/{token}")
    async def show_who(token: str, request: Request, _: SignedIn, code: _Field = "", born: _Field = "") -> Response:
        return await pages.show_who(request, token, code, born)

    @routes.get("/{token}/surat/{document}")
    async def letter(token: str, document: str, request: Request, _: SignedIn) -> Response:
        return await pages.letter(request, token, document)

    @routes.post("/{token}/jawab")
    async def give(
        token: str, request: Request, _: SignedIn, form: _Field = "", answer: _Field = "", words: _Field = "", wish: _Field = ""
    ) -> Response:
        return await pages.answer(request, token, Typed(form, answer, words, wish))

    @routes.post("/{token}/selesai")
    async def leave(token: str, _: SignedIn) -> Response:
        return leave_link(pages.visits, token)

    return routes
