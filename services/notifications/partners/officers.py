"""The portal of an agency's officers, who have accounts: the referrals to their own agency, and the same answer. Each look is on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.notifications.case_people import KeptPeople, cases_of
from services.notifications.domain.task import TASK
from services.notifications.domain.task.events import TaskRequested
from services.notifications.domain.task.state import Task
from services.notifications.partners.answering import stream_of
from services.notifications.partners.giving import Giving
from services.notifications.partners.pages import fresh
from services.notifications.partners.reading import Reading
from services.notifications.partners.typed import Typed, typed_answer
from services.notifications.partners.wording import PRIORITIES, STATES
from services.notifications.views import Reader, tasks
from shared.access import Principal, SignedIn
from shared.decider import load
from shared.errors import NotFound
from shared.eventstore.projection import Projection
from shared.pages import Text
from shared.rights.people import CasePeople
from shared.service import Kernel

OFFICER = "agency-officer"
_UNANSWERED = ("requested", "received")


@dataclass(frozen=True, slots=True)
class OfficerPages:
    """Answers what an officer asks."""

    kernel: Kernel
    outbox: Projection
    reading: Reading
    giving: Giving

    async def listed(self, principal: Principal) -> list[dict[str, Any]]:
        """Of the officer's own agencies: those without an answer first, the earliest day first. Raises: StillBuilding."""
        found = [each for agency in sorted(principal.schools(OFFICER)) for each in await tasks(self.outbox, Reader(principal.id, None, agency))]
        people, now = await KeptPeople(self.kernel.database).of(cases_of(found)), self.kernel.clock.now()
        rows = [{**each, "overdue": each["respond_by"] < now} for each in found if not _is_kept_out(principal, people[each["case"]])]
        return sorted(rows, key=lambda each: (each["state"] not in _UNANSWERED, each["respond_by"]))

    async def task(self, principal: Principal, task_id: str) -> tuple[Task, TaskRequested]:
        """Raises: NotFound: no referral to an agency of this officer, or one whose case names them or suspended them."""
        task = (await load(self.kernel.store, TASK, stream_of(task_id))).state
        if task.requested is None or not await self._is_for(principal, task.requested):
            raise NotFound("no referral to your agency has this id")
        return task, task.requested

    async def _is_for(self, principal: Principal, requested: TaskRequested) -> bool:
        if requested.agency not in principal.schools(OFFICER):
            return False
        people = await KeptPeople(self.kernel.database).of({requested.case: requested.school})
        return not _is_kept_out(principal, people[requested.case])

    async def page(self, request: Request, principal: Principal, task_id: str, typed: Typed, errors: Mapping[str, Text], status: int) -> HTMLResponse:
        """One referral, with the package where it is open."""
        _, requested = await self.task(principal, task_id)
        await self.reading.looked_again(task_id, "portal", self.reading.occasion(requested, principal.id))
        task, _ = await self.task(principal, task_id)
        action = {"typed": typed, "errors": errors, "action": f"/notifications/lembaga/{task_id}/jawab", "staff": False}
        return self.kernel.frame.page(
            request, "partners/officer_task.html", {**await self.reading.shown(task, requested, principal.id), **action}, status
        )  # fmt: skip

    async def answer(self, principal: Principal, task_id: str, typed: Typed) -> Mapping[str, Text]:
        """What is wrong with it, by field, and then nothing was changed."""
        task, requested = await self.task(principal, task_id)
        return await self.giving.given(task_id, task, typed, "portal", self.reading.occasion(requested, principal.id))


def _is_kept_out(principal: Principal, people: CasePeople) -> bool:
    """Whoever the case names, or was suspended from it, learns nothing of it, not even as somebody of an agency."""
    return principal.id in people.named | people.suspended


def router(pages: OfficerPages) -> APIRouter:
    """`/notifications/lembaga` and `/notifications/lembaga/{task}`."""
    routes = APIRouter(prefix="/notifications/lembaga", include_in_schema=False)

    @routes.get("")
    async def listed(request: Request, principal: SignedIn) -> HTMLResponse:
        told = {"tasks": await pages.listed(principal), "states": STATES, "priorities": PRIORITIES, "zone": pages.kernel.settings.time_zone}
        return pages.kernel.frame.page(request, "partners/officer_list.html", told)

    @routes.get("/{task_id}")
    async def look(task_id: str, request: Request, principal: SignedIn) -> HTMLResponse:
        return await pages.page(request, principal, task_id, fresh(), {}, 200)

    @routes.post("/{task_id}/jawab")
    async def give(task_id: str, request: Request, principal: SignedIn, typed: Annotated[Typed, Depends(typed_answer)]) -> Response:
        if errors := await pages.answer(principal, task_id, typed):
            return await pages.page(request, principal, task_id, typed, errors, 422)
        return RedirectResponse(f"/notifications/lembaga/{task_id}", 303)

    return routes
