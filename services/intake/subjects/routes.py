"""HTTP of people's requests about their own data, and of the copies that answer them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from services.intake.domain.subject_request import SUBJECT, Answer, Ask, Command, NoSuchRequest, Outcome, RefusedFor, Right, subject_stream
from services.intake.erasure.routes import is_theirs, require_theirs
from services.intake.subjects.gathering import Copies
from shared.access import Principal, SignedIn
from shared.asked import Asked
from shared.asking import asked
from shared.decider import execute, load
from shared.errors import Fault, Invalid
from shared.message import Occasion, derived_id
from shared.sealed import Sealed
from shared.service.promised import file_of
from shared.subjects import Held, Reader
from shared.typed import AS_TYPED

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Asker = Literal["student", "guardian", "staff"]
"""Who asks about the data of a person: they, their guardian, or staff about their own."""


class AskBody(_Body):
    """asked_at: when it came, now where nothing is said: the 3 × 24 hours run from there."""

    person: Identifier
    right: Right
    asker: Asker
    words: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5_000), AS_TYPED] | None = None
    asked_at: AwareDatetime | None = None


class AnswerBody(_Body):
    person: Identifier
    request: Identifier
    outcome: Outcome
    refused_for: RefusedFor | None = None


class RequestTold(BaseModel):
    request: str
    person: str
    right: str
    due: AwareDatetime
    outcome: str | None


@dataclass(frozen=True, slots=True)
class Claims:
    """What people ask of their own data."""

    copies: Copies

    async def ask(self, body: AskBody, principal: Principal, command: Asked) -> RequestTold:
        """Raises: NotFound, Invalid, IdempotencyMismatch, Unavailable; NotAllowed: the person was erased."""
        now = self.copies.kernel.clock.now()
        if body.asked_at and body.asked_at > now:
            raise Invalid(Fault("/asked_at", "in-the-future"))
        request = str(derived_id(command.cause, "subject-request"))
        words = await self._sealed(body, request)
        wanted = Ask(
            request=request, person=body.person, right=body.right, asker=body.asker, words=words, by=principal.id, at=body.asked_at or now
        )  # fmt: skip
        await self._give(body.person, wanted, principal, command)
        return await self.told(body.person, request)

    async def answer(self, body: AnswerBody, principal: Principal, command: Asked) -> RequestTold:
        """Raises: NoSuchRequest, GroundNeeded, AnsweredAlready, IdempotencyMismatch, Unavailable."""
        now = self.copies.kernel.clock.now()
        wanted = Answer(request=body.request, outcome=body.outcome, refused_for=body.refused_for, by=principal.id, at=now)
        await self._give(body.person, wanted, principal, command)
        return await self.told(body.person, body.request)

    async def told(self, person: str, request: str) -> RequestTold:
        """Raises: NoSuchRequest."""
        state = (await load(self.copies.kernel.store, SUBJECT, subject_stream(person))).state
        found = state.asked.get(request)
        if found is None:
            raise NoSuchRequest
        answer = state.answered.get(request)
        return RequestTold(request=request, person=person, right=found.right, due=found.due, outcome=answer.outcome if answer else None)

    async def _sealed(self, body: AskBody, request: str) -> Sealed | None:
        return await self.copies.kernel.vault.seal(body.person, "contact", body.words, f"subject-{body.person}/{request}") if body.words else None

    async def _give(self, person: str, command: Command, principal: Principal, told: Asked) -> None:
        occasion = Occasion(principal.id, None, self.copies.kernel.clock.now(), told.cause, told.cause)
        await execute(self.copies.kernel.store, SUBJECT, subject_stream(person), command, occasion, asked=told)


def router(copies: Copies) -> APIRouter:
    """`/intake/api/subject-requests` and `/intake/api/subjects`."""
    routes = APIRouter(prefix="/intake/api", tags=["subjects"])
    claims, erasures = Claims(copies), copies.erasures

    @routes.post("/subject-requests", summary="Somebody asks of their own data: a copy, a correction, that it rests, or objects. Due in 3 × 24 hours")
    async def ask(body: AskBody, request: Request, principal: SignedIn) -> RequestTold:
        await require_theirs(erasures, principal, body.person)
        return await claims.ask(body, principal, await asked(request, principal))

    @routes.post("/subject-requests/answer", summary="What was done about it, which is confirmed to whoever asked")
    async def answer(body: AnswerBody, request: Request, principal: SignedIn) -> RequestTold:
        await require_theirs(erasures, principal, body.person)
        return await claims.answer(body, principal, await asked(request, principal))

    @routes.get("/subject-requests", summary="What waits, by when it is due; then what was answered")
    async def listed(principal: SignedIn) -> dict[str, Any]:
        now = copies.kernel.clock.now()
        theirs = [each for each in await erasures.claims() if await is_theirs(erasures, principal, each.person)]
        return {"items": [asdict(each) | {"overdue": each.outcome is None and each.due < now} for each in theirs]}

    @routes.get("/subjects/{person}/data", summary="Everything that is kept about a person, in words; what is of others is left out")
    async def data(person: str, principal: SignedIn, reader: Annotated[Reader, Query(alias="for")]) -> Held:
        await require_theirs(erasures, principal, person)
        return await copies.of(person, principal.id, reader, await _other_record(copies, principal, person))

    @routes.get("/subjects/{person}/data.pdf", summary="The same as PDF", response_class=Response, responses=file_of("application/pdf"))
    async def printed(person: str, principal: SignedIn, reader: Annotated[Reader, Query(alias="for")]) -> Response:
        await require_theirs(erasures, principal, person)
        printed = await copies.printed(person, principal.id, reader, await _other_record(copies, principal, person))
        return Response(printed, media_type="application/pdf")

    return routes


async def _other_record(copies: Copies, principal: Principal, person: str) -> str | None:
    """The record of the same child that belongs into the copy as well. One that is another officer's comes from that officer."""
    other = await copies.other_record(person)
    return other if other and await is_theirs(copies.erasures, principal, other) else None
