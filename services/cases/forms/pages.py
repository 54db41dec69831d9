"""One page for each command of a case: what is asked follows from the command, its words lie beside it, and what may be given says the decider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.cases.commands.next_steps import LookingAhead, NextStep
from services.cases.commands.road import Road
from services.cases.domain.case.state import Case
from services.cases.domain.streams import case_stream
from services.cases.forms.choosing import Choosing
from services.cases.forms.giving import Giving, Outcome, Sent, typed_in
from services.cases.forms.showing import Showing
from services.cases.forms.wording import Form
from shared.access import Principal, SignedIn
from shared.decider import load
from shared.errors import NotFound, Refused
from shared.eventstore.states import Loaded
from shared.pages import say

_LONGEST_KEY = 100


class NoLongerPossible(Refused):
    code = "no-longer-possible"
    indonesian = "Langkah ini tidak (lagi) dapat dilakukan pada kasus ini. Kembali ke kasus untuk melihat langkah yang mungkin."
    english = "This step cannot be taken on this case (any more). Go back to the case to see what is possible."


@dataclass(frozen=True, slots=True)
class StepPages:
    """The forms of one service. forms: by the name of their command."""

    road: Road
    forms: Mapping[str, Form]
    choosing: Choosing

    async def empty(self, request: Request, principal: Principal, case_id: str, called: str) -> Response:
        """The form as it is first shown. Raises: NotFound, NotAllowed, NoLongerPossible."""
        form = self._form(called)
        steps = await LookingAhead(self.road).steps(principal, case_id)
        step = next((each for each in steps if each.called == called and _is_about(each, request)), None)
        if step is None:
            raise NoLongerPossible
        return await self._page(request, principal, case_id, Sent(form, {}, _fixed(form, request), str(uuid4())), Outcome(status=200), step)

    async def send(self, request: Request, principal: Principal, case_id: str, called: str) -> Response:
        """Gives the command; where that fails, the form as it was typed. Raises: NotFound, NotAllowed."""
        form = self._form(called)
        async with request.form() as given:
            typed = typed_in(given.multi_items())
        key, version = typed.pop("key", [""])[0], typed.pop("version", [""])[0]
        sent = Sent(form, typed, _fixed(form, request), key[:_LONGEST_KEY] or str(uuid4()), int(version) if version.isdigit() else None)
        outcome = await Giving(self.road).give(principal, case_id, sent, await self._zone(case_id))
        if outcome.saved:
            return RedirectResponse(f"/cases/cases/{case_id}?tersimpan={called}", 303)
        return await self._page(request, principal, case_id, sent, outcome, None)

    def _form(self, called: str) -> Form:
        form = self.forms.get(called)
        if form is None:
            raise NotFound("there is no such step")
        return form

    async def _page(self, request: Request, principal: Principal, case_id: str, sent: Sent, outcome: Outcome, step: NextStep | None) -> Response:
        now = await self._now(case_id)
        known = step or await self._step(principal, case_id, sent, request)
        showing = Showing(self.choosing, now.state, known.choices if known else {})
        told = {
            "form": sent.form,
            "shown": await showing.form(sent.form, sent.fixed, sent.typed, outcome.errors),
            "errors": outcome.errors,
            "notice": outcome.notice,
            "key": str(uuid4()) if outcome.fresh else sent.key,
            "version": _version(now, sent.fixed),
            "case": case_id,
            "student": await self._student(now.state),
            "address": str(request.url.path) + (f"?{request.url.query}" if request.url.query else ""),
            "unsaved": say("Belum tersimpan."),
        }
        return self.road.kernel.frame.page(request, "forms/step.html", told, outcome.status)

    async def _step(self, principal: Principal, case_id: str, sent: Sent, request: Request) -> NextStep | None:
        """What may be chosen, where the step is still possible."""
        steps = await LookingAhead(self.road).steps(principal, case_id)
        return next((each for each in steps if each.called == sent.form.command.called and _is_about(each, request)), None)

    async def _now(self, case_id: str) -> Loaded[Case]:
        return await load(self.road.kernel.store, self.road.casework.case, case_stream(case_id))

    async def _zone(self, case_id: str) -> ZoneInfo:
        calendar = await self.road.calendars.of((await self._now(case_id)).state.school)
        return ZoneInfo(calendar.zone)

    async def _student(self, case: Case) -> str:
        """The student's name, for whoever was let in."""
        return (await self.choosing.names([case.student])).get(case.student, "") if case.student else ""


def router(pages: StepPages) -> APIRouter:
    """`/cases/cases/{case}/langkah/{step}`. What the step is about stands in the query, as ids."""
    routes = APIRouter(prefix="/cases", include_in_schema=False)

    @routes.get("/cases/{case_id}/langkah/{called}")
    async def empty(case_id: str, called: str, request: Request, principal: SignedIn) -> Response:
        return await pages.empty(request, principal, case_id, called)

    @routes.post("/cases/{case_id}/langkah/{called}")
    async def send(case_id: str, called: str, request: Request, principal: SignedIn) -> Response:
        return await pages.send(request, principal, case_id, called)

    return routes


def _fixed(form: Form, request: Request) -> dict[str, str]:
    """What the address says of the body: the thing that the step is about."""
    known = {each.name for each in form.questions}
    return {name: value for name, value in request.query_params.items() if name in known}


def _is_about(step: NextStep, request: Request) -> bool:
    """Whether the step is about what the address names."""
    return all(str(value) == request.query_params.get(name) for name, value in step.fields.items())


def _version(now: Loaded[Case], fixed: Mapping[str, str]) -> int | None:
    """Of the activity, for a step of one: what others do elsewhere in the case changes nothing about it."""
    activity = now.state.activities.get(fixed.get("activity", ""))
    return activity.version if activity else None
