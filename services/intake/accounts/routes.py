"""Invitations over the API: what `./tanggap invite` sends."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from services.intake.accounts.finding import named
from services.intake.accounts.office import AccountOffice
from services.intake.accounts.staff import Staff
from services.intake.domain.account import Way
from services.intake.roster.appointing import Short
from shared.access import SignedIn


class InvitationBody(BaseModel):
    """person: id, or the whole name of somebody who works in the district. recover: of somebody who has an account and cannot get in any more; every
    way in that they have ends.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    person: Short
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
        person = await named(office, body.person)
        link = await make(principal, person, body.way)
        shown = link.address if body.way == "paper" else None
        return Invited(person=person, name=await office.name_of(person), address=shown, until=link.until)

    return routes
