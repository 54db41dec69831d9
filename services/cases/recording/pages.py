"""`/cases/catat`: with whom; `/cases/cases/{case}/catat`: what happened. One tap from the first page and from the case."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.cases.commands.envelope import Envelope
from services.cases.commands.next_steps import LookingAhead
from services.cases.commands.on_case import OnCase
from services.cases.commands.road import Road
from services.cases.domain.case.state import Case
from services.cases.domain.steps.activity import Activity
from services.cases.domain.strategies.counselling import COUNSELLING, HoldCounselling
from services.cases.domain.streams import case_stream
from services.cases.drafts.answering import Saved, by_script
from services.cases.drafts.kept import Drafts, Place
from services.cases.forms.giving import Outcome, attempted, typed_in
from services.cases.forms.giving_back import giving_back
from services.cases.forms.pages import NoLongerPossible
from services.cases.pages.people import Names
from services.cases.recording.presets import Presets
from services.cases.recording.session import APPROACHES, AREAS, NEXT, ORIGINS, RESULTS, Session, meeting_of, orders
from services.cases.recording.typed import FIELDS, read
from services.cases.recording.whom import Whom
from services.cases.rights import is_of
from shared.access import Principal, SignedIn
from shared.asked import Asked
from shared.decider import load
from shared.errors import NotAllowed, Sentences
from shared.message import TANGGAP, derived_id

_NEXT_ONE = "berikutnya"
_LONGEST_KEY = 100


@dataclass(frozen=True, slots=True)
class Recording:
    """The form of one case."""

    road: Road
    names: Names
    presets: Presets
    drafts: Drafts

    async def form(self, request: Request, principal: Principal, case_id: str) -> Response:
        """Raises: NotFound, NotAllowed, NoLongerPossible."""
        case, activity = await self._goes_on(principal, case_id)
        draft = await self.drafts.find(_place(principal, case_id))
        if draft:
            typed = {name: values[0] for name, values in draft.typed.items()}
            begun = case.activities.get(typed.get("activity", ""), activity)
            self._require_own(principal, begun)
            return await self._page(request, case_id, case, begun, typed, draft.key, Outcome(status=200), draft.saved_at)
        typed = await self.presets.of(case, activity, await self._zone(case))
        return await self._page(request, case_id, case, activity, typed, str(uuid4()), Outcome(status=200))

    async def keep(self, request: Request, principal: Principal, case_id: str) -> Response:
        """Saves the draft, or drops it. Raises: NotFound, NotAllowed, Unavailable."""
        typed, key = await _typed(request)
        case = (await load(self.road.kernel.store, self.road.casework.case, case_stream(case_id))).state
        self._require(principal, case_id, case, typed)
        if "buang" in typed:
            await self.drafts.drop(_place(principal, case_id))
            return RedirectResponse(f"/cases/cases/{case_id}/catat", 303)
        owner = OnCase(self.road.kernel, self.road.casework.case, case_id).owner(case)
        kept = {name: [value] for name, value in typed.items()}
        at = await self.drafts.save(_place(principal, case_id), owner, "counselling", kept, key)
        if by_script(request):
            return Saved(at, (await self._zone(case)).key).line(request)
        return await self._page(request, case_id, case, case.activities.get(typed.get("activity", "")), typed, key, Outcome(status=200), at)

    async def send(self, request: Request, principal: Principal, case_id: str) -> Response:
        """Raises: NotFound, NotAllowed."""
        typed, key = await _typed(request)
        case = (await load(self.road.kernel.store, self.road.casework.case, case_stream(case_id))).state
        activity = case.activities.get(typed.get("activity", ""))
        self._require_own(principal, activity)
        outcome = await self._recorded(principal, case_id, case, activity, typed, key)
        if outcome.saved:
            await self.drafts.forget(_place(principal, case_id))
            further = "/cases/catat?tersimpan=1" if typed.get("then") == _NEXT_ONE else f"/cases/cases/{case_id}?tersimpan=hold-counselling"
            return RedirectResponse(further, 303)
        self._require(principal, case_id, case, typed)
        return await self._page(request, case_id, case, activity, typed, str(uuid4()) if outcome.fresh else key, outcome)

    def _require(self, principal: Principal, case_id: str, case: Case, typed: Mapping[str, str]) -> None:
        """Raises: NotFound, NotAllowed: nothing of the case is shown to whoever may not record here."""
        self._require_own(principal, case.activities.get(typed.get("activity", "")))
        subject, envelope = OnCase(self.road.kernel, self.road.casework.case, case_id), Envelope(principal, uuid4(), self.road.kernel.clock.now())
        subject.require(envelope, case, HoldCounselling, {"activity": typed.get("activity", "")})

    def _require_own(self, principal: Principal, activity: Activity | None) -> None:
        """Raises: NotAllowed: a colleague's counselling, whose notes stand in this form, is theirs."""
        if activity is not None and not is_of(principal, activity):
            raise NotAllowed("a colleague's counselling is not yours to record")

    async def _recorded(
        self, principal: Principal, case_id: str, case: Case, activity: Activity | None, typed: Mapping[str, str], key: str
    ) -> Outcome:
        now = self.road.kernel.clock.now()
        session, faults = read(typed, await self._zone(case), now, first=meeting_of(activity) == 1, begins=activity is None)
        if session is None:
            return Outcome(errors=faults, status=422)
        envelope = await self._envelope(principal, case_id, session, typed, key, now)
        wanted = orders(session, activity, envelope.id("activity"))
        subject = OnCase(self.road.kernel, self.road.casework.case, case_id)
        return await attempted(self.road.take_together(envelope, subject, wanted), lambda _: {"": _OTHER})

    async def _envelope(self, principal: Principal, case_id: str, session: Session, typed: Mapping[str, str], key: str, now: datetime) -> Envelope:
        scope = f"{principal.id} session {case_id}"
        said = {name: value for name, value in typed.items() if name != "then"}
        fingerprint = await self.road.kernel.fingerprints.of(json.dumps(said, sort_keys=True).encode())
        known = Asked(scope, key, fingerprint, derived_id(TANGGAP, scope, key))
        return Envelope(principal, known.cause, now, session.at, known)

    async def _goes_on(self, principal: Principal, case_id: str) -> tuple[Case, Activity | None]:
        """The case, and the service that the session belongs to. Raises: NotFound, NotAllowed, NoLongerPossible."""
        steps = await LookingAhead(self.road).steps(principal, case_id)
        case = (await load(self.road.kernel.store, self.road.casework.case, case_stream(case_id))).state
        going = {str(each.fields.get("activity")) for each in steps if each.called in ("hold-counselling", "schedule-counselling")}
        going_on = [each for each in case.activities.values() if each.activity in going and each.strategy == COUNSELLING.name]
        found = [each for each in going_on if is_of(principal, each)]
        if not found and all(each.called != "request-counselling" for each in steps):
            raise NoLongerPossible
        return case, found[-1] if found else None

    async def _zone(self, case: Case) -> ZoneInfo:
        return ZoneInfo((await self.road.calendars.of(case.school)).zone)

    async def _page(
        self,
        request: Request,
        case_id: str,
        case: Case,
        activity: Activity | None,
        typed: Mapping[str, str],
        key: str,
        outcome: Outcome,
        draft_at: datetime | None = None,
    ) -> Response:
        told = {
            "case": case_id,
            "draft_address": f"/cases/cases/{case_id}/catat/konsep",
            "draft_at": draft_at,
            "zone": (await self._zone(case)).key,
            "student": (await self.names.of([case.student])).get(case.student or "", ""),
            "activity": activity.activity if activity else "",
            "meeting": meeting_of(activity),
            "begins": activity is None,
            "typed": dict.fromkeys(FIELDS, "") | dict(typed),
            "key": key,
            "errors": outcome.errors,
            "notice": outcome.notice,
            "results": list(RESULTS.items()),
            "nexts": list(NEXT.items()),
            "areas": list(AREAS.items()),
            "origins": list(ORIGINS.items()),
            "approaches": [(indonesian, (indonesian, english)) for indonesian, english in APPROACHES],
        }
        return self.road.kernel.frame.page(request, "recording/session.html", told, outcome.status)


def router(road: Road, recording: Recording, whom: Whom) -> APIRouter:
    """The pages of *Catat layanan*."""
    routes = APIRouter(prefix="/cases", include_in_schema=False, route_class=giving_back(road.kernel.frame, {}))

    @routes.get("/catat")
    async def choose(request: Request, principal: SignedIn, tersimpan: str = "") -> HTMLResponse:
        told = {"people": await whom.of(principal), "saved": tersimpan == "1"}
        return road.kernel.frame.page(request, "recording/whom.html", told)

    @routes.get("/cases/{case_id}/catat")
    async def form(case_id: str, request: Request, principal: SignedIn) -> Response:
        return await recording.form(request, principal, case_id)

    @routes.post("/cases/{case_id}/catat/konsep")
    async def keep(case_id: str, request: Request, principal: SignedIn) -> Response:
        return await recording.keep(request, principal, case_id)

    @routes.post("/cases/{case_id}/catat")
    async def send(case_id: str, request: Request, principal: SignedIn) -> Response:
        return await recording.send(request, principal, case_id)

    return routes


async def _typed(request: Request) -> tuple[dict[str, str], str]:
    """The fields, and the key of the form."""
    async with request.form() as given:
        typed = {name: values[0] for name, values in typed_in(given.multi_items()).items()}
    return typed, typed.pop("key", "")[:_LONGEST_KEY] or str(uuid4())


def _place(principal: Principal, case_id: str) -> Place:
    return Place(principal.id, case_id, "catat?")


_OTHER = Sentences("Isian ini tidak dapat diterima. Periksa kembali.", "This cannot be accepted. Check it again.")
