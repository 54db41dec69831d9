"""`/cases/tanpa-kasus/kelompok/{group}`: what a group is for, its members and who came; for its leader, and for who may take it while it has none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.cases.commands.road import Road
from services.cases.domain.strategies.group import GROUP, Group
from services.cases.domain.strategies.group_steps import GroupFormed, SessionHeld
from services.cases.domain.streams import group_stream
from services.cases.pages.people import Names
from services.cases.reading.members import members_of, require_not_named
from services.cases.reading.read_log import record_read
from services.cases.rights import is_leader, is_nobodys, require_reader
from services.cases.standing.files import place_of
from services.cases.standing.kept import GROUP_KIND
from services.cases.standing.successors import Succession, Successors
from shared.access import Principal, SignedIn
from shared.decider import load


@dataclass(frozen=True, slots=True)
class Meeting:
    """present: names of who came."""

    number: int
    when: datetime
    present: Sequence[str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Of a group that has no leader. address: where it is taken or given."""

    address: str
    successors: Successors


@dataclass(frozen=True, slots=True)
class GroupPage:
    """Shows one group, without what was noted of its sessions."""

    road: Road
    names: Names
    succession: Succession

    async def told(self, principal: Principal, group_id: str) -> dict[str, Any]:
        """What the page shows; that it was read is recorded. Raises: NotFound."""
        kernel = self.road.kernel
        loaded = await load(kernel.store, GROUP, group_stream(group_id))
        require_reader(principal, loaded.state)
        await require_not_named(kernel.store, self.road.casework, principal, members_of(loaded.state))
        await record_read(kernel.database, principal.id, group_id, "group", loaded.version)
        files = place_of(GROUP_KIND, group_id) if is_leader(principal, loaded.state) else ""
        waiting = await self._waiting(principal, group_id, loaded.state)
        return await self._shown(loaded.state) | {"files": files, "waiting": waiting, "key": str(uuid4())}

    async def _waiting(self, principal: Principal, group_id: str, group: Group) -> Waiting | None:
        if not is_nobodys(group):
            return None
        successors = await self.succession.of(principal, GROUP_KIND, group.school, group.leader, members_of(group))
        return Waiting(f"/cases/tanpa-kasus/{GROUP_KIND}/{group_id}", successors)

    async def _shown(self, group: Group) -> dict[str, Any]:
        held = [event for event in group.events if isinstance(event, SessionHeld)]
        names = await self.names.of([group.leader, *group.students, *(person for event in held for person in event.present)])
        return {
            "purpose": await self._purpose(group),
            "leader": names.get(group.leader, ""),
            "members": _named(names, group.students),
            "two_sides": [] if group.ended else _named(names, {student for pair in group.sides for student in pair}),
            "meetings": [Meeting(event.session, event.when, _named(names, event.present)) for event in held],
            "zone": (await self.road.calendars.of(group.school)).zone,
        }

    async def _purpose(self, group: Group) -> str:
        """Nothing where its key was destroyed."""
        formed = next(event for event in group.events if isinstance(event, GroupFormed))
        text = await self.road.kernel.vault.open(formed.purpose)
        return text if isinstance(text, str) else ""


def _named(names: Mapping[str, str], people: Iterable[str]) -> list[str]:
    return sorted((names[person] for person in people if person in names), key=str.casefold)


def router(page: GroupPage) -> APIRouter:
    """The page of one group."""
    routes = APIRouter(prefix="/cases/tanpa-kasus/kelompok", include_in_schema=False)
    frame = page.road.kernel.frame.page

    @routes.get("/{group}")
    async def one(group: str, request: Request, principal: SignedIn) -> HTMLResponse:
        return frame(request, "standing/group.html", await page.told(principal, group), 200)

    return routes
