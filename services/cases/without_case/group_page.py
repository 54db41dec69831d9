"""`/cases/tanpa-kasus/kelompok/{group}`: what a group is for, its members and who came; for its leader, and for who may take it while it has none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.cases.domain.strategies.group import Group
from services.cases.domain.strategies.group_steps import GroupFormed, SessionHeld
from services.cases.rights import is_leader
from services.cases.standing.kept import GROUP_KIND
from services.cases.without_case.opened import Opening
from services.cases.without_case.shown import Showing
from shared.access import Principal, SignedIn


@dataclass(frozen=True, slots=True)
class Meeting:
    """present: names of who came."""

    number: int
    when: datetime
    present: Sequence[str]


@dataclass(frozen=True, slots=True)
class GroupPage:
    """Shows one group; what was noted of its sessions only to whom it was handed over by name."""

    opening: Opening
    showing: Showing

    async def told(self, principal: Principal, group_id: str, saved: str) -> dict[str, Any]:
        """What the page shows; that it was read is recorded. saved: the step that was just taken. Raises: NotFound."""
        thing = await self.opening.of(principal, GROUP_KIND, group_id)
        group = thing.group
        assert group is not None
        told = await self.showing.one(principal, thing, saved)
        leads = is_leader(principal, group)
        of_its_leader = {name: told[name] if leads else "" for name in ("files", "letters", "entries")}
        return told | of_its_leader | await self._shown(group) | {"leads": leads}

    async def _shown(self, group: Group) -> dict[str, Any]:
        held = [event for event in group.events if isinstance(event, SessionHeld)]
        names = await self.showing.names.of([*group.students, *(person for event in held for person in event.present)])
        return {
            "purpose": await self._purpose(group),
            "members": _named(names, group.students),
            "two_sides": [] if group.ended else _named(names, {student for pair in group.sides for student in pair}),
            "meetings": [Meeting(event.session, event.when, _named(names, event.present)) for event in held],
        }

    async def _purpose(self, group: Group) -> str:
        """Nothing where its key was destroyed."""
        formed = next(event for event in group.events if isinstance(event, GroupFormed))
        text = await self.opening.road.kernel.vault.open(formed.purpose)
        return text if isinstance(text, str) else ""


def _named(names: Mapping[str, str], people: Iterable[str]) -> list[str]:
    return sorted((names[person] for person in people if person in names), key=str.casefold)


def router(page: GroupPage) -> APIRouter:
    """The page of one group."""
    routes = APIRouter(prefix="/cases/tanpa-kasus/kelompok", include_in_schema=False)
    frame = page.opening.road.kernel.frame.page

    @routes.get("/{group}")
    async def one(group: str, request: Request, principal: SignedIn) -> HTMLResponse:
        return frame(request, "standing/group.html", await page.told(principal, group, request.query_params.get("tersimpan", "")), 200)

    return routes
