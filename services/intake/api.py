"""The JSON API of intake: raise a concern, ask about it, add to it; import the roster."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from services.intake.adding import Adding, Addition
from services.intake.authors import author_of, author_of_addition, known_reporter, not_theirs
from services.intake.dialogue import Dialogue, Said
from services.intake.domain.concern.state import Concern
from services.intake.network import network_of
from services.intake.raising import Accepted, ConcernBody, Raising, Short
from services.intake.reporters import Reporters
from services.intake.roster.importing import RosterImport
from services.intake.roster.routes import add_roster_routes
from services.intake.views import Directory
from shared.access import SignedIn
from shared.asking import asked
from shared.errors import Invalid
from shared.events import OutcomeClass, RevealGround


class Status(BaseModel):
    """All that a reporter may know."""

    state: Literal["received", "read", "in_progress", "closed"]
    outcome_class: OutcomeClass | None = None


class Opened(BaseModel):
    """A confidential reporter's name was opened to one person, and another agreed. at: the moment."""

    at: datetime
    ground: RevealGround


class Told(Status):
    """The same, and the dialogue: for the holder of the receipt alone. name_opened: each time that a confidential reporter's name was opened."""

    said: list[Said]
    name_opened: list[Opened]


class ReceiptShown(BaseModel):
    model_config = ConfigDict(extra="forbid")

    receipt: Short


class AdditionByReceipt(Addition):
    """The same, by whoever holds the receipt."""

    receipt: Short


def router(raising: Raising, adding: Adding, reporters: Reporters, dialogue: Dialogue, directory: Directory, roster: RosterImport) -> APIRouter:
    """All JSON routes of intake."""
    routes = APIRouter(prefix="/intake/api", tags=["intake"])
    _concerns(routes, raising, reporters, dialogue)
    _additions(routes, adding, reporters)
    _directory(routes, directory)
    add_roster_routes(routes, roster)
    return routes


def _concerns(routes: APIRouter, raising: Raising, reporters: Reporters, dialogue: Dialogue) -> None:
    @routes.post("/concerns", status_code=201, summary="Raise a concern; answers only when it is durable")
    async def raise_concern(body: ConcernBody, request: Request, principal: SignedIn) -> Accepted:
        told = known_reporter(body, principal)
        if faults := not_theirs(told, principal):
            raise Invalid(*faults)
        author = author_of(told, principal)
        return await raising.accept(told, await asked(request, author, required=True), author)

    @routes.get("/concerns/{concern_id}", summary="How my concern stands; with the receipt in the Receipt header, or as its reporter")
    async def concern_status(concern_id: str, request: Request, principal: SignedIn) -> Status:
        return _status(await reporters.own(concern_id, principal, request.headers.get("receipt"), network_of(request)))

    @routes.post("/status", summary="How my concern stands, by receipt; never in an address")
    async def status_by_receipt(body: ReceiptShown, request: Request, _: SignedIn) -> Status:
        return _status(await reporters.by_receipt(body.receipt, network_of(request)))

    @routes.post("/dialogue", summary="What was written on both sides after the first words, by receipt; never in an address")
    async def said(body: ReceiptShown, request: Request, _: SignedIn) -> Told:
        concern = await reporters.by_receipt(body.receipt, network_of(request))
        return Told(state=concern.state, outcome_class=concern.outcome, said=await dialogue.of(concern), name_opened=_opened(concern))

    @routes.get("/schema/concern", summary="JSON Schema of a concern")
    async def schema(_: SignedIn) -> dict[str, Any]:
        return ConcernBody.model_json_schema()


def _opened(concern: Concern) -> list[Opened]:
    return [Opened(at=each.at, ground=each.ground) for each in concern.opened]


def _status(concern: Concern) -> Status:
    return Status(state=concern.state, outcome_class=concern.outcome)


def _additions(routes: APIRouter, adding: Adding, reporters: Reporters) -> None:
    @routes.post("/concerns/{concern_id}/additions", status_code=201, summary="Add to my concern, or correct it")
    async def add(concern_id: str, body: Addition, request: Request, principal: SignedIn) -> Status:
        concern = await reporters.own(concern_id, principal, request.headers.get("receipt"), network_of(request))
        command = await asked(request, author_of_addition(concern, principal))
        return _status(await adding.add(concern, body, command, principal))

    @routes.post("/additions", status_code=201, summary="Add to my concern, or correct it, with nothing but its receipt")
    async def add_by_receipt(body: AdditionByReceipt, request: Request, principal: SignedIn) -> Status:
        concern = await reporters.by_receipt(body.receipt, network_of(request))
        author = author_of_addition(concern, principal)
        command = await asked(request, author, path=f"/intake/api/concerns/{concern.concern}/additions")
        return _status(await adding.add(concern, body, command, principal))


def _directory(routes: APIRouter, directory: Directory) -> None:
    @routes.get("/schools", summary="Schools of the district")
    async def schools(_: SignedIn) -> dict[str, Any]:
        return {"items": await directory.schools(), "next": None}

    @routes.get("/people", summary="People of the roster, names sealed")
    async def people(
        _: SignedIn, kind: Literal["student", "staff", "guardian"] | None = None, school: str | None = None, person: str | None = None
    ) -> dict[str, Any]:
        return {"items": await directory.people(kind, school, person, schools="*"), "next": None}
