"""Pages of a case's documents: what may be issued and what was, the document before it is issued, and the form that issues it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ValidationError

from services.cases.commands.envelope import Envelope
from services.cases.letters.gathering import Gathered
from services.cases.letters.issuing import Issuing
from services.cases.letters.kinds import Kind
from services.cases.letters.made import Made, made_of
from services.cases.letters.material import Material
from services.cases.letters.previewing import UNNUMBERED, previewed
from services.cases.letters.subjects import Subjects, drafted, numbered
from services.cases.letters.wanted import Wanted
from services.cases.reading.agencies import Agencies
from services.cases.rights import ReadingReason, ReadingReasonNeeded
from shared.access import Principal, SignedIn
from shared.asked import Asked
from shared.errors import IdempotencyMismatch, Refused, Sentences, Unavailable
from shared.events import ReferralSent
from shared.message import TANGGAP, derived_id
from shared.pages import Text, say

_WRONG: Mapping[str, Text] = {
    "number": say("Nomor paling banyak 100 huruf."),
    "recipient": say("Penerima paling banyak enam baris, tiap baris paling banyak 120 huruf."),
    "copies": say("Tembusan paling banyak sepuluh baris, tiap baris paling banyak 120 huruf."),
}


class Typed(BaseModel):
    """The form as it was typed. nonce: made when the form was shown, so that a second press changes nothing."""

    number: str = ""
    recipient: str = ""
    copies: str = ""
    replaces: str = ""
    nonce: str = ""

    def wanted(self) -> Wanted:
        """Raises: ValidationError."""
        said = {"number": self.number.strip() or None, "replaces": self.replaces or None}
        return Wanted.model_validate(said | {"recipient": _lines(self.recipient), "copies": _lines(self.copies)})


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


@dataclass(frozen=True, slots=True)
class DocumentPages:
    """kinds: every document. agencies: by name, for a letter to one of them."""

    subjects: Subjects
    issuing: Issuing
    kinds: Mapping[str, Kind[Material]]
    agencies: Agencies

    async def listing(self, place: Place, gathered: Gathered) -> dict[str, object]:
        """What may be issued, and what was."""
        made = made_of(self.subjects.gathering.casework, gathered)
        issued = await self.issuing.about(gathered.stream)
        titles = {each.document.name: (each.document.indonesian, each.document.english) for each in made}
        numbers = {each.issued.issue.document: each.issued.issue.number for each in issued}
        return {"place": place, "made": made, "issued": issued, "titles": titles, "numbers": numbers, "zone": gathered.material.calendar.zone}

    async def shown(
        self, request: Request, principal: Principal, place: Place, gathered: Gathered, which: tuple[str, int], reason: str | None = None
    ) -> HTMLResponse:
        """One before it is issued, and the form below it. which: its name and the version that completes it."""
        made = self.subjects.found(gathered, *which)
        typed = Typed(number=made.number or "", recipient=await self.recipient(made), nonce=str(uuid4()))
        told = await self.form(principal, gathered, made, typed) | {"place": place, "reason": reason}
        return self.issuing.road.kernel.frame.page(request, "letters/issuing.html", told)

    async def sent(
        self,
        request: Request,
        principal: Principal,
        place: Place,
        gathered: Gathered,
        which: tuple[str, int],
        typed: Typed,
        reason: str | None = None,
    ) -> Response:
        """Issues it; where that fails, the form as it was typed."""
        made = self.subjects.found(gathered, *which)
        try:
            await self.issue(principal, gathered, made, typed, f"{principal.id} POST {request.url.path}")
        except (ValidationError, Refused, IdempotencyMismatch) as error:
            told = await self.form(principal, gathered, made, typed) | {"place": place, "reason": reason, "errors": _errors(error)}
            return self.issuing.road.kernel.frame.page(request, "letters/issuing.html", told, 422 if isinstance(error, ValidationError) else 409)
        return RedirectResponse(place.address + (f"?reason={reason}" if reason else ""), 303)

    async def recipient(self, made: Made) -> str:
        """The receiver of a letter that names nobody: the agency. Empty where the directory does not answer; then the name is typed."""
        sent = made.happened.event
        if not isinstance(sent, ReferralSent) or not made.document.name.endswith("-letter"):
            return ""
        try:
            name = dict(await self.agencies.names()).get(sent.agency)
        except Unavailable:
            return ""
        return f"Yth. Pimpinan {name}\ndi tempat" if name else ""

    async def form(self, principal: Principal, gathered: Gathered, made: Made, typed: Typed) -> dict[str, object]:
        """The document as it would be issued now with what was typed, and the form below it."""
        kernel = self.issuing.road.kernel
        subject, draft = drafted(made, self.kinds[made.document.name], gathered)
        laid_out = await self.issuing.laid_out(Envelope(principal, uuid4(), kernel.clock.now()), subject, draft, _as_typed(typed), "")
        earlier = [
            each for each in await self.issuing.about(gathered.stream) if _is_replaceable(each.issued.issue.name, made, each.issued.replaced_by)
        ]
        return previewed(laid_out, made.number or UNNUMBERED) | {
            "typed": typed,
            "earlier": [(each.place.document, each.issued.issue.number) for each in earlier],
        }

    async def issue(self, principal: Principal, gathered: Gathered, made: Made, typed: Typed, scope: str) -> None:
        """Raises: ValidationError; a refusal by name; IdempotencyMismatch: the form was sent before with other words."""
        kernel, wanted = self.issuing.road.kernel, typed.wanted()
        fingerprint = await kernel.fingerprints.of(json.dumps([typed.number, typed.recipient, typed.copies, typed.replaces]).encode())
        asked = Asked(scope, typed.nonce or None, fingerprint, derived_id(TANGGAP, scope, typed.nonce or uuid4()))
        subject, draft = drafted(made, self.kinds[made.document.name], gathered)
        envelope = Envelope(principal, asked.cause, kernel.clock.now(), None, asked)
        await self.issuing.issue(envelope, subject, draft, numbered(made, wanted))


def _as_typed(typed: Typed) -> Wanted:
    """What does not hold stands beside its field, and is not printed."""
    try:
        return typed.wanted()
    except ValidationError:
        return Wanted()


def _is_replaceable(name: str, made: Made, replaced_by: str | None) -> bool:
    return name == made.document.name and replaced_by is None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the documents of one thing stand. address: of their list. back_to, back_text: its own page. scans: where scans lie beside them."""

    address: str
    back_to: str
    back_text: Text
    lead: Text
    scans: str = ""


def of_case(case_id: str) -> Place:
    """Of a case."""
    case = f"/cases/cases/{case_id}"
    lead = say("Surat dan laporan resmi kasus ini: yang sudah terbit, dan yang dapat diterbitkan.")
    return Place(f"{case}/surat", case, say("Kasus"), lead, f"{case}/dokumen")


def router(pages: DocumentPages) -> APIRouter:
    """`/cases/cases/{case_id}/surat` and `/cases/cases/{case_id}/surat/{name}/{version}`."""
    routes, page = APIRouter(prefix="/cases/cases/{case_id}/surat", include_in_schema=False), pages.issuing.road.kernel.frame.page
    subjects = pages.subjects

    @routes.get("")
    async def documents(case_id: str, request: Request, principal: SignedIn, reason: ReadingReason | None = None) -> Response:
        try:
            gathered = await subjects.case(principal, case_id, reason)
        except ReadingReasonNeeded:
            return RedirectResponse(f"/cases/cases/{case_id}", 303)
        return page(request, "letters/documents.html", await pages.listing(of_case(case_id), gathered) | {"reason": reason})

    @routes.get("/{name}/{version}")
    async def one(case_id: str, name: str, version: int, request: Request, principal: SignedIn, reason: ReadingReason | None = None) -> HTMLResponse:
        gathered = await subjects.case(principal, case_id, reason)
        return await pages.shown(request, principal, of_case(case_id), gathered, (name, version), reason)

    @routes.post("/{name}/{version}")
    async def issue(
        case_id: str,
        name: str,
        version: int,
        request: Request,
        principal: SignedIn,
        typed: Annotated[Typed, Form()],
        reason: ReadingReason | None = None,
    ) -> Response:
        gathered = await subjects.case(principal, case_id, reason)
        return await pages.sent(request, principal, of_case(case_id), gathered, (name, version), typed, reason)

    return routes


def _errors(error: ValidationError | Refused | IdempotencyMismatch) -> dict[str, Text]:
    """What is wrong, by field."""
    if isinstance(error, ValidationError):
        return {str(each["loc"][0]): _WRONG[str(each["loc"][0])] for each in error.errors(include_input=False) if str(each["loc"][0]) in _WRONG}
    if isinstance(error, IdempotencyMismatch):
        return {"": say("Formulir ini sudah dikirim dengan isi lain. Muat ulang halaman ini.")}
    return {"replaces" if error.code in ("already-replaced", "no-such-document") else "number": Sentences(error.indonesian, error.english)}
