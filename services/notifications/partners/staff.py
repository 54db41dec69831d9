"""What staff see of a referral that is on its way, and what they do for an agency without a system: note its call or letter, hand over its code, send
its link again. For whoever reads the case now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.notifications.case_people import KeptPeople, cases_of, reads, sees
from services.notifications.domain.task import TASK
from services.notifications.domain.task.events import TaskRequested
from services.notifications.domain.task.state import Task
from services.notifications.domain.task_link import RenewLink
from services.notifications.families.factors import in_groups
from services.notifications.families.wording import STATES as SENDING
from services.notifications.partners.answering import Channel, stream_of
from services.notifications.partners.codes import AgencyCodes
from services.notifications.partners.giving import Giving
from services.notifications.partners.mailing import LinkMail
from services.notifications.partners.owning import own_task
from services.notifications.partners.pages import fresh
from services.notifications.partners.typed import Typed, offered, typed_answer
from services.notifications.partners.wording import ANSWERS, HOW, PRIORITIES, REASONS, STATES, state_text
from services.notifications.reasons import attempt_text
from services.notifications.views import Reader, agencies, deliveries, tasks
from shared.access import EVERYWHERE, Principal, SignedIn
from shared.addresses import MailAddress
from shared.decider import execute, load
from shared.errors import NotAllowed, NotFound
from shared.eventstore.projection import Projection
from shared.message import Occasion
from shared.pages import Text, say
from shared.service import Kernel

_UNANSWERED = ("requested", "received")
_UNKNOWN = say("Jawaban yang belum dikenal di sini")
"""Of a later release."""

_NO_HOW: Mapping[str, Text] = {"how": say("Pilih dari mana jawaban ini.")}
_REPLACE = ("coordinator", "district-duty")
"""Whoever may replace an agency's code: it is one for all schools of the district."""
_Short = Annotated[str, Form(max_length=200)]


@dataclass(frozen=True, slots=True)
class StaffPages:
    """Answers what a member of staff asks."""

    kernel: Kernel
    outbox: Projection
    giving: Giving
    codes: AgencyCodes
    mail: LinkMail

    async def listed(self, principal: Principal) -> list[dict[str, Any]]:
        """The referrals of the cases that the principal reads: those without an answer first, a locked link before the others, then the longest wait.

        Raises: StillBuilding.
        """
        schools = principal.schools()
        everything = await tasks(self.outbox, Reader(principal.id, None if schools == EVERYWHERE else tuple(sorted(schools))))
        people, now = await KeptPeople(self.kernel.database).of(cases_of(everything)), self.kernel.clock.now()
        names = await self.names()
        mine = [
            {**each, "name": names.get(each["agency"], each["agency"]), "days": self.days(each["requested_at"]), "overdue": each["respond_by"] < now}
            for each in everything
            if reads(sees(principal, people[each["case"]], now))
        ]
        told = [{**each, "locked": await self._is_locked(each)} for each in mine]
        return sorted(told, key=lambda each: (each["state"] not in _UNANSWERED, not each["locked"], each["requested_at"]))

    async def _is_locked(self, row: Mapping[str, Any]) -> bool:
        """Whether the agency still has to answer, and cannot by its link."""
        return row["state"] in _UNANSWERED and (await load(self.kernel.store, TASK, stream_of(row["id"]))).state.link.locked

    async def names(self) -> dict[str, str]:
        """Of every agency."""
        return {each["id"]: each["name"] for each in await agencies(self.outbox)}

    def days(self, since: datetime) -> int:
        """Days that began since then, by the district's clock."""
        zone = ZoneInfo(self.kernel.settings.time_zone)
        return (self.kernel.clock.now().astimezone(zone).date() - since.astimezone(zone).date()).days

    async def task(self, principal: Principal, task_id: str) -> tuple[Task, TaskRequested]:
        """Raises: NotFound: it is not there, or not for this principal."""
        found = await own_task(self.kernel, principal, task_id)
        if found.requested is None:
            raise NotFound
        return found, found.requested

    async def page(
        self, request: Request, principal: Principal, task_id: str, typed: Typed, errors: Mapping[str, Text], status: int, code: str = ""
    ) -> HTMLResponse:
        """One referral. code: to hand over, just now."""
        task, requested = await self.task(principal, task_id)
        sent = [each for each in await deliveries(self.outbox, Reader(principal.id, None), requested.case) if each["task"] == task_id]
        told = {
            "task": task_id, "case": requested.case, "name": (await self.names()).get(requested.agency, requested.agency),
            "state": state_text(task.state), "unanswered": task.state in _UNANSWERED, "priority": PRIORITIES[requested.priority],
            "respond_by": requested.respond_by, "sent": sent, "sending": SENDING, "attempt_text": attempt_text, "locked": task.link.locked,
            "has_mail": isinstance(await self.mail.address(requested.agency), MailAddress), "code": in_groups(code) if code else (),
            "may_replace": principal.holds(*_REPLACE), "aside": await self.aside(task),
            "offered": offered(task), "reasons": list(REASONS.items()), "ways": list(HOW.items()), "typed": typed, "errors": errors, "staff": True,
            "action": f"/notifications/rujukan/{task_id}/jawab", "zone": self.kernel.settings.time_zone, "form": str(uuid4()),
        }  # fmt: skip
        return self.kernel.frame.page(request, "partners/staff_task.html", told, status)

    async def aside(self, task: Task) -> list[tuple[Text, datetime | None, str]]:
        """What another district said and could not be taken: what it was, for when, and its words."""
        found = await self.giving.answering.aside(task)
        return [(ANSWERS.get(each.trigger, _UNKNOWN), each.at, words if isinstance(words, str) else "") for each, words in found]

    async def note(self, principal: Principal, task_id: str, typed: Typed) -> Mapping[str, Text]:
        """Gives the answer that the agency gave by phone or letter; what is wrong with it, by field, and then nothing was changed."""
        task, requested = await self.task(principal, task_id)
        how: Channel | None = "phone" if typed.how == "phone" else "letter" if typed.how == "letter" else None
        if how is None:
            return _NO_HOW
        return await self.giving.given(task_id, task, typed, how, self._occasion(principal, requested))

    async def hand_over(self, principal: Principal, task_id: str, *, replaced: bool) -> str:
        """The code of the task's agency. Raises: NotAllowed: another code for all schools is not this principal's to make."""
        _, requested = await self.task(principal, task_id)
        if replaced and not principal.holds(*_REPLACE):
            raise NotAllowed("only a coordinator or the district's duty officer replaces the code of an agency")
        return await self.codes.hand_over(requested.agency, principal.id, self._occasion(principal, requested), fresh=replaced)

    async def renew(self, principal: Principal, task_id: str, form: str) -> None:
        """Another link is mailed; the ones before open nothing any more."""
        _, requested = await self.task(principal, task_id)
        command = RenewLink(renewal=form[:100], by=principal.id)
        done = await execute(self.kernel.store, TASK, stream_of(task_id), command, self._occasion(principal, requested))
        await self.outbox.caught_up(done.position)

    def _occasion(self, principal: Principal, requested: TaskRequested) -> Occasion:
        cause = uuid4()
        return Occasion(principal.id, requested.school, self.kernel.clock.now(), cause, cause)


def router(pages: StaffPages) -> APIRouter:
    """`/notifications/rujukan` and `/notifications/rujukan/{task}`."""
    routes = APIRouter(prefix="/notifications/rujukan", include_in_schema=False)

    @routes.get("")
    async def listed(request: Request, principal: SignedIn) -> HTMLResponse:
        told = {"tasks": await pages.listed(principal), "states": STATES, "priorities": PRIORITIES, "zone": pages.kernel.settings.time_zone}
        return pages.kernel.frame.page(request, "partners/staff_list.html", told)

    @routes.get("/{task_id}")
    async def look(task_id: str, request: Request, principal: SignedIn) -> HTMLResponse:
        return await pages.page(request, principal, task_id, fresh(), {}, 200)

    @routes.post("/{task_id}/jawab")
    async def note(task_id: str, request: Request, principal: SignedIn, typed: Annotated[Typed, Depends(typed_answer)]) -> Response:
        if errors := await pages.note(principal, task_id, typed):
            return await pages.page(request, principal, task_id, typed, errors, 422)
        return RedirectResponse(f"/notifications/rujukan/{task_id}", 303)

    @routes.post("/{task_id}/kode")
    async def code(task_id: str, request: Request, principal: SignedIn, replaced: _Short = "") -> HTMLResponse:
        shown = await pages.hand_over(principal, task_id, replaced=bool(replaced))
        return await pages.page(request, principal, task_id, fresh(), {}, 200, shown)

    @routes.post("/{task_id}/tautan")
    async def renew(task_id: str, principal: SignedIn, form: _Short = "") -> Response:
        await pages.renew(principal, task_id, form or str(uuid4()))
        return RedirectResponse(f"/notifications/rujukan/{task_id}", 303)

    return routes
