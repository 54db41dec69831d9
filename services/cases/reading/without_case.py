"""HTTP of reading what is not one case: groups, partnerships, consultations, and the rota of a school."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from services.cases.domain.casework import Casework
from services.cases.domain.duty import DUTY
from services.cases.domain.steps.strategy import StandingAlone
from services.cases.domain.strategies.group import GROUP
from services.cases.domain.strategies.group_steps import GroupFormed
from services.cases.domain.streams import activity_stream, group_stream, rota_stream
from services.cases.reading.members import AlsoAbout, members_of, require_not_named
from services.cases.reading.read_log import record_read
from services.cases.reading.sealed_trees import opened_trees
from services.cases.rights import is_nobodys, require_at_school, require_party, require_reader
from shared.access import Principal, SignedIn
from shared.decider import load
from shared.message import Event
from shared.service import Kernel


def router(kernel: Kernel, casework: Casework) -> APIRouter:
    """`GET /cases/api/groups/{group_id}`, `/partnerships/{activity_id}`, `/consultations/{activity_id}`, `/schools/{school}/duty`."""
    routes = APIRouter(prefix="/cases/api", tags=["groups, partnerships, consultations, rota"])
    _group(routes, kernel, casework)
    for strategy in casework.alone:
        _activity(routes, kernel, casework, strategy)
    _rota(routes, kernel)
    return routes


async def _steps(
    kernel: Kernel, principal: Principal, what: str, subject: str, version: int, events: Sequence[Event], may: Sequence[bool]
) -> list[object]:
    """Every step with its texts, if `may` says so; that it was read is recorded before they leave."""
    await record_read(kernel.database, principal.id, subject, what, version)
    return await opened_trees(kernel, [event.model_dump(mode="json", exclude={"version", "act"}) for event in events], may)


def _group(routes: APIRouter, kernel: Kernel, casework: Casework) -> None:
    @routes.get("/groups/{group_id}", summary="A group, for its leader; while it has none, its plan and who came, for who may take it")
    async def group(group_id: str, principal: SignedIn) -> dict[str, object]:
        loaded = await load(kernel.store, GROUP, group_stream(group_id))
        known = loaded.state
        require_reader(principal, known)
        await require_not_named(kernel.store, casework, principal, members_of(known))
        may = [isinstance(event, GroupFormed) or event.act in known.noted_for(principal.id) for event in known.events]
        steps = await _steps(kernel, principal, "group", group_id, loaded.version, known.events, may)
        members = [{"case": member.case, "student": member.student} for member in known.students.values()]
        whose = {"leader": None if known.gone else known.leader, "without_an_owner": is_nobodys(known)}
        told = {"id": group_id, "version": loaded.version, "state": known.state} | whose
        parted = sorted({student for pair in known.sides for student in pair})
        return told | {"members": members, "two_sides": parted, "sessions": known.sessions, "steps": steps}


def _activity(routes: APIRouter, kernel: Kernel, casework: Casework, strategy: StandingAlone) -> None:
    @routes.get(f"/{strategy.path}/{{activity_id}}", summary=f"A {strategy.name}, for those who may read it", name=strategy.name)
    async def read(activity_id: str, principal: SignedIn) -> dict[str, object]:
        loaded = await load(kernel.store, casework.without_case, activity_stream(strategy.name, activity_id))
        activity = require_party(principal, loaded.state, strategy)
        case = strategy.case(activity)
        await require_not_named(kernel.store, casework, principal, AlsoAbout((case,)) if case else AlsoAbout())
        steps = await _steps(kernel, principal, strategy.name, activity_id, loaded.version, activity.events, [True] * len(activity.events))
        gone = loaded.state.gone
        whose = {"owner": None if gone else activity.owner, "without_an_owner": bool(gone) and not activity.ended}
        return {"id": activity_id, "version": loaded.version, "state": activity.state, **whose, "steps": steps}


def _rota(routes: APIRouter, kernel: Kernel) -> None:
    @routes.get("/schools/{school}/duty", summary="Who is away from a school, and who stands in")
    async def duty(school: str, principal: SignedIn) -> dict[str, object]:
        require_at_school(principal, school)
        state = (await load(kernel.store, DUTY, rota_stream(school))).state
        away = [event for event in (state.away or {}).values() if event.away_from]
        return {"items": [event.model_dump(mode="json", exclude={"type", "version"}) for event in away], "next": None}
