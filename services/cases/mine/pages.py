"""`/cases/untuk-saya`: a student's own page, and the two things that are said on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.cases.forms.giving import NOT_NOW, typed_in
from services.cases.forms.giving_back import giving_back
from services.cases.mine.reading import OwnCases
from services.cases.mine.saying import LONGEST, SCORES, Faults, Said, Saying
from services.cases.pages.people import Names
from services.cases.reading.agencies import Agencies
from services.cases.reading.calendars import SchoolCalendars
from shared.access import Principal, SignedIn
from shared.errors import Sentences, Unavailable
from shared.pages import Text, say

ADDRESS = "/cases/untuk-saya"

_SAVED: Mapping[str, Text] = {
    "objection": say("Terkirim. Guru BK menjawab Anda di halaman ini."),
    "satisfaction": say("Terima kasih. Penilaian Anda tersimpan."),
}
_TITLE = say("Untuk saya")
_LISTS = ("appointments", "goals", "consents", "commitments", "objections", "to_rate")


@dataclass(frozen=True, slots=True)
class OwnPage:
    """Puts it into words."""

    cases: OwnCases
    saying: Saying
    names: Names
    agencies: Agencies
    calendars: SchoolCalendars

    async def show(
        self, request: Request, principal: Principal, said: Said | None = None, saved: str = "", notice: Sentences | None = None
    ) -> Response:
        """said: a form that came with faults or could not be saved, given back as typed. Raises: Unavailable."""
        known = await self.cases.seen(principal.id)
        told = await self.cases.opened(principal.id, known)
        joined = {name: [each for case in told for each in case[name]] for name in _LISTS}
        people = await self.names.of(each["with"] for name in ("appointments", "to_rate") for each in joined[name])
        shown = joined | {
            "safety_plan": next((case["safety_plan"] for case in reversed(told) if case["safety_plan"]), None),
            "anything": bool(told),
            "zone": (await self.calendars.of(known[-1].school if known else "")).zone,
            "people": people,
            "agencies": await self._agencies(joined["consents"]),
            "scores": [(str(each), (str(each), str(each))) for each in SCORES],
            "longest": LONGEST,
            "said": said,
            "key": said.key if said else str(uuid4()),
            "errors": said.faults if said else {},
            "summary": _summary(said, joined["to_rate"]),
            "saved": _SAVED.get(saved),
            "notice": notice,
        }
        status = 503 if notice else 422 if said else 200
        return self.cases.kernel.frame.page(request, "mine/mine.html", shown, status)

    async def take(self, request: Request, principal: Principal, kind: Literal["objection", "satisfaction"]) -> Response:
        """Raises: NotFound: there is nothing of the student's that it is about."""
        async with request.form() as form:
            typed = {name: values[0] for name, values in typed_in(form.multi_items()).items()}
        said = Said.typed(kind, {"key": str(uuid4())} | typed)
        if said.faults:
            return await self.show(request, principal, said)
        try:
            await self.saying.take(principal.id, said)
        except Unavailable:
            return await self.show(request, principal, said, notice=NOT_NOW)
        return RedirectResponse(f"{ADDRESS}?tersimpan={kind}", 303)

    async def _agencies(self, consents: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
        """Names by id; none where the directory does not answer now: the consent stands there all the same."""
        if not consents:
            return {}
        try:
            return dict(await self.agencies.names())
        except Unavailable:
            return {}


def _summary(said: Said | None, to_rate: Sequence[Mapping[str, Any]]) -> Faults:
    """Each fault at the field that it stands at: there is a form for each service."""
    if said is None or said.kind == "objection":
        return said.faults if said else {}
    number = next((place for place, each in enumerate(to_rate, 1) if each["activity"] == said.activity), 1)
    return {f"{name}-{number}": fault for name, fault in said.faults.items()}


def router(page: OwnPage) -> APIRouter:
    """For students only."""
    routes = APIRouter(prefix="/cases", include_in_schema=False, route_class=giving_back(page.cases.kernel.frame, {}, _TITLE))

    @routes.get("/untuk-saya")
    async def mine(request: Request, principal: SignedIn, tersimpan: str = "") -> Response:
        return await page.show(request, principal, saved=tersimpan)

    @routes.post("/untuk-saya/keberatan")
    async def objects(request: Request, principal: SignedIn) -> Response:
        return await page.take(request, principal, "objection")

    @routes.post("/untuk-saya/kepuasan")
    async def rates(request: Request, principal: SignedIn) -> Response:
        return await page.take(request, principal, "satisfaction")

    return routes
