"""The one page on which a case that runs on paper is brought in: shown, kept as a draft, sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from services.cases.bringing_in.typed import Typed, read
from services.cases.bringing_in.whom import Whom, Whose
from services.cases.commands.envelope import Envelope
from services.cases.commands.on_paper import OnPaper
from services.cases.commands.road import Road
from services.cases.domain.case.paper import MOST_SERVICES, BringIn, PaperStrategy
from services.cases.drafts.answering import Saved, by_script
from services.cases.drafts.kept import Drafts, Place, purpose_for
from services.cases.forms.giving import Outcome, attempted, typed_in
from services.cases.pages.people import Names
from services.cases.pages.screen import CATEGORIES
from services.cases.reading.words import Words
from services.cases.school.giving import of_road
from shared.access import Principal
from shared.asked import Asked
from shared.events import ConcernKind, StudentRole
from shared.message import TANGGAP, derived_id
from shared.pages import Text, say

KINDS: Mapping[ConcernKind, Text] = {"need": say("kebutuhan bimbingan"), "incident": say("kejadian")}
ROLES: Mapping[StudentRole, Text] = {
    "affected": say("korban atau yang terdampak"),
    "accused": say("terlapor"),
    "witness": say("saksi"),
    "involved": say("terlibat"),
}
LABELS: Mapping[str, Text] = {
    "happened_at": say("Berjalan sejak"),
    "kind": say("Kasus ini tentang"),
    "categories": say("Pokok masalah"),
    "role": say("Murid ini"),
    "text": say("Isi berkas, singkat"),
    "urgency": say("Tingkat sekarang"),
    "to": say("Pemegang kasus"),
    "accused": say("Pendidik atau staf yang menjadi terlapor menurut berkas"),
    "next_step": say("Langkah berikutnya"),
    "next_by": say("Paling lambat"),
}
_ROWS = 3
_NEXT_ONE = "berikutnya"
_LONGEST_KEY = 100


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it came. key: made when it was rendered, so that pressing twice is one act."""

    typed: Typed
    key: str


@dataclass(frozen=True, slots=True)
class BringingIn:
    """The form of one student."""

    road: Road
    whom: Whom
    names: Names
    drafts: Drafts
    words: Words

    async def form(self, request: Request, principal: Principal, student: str) -> Response:
        """Raises: NotFound."""
        whose = await self.whom.of(principal, student)
        draft = await self.drafts.find(_place(principal, student))
        if draft:
            return await self._page(request, principal, whose, Sent(Typed(draft.typed), draft.key), Outcome(status=200), draft.saved_at)
        theirs = principal.holds_at(whose.school, "counsellor") and not whose.has_one
        typed = Typed({"to": [principal.id]} if theirs else {})
        return await self._page(request, principal, whose, Sent(typed, str(uuid4())), Outcome(status=200))

    async def keep(self, request: Request, principal: Principal, student: str) -> Response:
        """Saves the draft, or drops it. Raises: NotFound, Unavailable."""
        whose, sent = await self.whom.of(principal, student), await _sent(request)
        if sent.typed.line("buang"):
            await self.drafts.drop(_place(principal, student))
            return RedirectResponse(request.url.path.removesuffix("/konsep"), 303)
        at = await self.drafts.save(_place(principal, student), student, purpose_for(BringIn), sent.typed.fields, sent.key)
        if by_script(request):
            return Saved(at, (await self._zone(whose)).key).line(request)
        return await self._page(request, principal, whose, sent, Outcome(status=200), at)

    async def send(self, request: Request, principal: Principal, student: str) -> Response:
        """Raises: NotFound, NotAllowed."""
        whose, sent = await self.whom.of(principal, student), await _sent(request)
        body, faults = read(sent.typed, student, await self._zone(whose), self.road.kernel.clock.now())
        if faults:
            return await self._page(request, principal, whose, sent, Outcome(errors=faults, status=422))
        envelope = await self._envelope(principal, student, sent, body)
        subject = OnPaper(self.road.kernel, self.road.casework.case, envelope.id("case"), whose.school, student)
        outcome = await attempted(self.road.take(envelope, subject, BringIn, body | {"school": whose.school}), of_road)
        if outcome.saved:
            await self.drafts.forget(_place(principal, student))
            return RedirectResponse(_further(principal, sent, subject.case_id), 303)
        again = Sent(sent.typed, str(uuid4())) if outcome.fresh else sent
        return await self._page(request, principal, await self.whom.of(principal, student), again, outcome)

    async def _envelope(self, principal: Principal, student: str, sent: Sent, body: dict[str, Any]) -> Envelope:
        happened_at: datetime = body.pop("happened_at")
        scope, said = f"{principal.id} form {student} {BringIn.called}", {name: list(values) for name, values in sent.typed.fields.items()}
        said.pop("then", None)
        fingerprint = await self.road.kernel.fingerprints.of(json.dumps(said, sort_keys=True).encode())
        known = Asked(scope, sent.key, fingerprint, derived_id(TANGGAP, scope, sent.key))
        return Envelope(principal, known.cause, self.road.kernel.clock.now(), happened_at, known)

    async def _zone(self, whose: Whose) -> ZoneInfo:
        return ZoneInfo((await self.road.calendars.of(whose.school)).zone)

    async def _page(
        self, request: Request, principal: Principal, whose: Whose, sent: Sent, outcome: Outcome, draft_at: datetime | None = None
    ) -> Response:
        staff = await self.road.roster.staff(whose.school)
        roles = self.road.kernel.access.permissions.command("work").roles
        zone = await self._zone(whose)
        told = {
            "whose": whose,
            "address": request.url.path.removesuffix("/konsep"),
            "draft_at": draft_at,
            "zone": zone.key,
            "today": self.road.kernel.clock.now().astimezone(zone).date().isoformat(),
            "typed": sent.typed,
            "key": sent.key,
            "errors": outcome.errors,
            "notice": None if whose.has_one else outcome.notice,
            "labels": {**LABELS, **_labels_of_rows(outcome.errors)},
            "rows": _rows(sent.typed),
            "kinds": list(KINDS.items()),
            "roles": list(ROLES.items()),
            "categories": list(CATEGORIES.items()),
            "levels": list(self.words.values["urgency"].items()),
            "strategies": [(name, self.words.titles[name]) for name in get_args(PaperStrategy)],
            "holders": await self._named(person for role, people in staff.items() if role in roles for person in people),
            "staff": await self._named(person for people in staff.values() for person in people if person != principal.id),
        }
        return self.road.kernel.frame.page(request, "bringing_in/form.html", told, outcome.status)

    async def _named(self, people: Iterable[str]) -> list[tuple[str, str]]:
        return sorted((await self.names.of(people)).items(), key=lambda each: each[1].casefold())


def _rows(typed: Typed) -> list[int]:
    """Those with something in them and one more, at least three."""
    return list(range(min(MOST_SERVICES, max(_ROWS, max(typed.rows(), default=0) + 2))))


def _labels_of_rows(errors: Mapping[str, object]) -> dict[str, Text]:
    """A sentence that fits many fields says which one it is about."""
    parts = {"strategy": say("Layanan"), "at": say("Tanggal"), "words": say("Hasilnya, singkat")}
    return {name: parts[name.rsplit("-", 1)[1]] for name in errors if name.startswith("services-")}


def _further(principal: Principal, sent: Sent, case_id: str) -> str:
    """To the next student, or to the case; a colleague's case is not opened on the way."""
    if sent.typed.line("then") == _NEXT_ONE or sent.typed.line("to") != principal.id:
        return "/cases/berjalan?tersimpan=1"
    return f"/cases/cases/{case_id}?tersimpan={BringIn.called}"


async def _sent(request: Request) -> Sent:
    async with request.form() as given:
        typed = typed_in(given.multi_items())
    key = typed.pop("key", [""])[0][:_LONGEST_KEY] or str(uuid4())
    return Sent(Typed(typed), key)


def _place(principal: Principal, student: str) -> Place:
    return Place(principal.id, student, BringIn.called)
