"""Whose a task is: its agency's own, and of staff whoever reads its case now."""

from __future__ import annotations

from services.notifications.case_people import KeptPeople, reads, sees
from services.notifications.domain.task import TASK
from services.notifications.domain.task.events import TaskRequested
from services.notifications.domain.task.state import Task
from services.notifications.partners.answering import stream_of
from shared.access import Principal
from shared.decider import load
from shared.errors import NotFound
from shared.service import Kernel


async def own_task(kernel: Kernel, principal: Principal, task_id: str) -> Task:
    """Raises: NotFound: it is not there, or not for this principal. Unavailable."""
    found = (await load(kernel.store, TASK, stream_of(task_id))).state
    if found.requested is None or not await _is_theirs(kernel, principal, found.requested):
        raise NotFound("no task of yours has this id")
    return found


async def _is_theirs(kernel: Kernel, principal: Principal, requested: TaskRequested) -> bool:
    """An agency's own; of staff whoever reads the case now: nobody who is named in it or suspended, not even as the second of two."""
    if principal.kind == "agency":
        return requested.agency == principal.id
    people = await KeptPeople(kernel.database).of({requested.case: requested.school})
    return reads(sees(principal, people[requested.case], kernel.clock.now()))
