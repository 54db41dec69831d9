"""The JSON API of intake: raise a concern, ask about it, add to it; import the roster."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from services.intake.domain.concern import CONCERN, AddToConcern, Concern
from services.intake.raising import NARRATIVE, Accepted, ConcernBody, Raising, Text
from services.intake.receipts import locator_of
from services.intake.roster.importing import RosterImport
from services.intake.roster.routes import add_roster_routes
from services.intake.views import Directory
from shared.access import Principal, SignedIn
from shared.asking import asked
from shared.decider import execute, load
from shared.errors import Fault, Invalid, NotFound
from shared.events import OutcomeClass
from shared.message import Occasion, derived_id
from shared.service import Kernel


class Status(BaseModel):
    """All that a reporter may know."""

    state: Literal["received", "read", "in_progress", "closed"]
    outcome_class: OutcomeClass | None = None


class StatusAsked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    receipt: Text


class Addition(BaseModel):
    """The reporter adds or corrects; the first words stay."""

    model_config = ConfigDict(extra="forbid")

    text: Text


def router(kernel: Kernel, raising: Raising, directory: Directory, roster: RosterImport) -> APIRouter:
    """All JSON routes of intake."""
    routes = APIRouter(prefix="/intake/api", tags=["intake"])
    _concerns(routes, kernel, raising, directory)
    _directory(routes, directory)
    add_roster_routes(routes, roster)
    return routes


def _concerns(routes: APIRouter, kernel: Kernel, raising: Raising, directory: Directory) -> None:
    @routes.post("/concerns", status_code=201, summary="Raise a concern; answers only when it is durable")
    async def raise_concern(body: ConcernBody, request: Request, principal: SignedIn) -> Accepted:
        return await raising.accept(body, await asked(request, principal, required=True), principal)

    @routes.get("/concerns/{concern_id}", summary="How my concern stands; with the receipt in the Receipt header, or as its reporter")
    async def concern_status(concern_id: str, request: Request, principal: SignedIn) -> Status:
        concern = await _own(kernel, raising, concern_id, principal, request.headers.get("receipt"))
        return Status(state=concern.state, outcome_class=concern.outcome)

    @routes.post("/concerns/{concern_id}/additions", status_code=201, summary="Add to my concern, or correct it")
    async def add(concern_id: str, body: Addition, request: Request, principal: SignedIn) -> Status:
        concern = await _own(kernel, raising, concern_id, principal, request.headers.get("receipt"))
        if len(body.text) > NARRATIVE:
            raise Invalid(Fault("/text", "string_too_long"))
        command = await asked(request, principal)
        addition = str(derived_id(command.cause, "addition"))
        text = await kernel.vault.seal(f"concern-{concern_id}", "concern", body.text, f"concern-{concern_id}/addition-{addition}")
        occasion = Occasion(principal.id, concern.school, kernel.clock.now(), command.cause, command.cause)
        await execute(kernel.store, CONCERN, f"concern-{concern_id}", AddToConcern(addition=addition, text=text), occasion)
        return Status(state=concern.state, outcome_class=concern.outcome)

    @routes.post("/status", summary="How my concern stands, by receipt; never in an address")
    async def status_by_receipt(body: StatusAsked, _: SignedIn) -> Status:
        concern = await by_receipt(kernel, raising, directory, body.receipt)
        return Status(state=concern.state, outcome_class=concern.outcome)

    @routes.get("/schema/concern", summary="JSON Schema of a concern")
    async def schema(_: SignedIn) -> dict[str, Any]:
        return ConcernBody.model_json_schema()


async def by_receipt(kernel: Kernel, raising: Raising, directory: Directory, receipt: str) -> Concern:
    """The concern to which a receipt belongs. Raises: NotFound."""
    for concern_id in await directory.concerns_at(locator_of(receipt)):
        if await raising.receipts.matches(receipt, concern_id):
            return (await load(kernel.store, CONCERN, f"concern-{concern_id}")).state
    raise NotFound("no concern has this receipt: check the letters, or raise it again")


async def _own(kernel: Kernel, raising: Raising, concern_id: str, principal: Principal, receipt: str | None) -> Concern:
    concern = (await load(kernel.store, CONCERN, f"concern-{concern_id}")).state
    by_person = concern.reporter is not None and concern.reporter == principal.id
    if concern.concern is None or not (by_person or (receipt and await raising.receipts.matches(receipt, concern_id))):
        raise NotFound("no concern of yours has this id")
    return concern


def _directory(routes: APIRouter, directory: Directory) -> None:
    @routes.get("/schools", summary="Schools of the district")
    async def schools(_: SignedIn) -> dict[str, Any]:
        return {"items": await directory.schools(), "next": None}

    @routes.get("/people", summary="People of the roster, names sealed")
    async def people(
        _: SignedIn, kind: Literal["student", "staff", "guardian"] | None = None, school: str | None = None, person: str | None = None
    ) -> dict[str, Any]:
        return {"items": await directory.people(kind, school, person), "next": None}
