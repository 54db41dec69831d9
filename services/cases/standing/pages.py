"""`/cases/tanpa-kasus`: groups, partnerships and consultations that nobody has; to take one, or to name who goes on with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.cases.commands.on_activity import OnActivity
from services.cases.commands.on_group import OnGroup
from services.cases.domain.steps.endings import HandOverActivity
from services.cases.domain.strategies.group import GROUP_COUNSELLING
from services.cases.domain.strategies.group_steps import HandOverGroup
from services.cases.forms.giving import Outcome
from services.cases.pages.people import Names
from services.cases.reading.directory import Directory
from services.cases.reading.members import AlsoAbout
from services.cases.reading.words import Pair, Words
from services.cases.school.giving import Sent, Setting, Settings, sent_by
from services.cases.standing.kept import GROUP_KIND
from services.cases.standing.listing import Nobodys, StandingList
from services.cases.standing.successors import Succession, Successors
from shared.access import Principal, SignedIn
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class Card:
    """One of them. page: of a group, where its plan stands."""

    address: str
    page: str
    title: Pair
    school: str
    owner: str
    since: datetime
    students: int | None
    successors: Successors
    zone: str


@dataclass(frozen=True, slots=True)
class StandingPages:
    """Shows them, and gives one to somebody."""

    listed: StandingList
    settings: Settings
    names: Names
    succession: Succession
    directory: Directory
    words: Words

    async def told(self, principal: Principal) -> dict[str, Any]:
        """What the page shows."""
        found = await self.listed.nobodys(principal)
        return {"items": [await self._card(principal, each) for each in found.items], "more": found.next is not None, "key": str(uuid4())}

    async def _card(self, principal: Principal, found: Nobodys) -> Card:
        names = await self.names.of([found.owner])
        about = AlsoAbout(tuple(found.cases), tuple(found.students))
        return Card(
            address=f"/cases/tanpa-kasus/{found.kind}/{found.id}",
            page=f"/cases/tanpa-kasus/kelompok/{found.id}",
            title=self.words.titles[GROUP_COUNSELLING.name if found.kind == GROUP_KIND else found.kind],
            school=await self.directory.school(found.school),
            owner=names.get(found.owner, ""),
            since=found.begun_at,
            students=len(found.students) if found.kind == GROUP_KIND else None,
            successors=await self.succession.of(principal, found.kind, found.school, found.owner, about),
            zone=(await self.settings.road.calendars.of(found.school)).zone,
        )

    async def give(self, principal: Principal, kind: str, name: str, sent: Sent) -> Outcome:
        """Somebody goes on with it: whoever is named, or where the form names nobody the person themselves. Raises: NotFound, NotAllowed."""
        takes = "to" not in sent.typed
        outcome = await self._given(principal, kind, name, {"to": principal.id} if takes else sent.lines("to"), sent)
        return replace(outcome, errors={}, notice=outcome.errors["to"]) if takes and "to" in outcome.errors else outcome

    async def _given(self, principal: Principal, kind: str, name: str, said: Mapping[str, str], sent: Sent) -> Outcome:
        if kind == GROUP_KIND:
            return await self.settings.give(principal, OnGroup(name), Setting(HandOverGroup, said, {}), f"{kind} {name}", sent)
        casework = self.settings.road.casework
        strategy = next((each for each in casework.alone if each.name == kind), None)
        if strategy is None:
            raise NotFound("nothing of yours has this id")
        subject = OnActivity(casework.without_case, strategy, name)
        return await self.settings.give(principal, subject, Setting(HandOverActivity, said, {"activity": name}), f"{kind} {name}", sent)


def router(pages: StandingPages) -> APIRouter:
    """The list, and the form of each card."""
    routes = APIRouter(prefix="/cases/tanpa-kasus", include_in_schema=False)
    page = pages.settings.road.kernel.frame.page

    async def shown(request: Request, principal: Principal, outcome: Outcome) -> HTMLResponse:
        around = {"errors": outcome.errors, "notice": outcome.notice, "saved": "tersimpan" in request.query_params, "sent": request.url.path}
        return page(request, "standing/list.html", await pages.told(principal) | around, outcome.status)

    @routes.get("")
    async def nobodys(request: Request, principal: SignedIn) -> HTMLResponse:
        return await shown(request, principal, Outcome(status=200))

    @routes.post("/{kind}/{name}")
    async def give(kind: str, name: str, request: Request, principal: SignedIn) -> Response:
        outcome = await pages.give(principal, kind, name, await sent_by(request))
        return RedirectResponse("/cases/tanpa-kasus?tersimpan=1", 303) if outcome.saved else await shown(request, principal, outcome)

    return routes
