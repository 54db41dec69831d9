"""`/intake/permintaan`: what people ask of their own data, written down and answered within 3 × 24 hours (UU PDP, articles 30, 32, 40 and 41)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from services.intake.domain.subject_request import Outcome, RefusedFor, Right
from services.intake.erasure.routes import require_theirs
from services.intake.subjects.finding import Wanted
from services.intake.subjects.listing import Requests
from services.intake.subjects.routes import AnswerBody, AskBody, Claims
from services.intake.subjects.searching import Typed, told_of
from shared.access import Principal, SignedIn
from shared.asked import Asked
from shared.asking import asked_with_key
from shared.errors import IdempotencyMismatch, NotAllowed, NotFound, Refused, Sentences
from shared.pages import Text, say

ADDRESS = "/intake/permintaan"

RIGHTS: Mapping[Right, Text] = {
    "access": say("salinan data"),
    "rectification": say("perbaikan data yang keliru"),
    "restriction": say("pembatasan: data tidak dipakai dulu"),
    "objection": say("keberatan atas pemakaian data"),
}
ASKERS: Mapping[str, Text] = {"student": say("orangnya sendiri"), "guardian": say("orang tua/wali"), "staff": say("petugas, atas namanya")}
OUTCOMES: Mapping[Outcome, Text] = {"done": say("dikabulkan"), "partly": say("dikabulkan sebagian"), "refused": say("ditolak")}
GROUNDS: Mapping[RefusedFor, Text] = {
    "law": say("undang-undang lain mewajibkan data itu disimpan"),
    "safety-of-others": say("membahayakan orang lain"),
    "not-this-person": say("belum terbukti siapa yang meminta"),
    "not-ours": say("data itu milik lembaga lain"),
}
_UNKNOWN = say("Cari dan pilih orangnya lebih dahulu: di sekolah Anda tidak ada orang ini.")
_CHOOSE = say("Pilih salah satu.")
_WORDS = say("Paling banyak 5.000 huruf.")
_ENDED = say("Data orang ini sudah dihapus.")
_SENT = say("Formulir ini sudah dikirim dengan isi lain. Muat ulang halaman ini.")
_FIELDS: Mapping[str, Text] = {"words": _WORDS, "person": _UNKNOWN}

_NOTHING_TYPED = dict.fromkeys(("person", "right", "asker", "words"), "")

_Line = Annotated[str, Form(max_length=100)]
_Long = Annotated[str, Form(max_length=20_000)]


@dataclass(frozen=True, slots=True)
class SubjectPages:
    """requests: as they are listed. claims: what is asked and answered."""

    requests: Requests
    claims: Claims

    async def searched(self, request: Request, principal: Principal, wanted: Wanted) -> HTMLResponse:
        """The list, with those who were found to choose from."""
        search = await told_of(self.requests.finder, principal, wanted)
        return await self.page(request, principal, {}, {}, 422 if search["search_errors"] else 200, search)

    async def page(
        self, request: Request, principal: Principal, typed: Mapping[str, str], errors: Mapping[str, Text], status: int,
        search: Mapping[str, object] | None = None,
    ) -> HTMLResponse:  # fmt: skip
        """The list with the form; `typed` comes back as it was. search: what was found, if somebody searched."""
        found = search or await self._typed_person(principal, typed.get("person", ""))
        told = {**found,
            "rows": await self.requests.of(principal), "rights": RIGHTS, "askers": ASKERS, "outcomes": OUTCOMES, "grounds": GROUNDS,
            "typed": _NOTHING_TYPED | dict(typed), "errors": errors, "nonce": str(uuid4()), "zone": self.requests.kernel.settings.time_zone,
        }  # fmt: skip
        return self.requests.kernel.frame.page(request, "subjects/requests.html", told, status)

    async def _typed_person(self, principal: Principal, person: str) -> Mapping[str, object]:
        """Whoever was chosen stays chosen when the form comes back."""
        found = await told_of(self.requests.finder, principal, Wanted(number=person) if person else None)
        return {**found, "wanted": Wanted()}

    async def taken(
        self, request: Request, principal: Principal, key: UUID, typed: Mapping[str, str], act: Callable[[Asked], Awaitable[object]]
    ) -> Response:
        """Gives it once, however often it is sent; where it cannot be, the form comes back. Raises: Unavailable."""
        try:
            await require_theirs(self.requests.erasures, principal, typed["person"])
            await act(await asked_with_key(self.requests.kernel.fingerprints, request, principal, key, typed))
        except (ValidationError, NotFound, NotAllowed, Refused, IdempotencyMismatch) as error:
            return await self.page(request, principal, typed, _errors(error), 422 if isinstance(error, ValidationError) else error.status)
        return RedirectResponse(ADDRESS, 303)


def _errors(error: ValidationError | NotFound | NotAllowed | Refused | IdempotencyMismatch) -> dict[str, Text]:
    """What is wrong, by field."""
    match error:
        case ValidationError():
            return {str(each["loc"][0]): _FIELDS.get(str(each["loc"][0]), _CHOOSE) for each in error.errors(include_input=False)}
        case NotAllowed():
            return {"person": _ENDED}
        case Refused():
            return {"answer": Sentences(error.indonesian, error.english)}
        case IdempotencyMismatch():
            return {"person": _SENT}
        case _:
            return {"person": _UNKNOWN}


def router(pages: SubjectPages) -> APIRouter:
    """The page and its two forms."""
    routes = APIRouter(prefix=ADDRESS, include_in_schema=False)

    @routes.get("")
    async def listed(request: Request, principal: SignedIn) -> HTMLResponse:
        return await pages.page(request, principal, {}, {}, 200)

    @routes.post("/cari")
    async def find(request: Request, principal: SignedIn, wanted: Typed) -> HTMLResponse:
        return await pages.searched(request, principal, wanted)

    @routes.post("")
    async def ask(
        request: Request, principal: SignedIn, key: Annotated[UUID, Form()], person: _Line = "", right: _Line = "", asker: _Line = "",
        words: _Long = "",
    ) -> Response:  # fmt: skip
        """Somebody asked: it is due from now."""
        typed = {"person": person.strip(), "right": right, "asker": asker, "words": words}

        async def act(command: Asked) -> object:
            return await pages.claims.ask(AskBody.model_validate(typed | {"words": words.strip() or None}), principal, command)

        return await pages.taken(request, principal, key, typed, act)

    @routes.post("/jawab")
    async def answer(
        request: Request, principal: SignedIn, key: Annotated[UUID, Form()], person: _Line = "", about: _Line = "", outcome: _Line = "",
        refused_for: _Line = "",
    ) -> Response:  # fmt: skip
        """What was done about it."""
        said = {"person": person, "request": about, "outcome": outcome, "refused_for": refused_for or None}

        async def act(command: Asked) -> object:
            return await pages.claims.answer(AnswerBody.model_validate(said), principal, command)

        return await pages.taken(request, principal, key, {name: value or "" for name, value in said.items()}, act)

    return routes
