"""One page for each command of a case: what is asked follows from the command, its words lie beside it, and what may be given says the decider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.cases.attached.showing import place_of_files
from services.cases.closing.naming import Closing
from services.cases.commands.next_steps import LookingAhead, NextStep
from services.cases.commands.road import Road
from services.cases.domain.case.state import Case
from services.cases.domain.case.strands import Close
from services.cases.domain.streams import case_stream
from services.cases.drafts.answering import Saved, by_script
from services.cases.forms.asking import WHY_READ, fixed_by, is_about, reading_reason, where
from services.cases.forms.before import ReadingBefore
from services.cases.forms.choosing import Choosing
from services.cases.forms.drafting import StepDrafts
from services.cases.forms.following import Following
from services.cases.forms.giving import CHANGED, Giving, Outcome, Sent, typed_in
from services.cases.forms.giving_back import giving_back
from services.cases.forms.showing import Showing
from services.cases.forms.wording import Form
from services.cases.rights import is_of
from shared.access import Principal, SignedIn
from shared.decider import load
from shared.errors import NotFound, Refused
from shared.eventstore.states import Loaded
from shared.typed import whole_number

_LONGEST_KEY = 100
_REFUSED = 400
CASE_PAGE = "/cases/cases/{case_id}"


class NoLongerPossible(Refused):
    code = "no-longer-possible"
    indonesian = "Langkah ini tidak (lagi) dapat dilakukan pada kasus ini. Kembali ke kasus untuk melihat langkah yang mungkin."
    english = "This step cannot be taken on this case (any more). Go back to the case to see what is possible."


@dataclass(frozen=True, slots=True)
class StepPages:
    """The forms of one service. forms: by the name of their command. following: steps that may be taken with one that begins an activity."""

    road: Road
    forms: Mapping[str, Form]
    choosing: Choosing
    drafts: StepDrafts
    following: Mapping[str, Following]
    closing: Closing

    async def empty(self, request: Request, principal: Principal, case_id: str, called: str) -> Response:
        """The form as it is first shown, or with what the person was writing.

        Raises: NotFound, NotAllowed, NoLongerPossible; ProofNeeded: leads to where one proves it again.
        """
        form, fixed, now = self._form(called), fixed_by(self._form(called), request), await self._now(case_id)
        if self.road.kernel.access.permissions.command(form.command.permission).fresh:
            self.road.kernel.access.require_fresh(principal)
        draft = await self.drafts.found(principal, case_id, called, fixed)
        sent = Sent(form, draft.typed if draft else {}, fixed, draft.key if draft else str(uuid4()), None, self.following.get(called))
        step = await self._step(principal, case_id, sent, now)
        if step is None:
            self._require_closing(principal, case_id, sent, now)
        return await self._page(request, principal, case_id, sent, Outcome(status=200), now, step, draft.saved_at if draft else None)

    def _require_closing(self, principal: Principal, case_id: str, sent: Sent, now: Loaded[Case]) -> None:
        """Whoever may close an open case is told what holds it; any other step that is not possible has no page.

        Raises: NotFound, NotAllowed, NoLongerPossible.
        """
        self.drafts.require(principal, case_id, now.state, sent)
        if sent.form.command is not Close or now.state.state in ("closed", "merged"):
            raise NoLongerPossible

    async def send(self, request: Request, principal: Principal, case_id: str, called: str) -> Response:
        """Gives the command; where that fails, the form as it was typed. The case is folded once for its page. Raises: NotFound, NotAllowed."""
        sent, now = await self._sent(request, called), await self._now(case_id)
        outcome = await Giving(self.road).give(principal, case_id, sent, await self._zone(now))
        if outcome.saved:
            await self.drafts.drop(principal, case_id, called, sent.fixed)
            saved = f"tersimpan={sent.last.command.called}"
            return RedirectResponse(self._back(principal, case_id, saved, request.query_params.get(WHY_READ, "")), 303)
        after = await self._now(case_id) if outcome.notice else now
        self.drafts.require(principal, case_id, after.state, sent)
        return await self._page(request, principal, case_id, sent, outcome, after)

    async def keep(self, request: Request, principal: Principal, case_id: str, called: str) -> Response:
        """Saves the draft, or drops it. Raises: NotFound, NotAllowed, Unavailable."""
        sent = await self._sent(request, called)
        if "buang" in sent.typed:
            await self.drafts.drop(principal, case_id, called, sent.fixed)
            return RedirectResponse(where(request, case_id, called).form, 303)
        now = await self._now(case_id)
        at = await self.drafts.save(principal, case_id, now.state, sent)
        if by_script(request):
            return Saved(at, (await self._zone(now)).key).line(request)
        return await self._page(request, principal, case_id, sent, Outcome(status=200), now, None, at)

    async def _sent(self, request: Request, called: str) -> Sent:
        form = self._form(called)
        async with request.form() as given:
            typed = typed_in(given.multi_items())
        key, version = typed.pop("key", [""])[0], typed.pop("version", [""])[0]
        kept = key[:_LONGEST_KEY] or str(uuid4())
        return Sent(form, typed, fixed_by(form, request), kept, whole_number(version), self.following.get(called))

    def _back(self, principal: Principal, case_id: str, saved: str, reason: str) -> str:
        """The case, for whoever may open its page; an asked teacher goes back to what waits for them."""
        if principal.roles.isdisjoint(self.road.kernel.access.permissions.roles("GET", CASE_PAGE)):
            return "/cases/menunggu" + (f"?{saved}" if saved else "")
        query = "&".join(each for each in (saved, urlencode({"reason": reason}) if reason else "") if each)
        return f"/cases/cases/{case_id}" + (f"?{query}" if query else "")

    def _files(self, principal: Principal, case_id: str, case: Case, activity_id: str) -> str:
        """Where files of the activity are added, for whom it concerns; empty where the step begins one or is about something else."""
        activity = case.activities.get(activity_id)
        return place_of_files(case_id, "kegiatan", activity_id) if activity and is_of(principal, activity) else ""

    def _form(self, called: str) -> Form:
        form = self.forms.get(called)
        if form is None:
            raise NotFound("there is no such step")
        return form

    async def _page(
        self,
        request: Request,
        principal: Principal,
        case_id: str,
        sent: Sent,
        outcome: Outcome,
        now: Loaded[Case],
        step: NextStep | None = None,
        draft_at: datetime | None = None,
    ) -> Response:
        known, addresses = step or await self._step(principal, case_id, sent, now), where(request, case_id, sent.form.command.called)
        why = reading_reason(request)
        showing = Showing(self.choosing, now.state, principal, known.choices if known else {}, known.withheld if known else (), why,
                          holder=_holder(now.state, sent.fixed))  # fmt: skip
        told = {
            "form": sent.form,
            "shown": await showing.form(sent.form, sent.fixed, sent.typed, outcome.errors),
            "following": sent.following.form if sent.following else None,
            "follows": await showing.questions(sent.following.asked, sent.typed, outcome.errors) if sent.following else [],
            "possible": known is not None or outcome.status >= _REFUSED,
            "still_open": await self.closing.of(now.state) if sent.form.command is Close else [],
            "before": await ReadingBefore(self.road).of(principal, case_id, now, sent.form.command, sent.fixed) if known is not None else [],
            "errors": outcome.errors,
            "notice": outcome.notice,
            "key": str(uuid4()) if outcome.fresh else sent.key,
            "version": _version(now, sent.fixed),
            "back_to": self._back(principal, case_id, "", request.query_params.get(WHY_READ, "")),
            "student": await self._student(now.state),
            "address": addresses.form,
            "draft_address": addresses.draft,
            "draft_at": draft_at,
            "files": self._files(principal, case_id, now.state, sent.fixed.get("activity", "")),
            "zone": (await self._zone(now)).key,
            "others": await self.drafts.others(principal, case_id, sent.form.command.called, sent.fixed),
            "meanwhile": await self.drafts.meanwhile(principal, case_id, sent) if outcome.notice is CHANGED else [],
        }
        return self.road.kernel.frame.page(request, "forms/step.html", told, outcome.status)

    async def _step(self, principal: Principal, case_id: str, sent: Sent, now: Loaded[Case]) -> NextStep | None:
        """What may be chosen, where the step is still possible."""
        steps = await LookingAhead(self.road).of(principal, case_id, now)
        return next((each for each in steps if each.called == sent.form.command.called and is_about(each, sent.fixed)), None)

    async def _now(self, case_id: str) -> Loaded[Case]:
        return await load(self.road.kernel.store, self.road.casework.case, case_stream(case_id))

    async def _zone(self, now: Loaded[Case]) -> ZoneInfo:
        return ZoneInfo((await self.road.calendars.of(now.state.school)).zone)

    async def _student(self, case: Case) -> str:
        """The student's name, for whoever was let in."""
        return (await self.choosing.names([case.student])).get(case.student, "") if case.student else ""


def router(pages: StepPages) -> APIRouter:
    """`/cases/cases/{case}/langkah/{step}`. What the step is about stands in the query, as ids."""
    routes = APIRouter(prefix="/cases", include_in_schema=False, route_class=giving_back(pages.road.kernel.frame, pages.forms))

    @routes.get("/cases/{case_id}/langkah/{called}")
    async def empty(case_id: str, called: str, request: Request, principal: SignedIn) -> Response:
        return await pages.empty(request, principal, case_id, called)

    @routes.post("/cases/{case_id}/langkah/{called}")
    async def send(case_id: str, called: str, request: Request, principal: SignedIn) -> Response:
        return await pages.send(request, principal, case_id, called)

    @routes.post("/cases/{case_id}/langkah/{called}/konsep")
    async def keep(case_id: str, called: str, request: Request, principal: SignedIn) -> Response:
        return await pages.keep(request, principal, case_id, called)

    return routes


def _holder(case: Case, fixed: Mapping[str, str]) -> str | None:
    """Whose that is which the step is about."""
    if activity := case.activities.get(fixed.get("activity", "")):
        return activity.owner
    referral = case.referrals.by_id.get(fixed.get("referral", ""))
    return referral.owner if referral else case.assignee


def _version(now: Loaded[Case], fixed: Mapping[str, str]) -> int | None:
    """Of the activity, for a step of one: what others do elsewhere in the case changes nothing about it."""
    activity = now.state.activities.get(fixed.get("activity", ""))
    return activity.version if activity else None
