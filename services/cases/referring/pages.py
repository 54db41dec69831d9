"""`/cases/cases/{case}/rujuk` and the three pages after it. Every page is shown by GET; what is sent is kept and leads to the next."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.cases.commands.envelope import Envelope
from services.cases.commands.next_steps import LookingAhead
from services.cases.commands.on_case import OnCase
from services.cases.commands.road import Road
from services.cases.domain.case.state import Case
from services.cases.domain.referring.referral.drafting import DraftReferral
from services.cases.domain.streams import case_stream
from services.cases.drafts.answering import Saved, by_script
from services.cases.forms.giving import Outcome, attempted, typed_in
from services.cases.forms.giving_back import giving_back
from services.cases.forms.pages import NoLongerPossible
from services.cases.referring.contents import package
from services.cases.referring.keeping import Keeping, Kept
from services.cases.referring.ordering import orders
from services.cases.referring.screens import Screens
from services.cases.referring.typed import ADDRESSES, PAGES, Faults, Page, Said, first_faulty
from shared.access import Principal, SignedIn
from shared.asked import Asked
from shared.decider import load
from shared.errors import Sentences
from shared.message import TANGGAP, derived_id
from shared.pages import say

TITLE = say("Rujuk ke lembaga")
_LONGEST_KEY = 100
_BY_ADDRESS: Mapping[str, Page] = {"": "need", "/penerima": "receiver", "/isi": "contents", "/periksa": "check"}


@dataclass(frozen=True, slots=True)
class Referring:
    """The pages of one service."""

    road: Road
    keeping: Keeping
    screens: Screens

    async def page(self, request: Request, principal: Principal, case_id: str, page: Page) -> Response:
        """Raises: NotFound, NotAllowed, NoLongerPossible; Unavailable: the directory does not answer."""
        case = await self._case(case_id)
        steps = await LookingAhead(self.road).steps(principal, case_id)
        if all(each.called != DraftReferral.called for each in steps):
            raise NoLongerPossible
        kept = await self.keeping.find(principal, case_id) or await self.screens.begun(case)
        earlier = first_faulty(kept.said)
        if earlier and list(PAGES).index(earlier[0]) < list(PAGES).index(page):
            return _to(case_id, earlier[0])
        return await self.screens.shown(request, principal, case_id, case, page, kept, Outcome(status=200))

    async def answer(self, request: Request, principal: Principal, case_id: str, page: Page) -> Response:
        """Keeps what was answered on a page, and leads to the next one. Raises: NotFound, NotAllowed, Unavailable."""
        case, typed = await self._allowed(principal, case_id), await _typed(request)
        kept = (await self.keeping.find(principal, case_id) or await self.screens.begun(case)).with_page(page, typed)
        at = await self.keeping.save(principal, case_id, case, kept)
        if faults := kept.said.faults(page) or (await self.screens.refused(kept.said) if page == "need" else {}):
            outcome = Outcome(errors=faults, status=422)
            return await self.screens.shown(request, principal, case_id, case, page, replace(kept, at=at), outcome)
        return _to(case_id, page if "cari" in typed else _after(page))

    async def keep(self, request: Request, principal: Principal, case_id: str) -> Response:
        """Saves the draft, or drops it. Raises: NotFound, NotAllowed, Unavailable."""
        case, typed = await self._allowed(principal, case_id), await _typed(request)
        if "buang" in typed:
            await self.keeping.drop(principal, case_id)
            return _to(case_id, "need")
        page = _first(typed.get("page", ()))
        kept = (await self.keeping.find(principal, case_id) or await self.screens.begun(case)).with_page(page, typed)
        at = await self.keeping.save(principal, case_id, case, kept)
        if by_script(request):
            return Saved(at, (await self._zone(case)).key).line(request)
        return _to(case_id, page)

    async def send(self, request: Request, principal: Principal, case_id: str) -> Response:
        """Gives the commands. Everything stands in the form itself, so that a second press is the same act. Raises: NotFound, NotAllowed."""
        case, typed = await self._allowed(principal, case_id), await _typed(request)
        key = (typed.pop("key", None) or [str(uuid4())])[0][:_LONGEST_KEY]
        kept = Kept({name: values for name, values in typed.items() if name in _ASKED}, key)
        if faulty := first_faulty(kept.said):
            return await self.screens.shown(request, principal, case_id, case, faulty[0], kept, Outcome(errors=faulty[1], status=422))
        text = package(kept.said, await self.screens.students.of(case))
        envelope = await self._envelope(principal, case_id, kept)
        outcome = await self._given(envelope, case_id, kept.said, text)
        if not outcome.saved:
            again = replace(kept, key=str(uuid4())) if outcome.fresh else kept
            return await self.screens.shown(request, principal, case_id, case, "check", again, outcome)
        await self.keeping.sent(principal, case_id, case, envelope.id("referral"), None if kept.said.phoned else text)
        called = "send-referral" if kept.said.phoned else "draft-referral"
        return RedirectResponse(f"/cases/cases/{case_id}?tersimpan={called}", 303)

    async def _given(self, envelope: Envelope, case_id: str, said: Said, text: str) -> Outcome:
        subject = OnCase(self.road.kernel, self.road.casework.case, case_id)
        wanted = orders(said, envelope.id("referral"), text)
        return await attempted(self.road.take_together(envelope, subject, wanted), lambda _: _REFUSED)

    async def _envelope(self, principal: Principal, case_id: str, kept: Kept) -> Envelope:
        scope = f"{principal.id} referral {case_id}"
        said = json.dumps({name: list(values) for name, values in sorted(kept.typed.items())})
        fingerprint = await self.road.kernel.fingerprints.of(said.encode())
        known = Asked(scope, kept.key, fingerprint, derived_id(TANGGAP, scope, kept.key))
        return Envelope(principal, known.cause, self.road.kernel.clock.now(), None, known)

    async def _allowed(self, principal: Principal, case_id: str) -> Case:
        """Raises: NotFound, NotAllowed: nothing of the case is shown to whoever may not refer."""
        case, kernel = await self._case(case_id), self.road.kernel
        subject, envelope = OnCase(kernel, self.road.casework.case, case_id), Envelope(principal, uuid4(), kernel.clock.now())
        subject.require(envelope, case, DraftReferral, {})
        return case

    async def _case(self, case_id: str) -> Case:
        return (await load(self.road.kernel.store, self.road.casework.case, case_stream(case_id))).state

    async def _zone(self, case: Case) -> ZoneInfo:
        return ZoneInfo((await self.road.calendars.of(case.school)).zone)


def router(referring: Referring) -> APIRouter:
    """The pages of *Rujuk ke lembaga*."""
    frame = referring.road.kernel.frame
    routes = APIRouter(prefix="/cases/cases/{case_id}", include_in_schema=False, route_class=giving_back(frame, {}, TITLE))

    @routes.get("/rujuk")
    async def need(case_id: str, request: Request, principal: SignedIn) -> Response:
        return await referring.page(request, principal, case_id, "need")

    @routes.get("/rujuk/{page}")
    async def later(case_id: str, page: str, request: Request, principal: SignedIn) -> Response:
        return await referring.page(request, principal, case_id, _named(page))

    @routes.post("/rujuk/konsep")
    async def keep(case_id: str, request: Request, principal: SignedIn) -> Response:
        return await referring.keep(request, principal, case_id)

    @routes.post("/rujuk/periksa")
    async def send(case_id: str, request: Request, principal: SignedIn) -> Response:
        return await referring.send(request, principal, case_id)

    @routes.post("/rujuk")
    async def needed(case_id: str, request: Request, principal: SignedIn) -> Response:
        return await referring.answer(request, principal, case_id, "need")

    @routes.post("/rujuk/{page}")
    async def answered(case_id: str, page: str, request: Request, principal: SignedIn) -> Response:
        return await referring.answer(request, principal, case_id, _named(page))

    return routes


def _named(page: str) -> Page:
    """The page at the end of an address; the first one for any other."""
    return _BY_ADDRESS.get(f"/{page}", "need")


def _first(named: Sequence[str]) -> Page:
    """The page that a form says it is; the first one where it says nothing."""
    return next((each for each in PAGES if each in named), "need")


def _after(page: Page) -> Page:
    following = list(PAGES)
    return following[min(following.index(page) + 1, len(following) - 1)]


def _to(case_id: str, page: Page) -> RedirectResponse:
    return RedirectResponse(f"/cases/cases/{case_id}{ADDRESSES[page]}", 303)


async def _typed(request: Request) -> dict[str, list[str]]:
    async with request.form() as given:
        return typed_in(given.multi_items())


_ASKED = frozenset(name for names in PAGES.values() for name in names)
_REFUSED: Faults = {"": Sentences("Isian ini tidak dapat diterima. Periksa kembali.", "This cannot be accepted. Check it again.")}
