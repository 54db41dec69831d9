"""Invitations over the API: what `./tanggap invite` sends."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from services.intake.accounts.office import AccountOffice
from services.intake.accounts.staff import Staff
from services.intake.domain.account import Way
from services.intake.roster.appointing import Identifier
from shared.access import SignedIn


class InvitationBody(BaseModel):
    """recover: of somebody who has an account and cannot get in any more; every way in that they have ends."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    person: Identifier
    way: Way = "paper"
    recover: bool = False


class Invited(BaseModel):
    """address: the link, given this once; None where it is mailed."""

    person: str
    name: str
    address: str | None
    until: datetime


def invitations_router(office: AccountOffice) -> APIRouter:
    """The route of the operator."""
    routes = APIRouter(prefix="/intake/api", tags=["accounts"])
    staff = Staff(office)

    @routes.post("/invitations", status_code=201, summary="Invite somebody to an account, or back into theirs")
    async def invite(body: InvitationBody, principal: SignedIn) -> Invited:
        make = staff.recover if body.recover else staff.invite
        link = await make(principal, body.person, body.way)
        shown = link.address if body.way == "paper" else None
        return Invited(person=body.person, name=await office.name_of(body.person), address=shown, until=link.until)

    return routes
