"""The pages behind an agency's link. Looking changes nothing, because mail programs open links by themselves; they work without scripts.

Before the second factor they say nothing but that there is a message. people.md, By link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response

from services.notifications.families.visits import Visits
from services.notifications.partners.giving import Giving
from services.notifications.partners.links import UNDER
from services.notifications.partners.reading import Behind, Reading
from services.notifications.partners.typed import Typed, typed_answer
from services.notifications.secret_address import NO_FAULTS, WRONG_CODE, back_to, leave_link, secret_page, unknown_link
from shared.access import SignedIn
from shared.pages import Frame, Text

COOKIE = "tanggap_lembaga"


def fresh() -> Typed:
    """A form that nobody has filled in yet."""
    return Typed(str(uuid4()))


@dataclass(frozen=True, slots=True)
class AgencyLinkPages:
    """Answers what a browser at the agency asks."""

    frame: Frame
    reading: Reading
    giving: Giving
    visits: Visits

    async def look(self, request: Request, token: str) -> Response:
        """Locked where the second factor is missing."""
        behind = await self.reading.behind(token)
        return await self._page(request, token, behind, fresh(), NO_FAULTS, 200) if behind else unknown_link(self.frame, request)

    async def show_who(self, request: Request, token: str, code: str) -> Response:
        """The second factor; another page is shown after it, so that *reload* sends nothing."""
        behind = await self.reading.behind(token)
        if behind is None:
            return unknown_link(self.frame, request)
        if not await self.reading.tried(behind, code):
            again = await self.reading.behind(token)
            return await self._page(request, token, again, fresh(), WRONG_CODE, 422) if again else unknown_link(self.frame, request)
        answer = back_to(self.visits, token)
        self.visits.begin(answer, token, "code")
        return answer

    async def answer(self, request: Request, token: str, typed: Typed) -> Response:
        """Gives the answer; the form comes back as it was where something is wrong with it."""
        behind = await self.reading.behind(token)
        if behind is None:
            return unknown_link(self.frame, request)
        if self.visits.of(request, token) is None:
            return await self._page(request, token, behind, typed, NO_FAULTS, 403)
        if errors := await self._given(behind, typed):
            again = await self.reading.behind(token)
            return await self._page(request, token, again, typed, errors, 422) if again else unknown_link(self.frame, request)
        return back_to(self.visits, token)

    async def _given(self, behind: Behind, typed: Typed) -> Mapping[str, Text]:
        """What is wrong with it. An agency that accepts reads the package from there on."""
        look, task_id = self.reading.occasion(behind.requested, behind.who), behind.requested.task
        errors = await self.giving.given(task_id, behind.task, typed, behind.channel, look)
        if not errors:
            await self.reading.opened(task_id, look)
        return errors

    async def _page(self, request: Request, token: str, behind: Behind, typed: Typed, errors: Mapping[str, Text], status: int) -> Response:
        shared = {"token": token, "typed": typed, "errors": errors, "action": f"{UNDER}{token}/jawab", "staff": False}
        if self.visits.of(request, token) is None:
            return self._shown(request, "closed", shared, status)
        return self._shown(request, "opened", {**await self.reading.shown(behind.task, behind.requested, behind.who), **shared}, status)

    def _shown(self, request: Request, template: str, told: Mapping[str, object], status: int) -> HTMLResponse:
        return secret_page(self.frame, request, f"partners/{template}.html", told, status)


def router(pages: AgencyLinkPages) -> APIRouter:
    """`/notifications/r/{token}`: look, show who one is, answer, and leave."""
    routes = APIRouter(prefix="/notifications/r", include_in_schema=False)

    @routes.get("/{token}")
    async def look(token: str, request: Request, _: SignedIn) -> Response:
        return await pages.look(request, token)

    @routes.post("/{token}")
    async def show_who(token: str, request: Request, _: SignedIn, code: Annotated[str, Form(max_length=200)] = "") -> Response:
        return await pages.show_who(request, token, code)

    @routes.post("/{token}/jawab")
    async def give(token: str, request: Request, _: SignedIn, typed: Annotated[Typed, Depends(typed_answer)]) -> Response:
        return await pages.answer(request, token, typed)

    @routes.post("/{token}/selesai")
    async def leave(token: str, _: SignedIn) -> Response:
        return leave_link(pages.visits, token)

    return routes
