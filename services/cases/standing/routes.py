"""HTTP of what nobody has and no case holds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.cases.domain.steps.gone import Why
from services.cases.standing.listing import Place, StandingList
from shared.access import SignedIn
from shared.asking import cursor, read_cursor


class NobodysTold(BaseModel):
    """kind: `group`, `partnership` or `consultation`; its route and its steps follow from that. why: whose it is cannot go on."""

    kind: str
    id: str
    school: str
    why: Why
    begun_at: datetime


class NobodysListed(BaseModel):
    """next: the cursor of the next page; None where this is the last."""

    items: list[NobodysTold]
    next: str | None = None


def router(listed: StandingList) -> APIRouter:
    """`GET /cases/api/standing/without-an-owner`."""
    routes = APIRouter(prefix="/cases/api/standing", tags=["groups, partnerships, consultations, rota"])

    @routes.get("/without-an-owner", summary="Groups, partnerships and consultations that nobody has, for who may take them")
    async def nobodys(principal: SignedIn, after: Annotated[str | None, Query(alias="cursor")] = None) -> NobodysListed:
        place = read_cursor(after, datetime.fromisoformat, str, str)
        found = await listed.nobodys(principal, Place(*place) if place else None)
        return NobodysListed(
            items=[NobodysTold(kind=each.kind, id=each.id, school=each.school, why=each.why, begun_at=each.begun_at) for each in found.items],
            next=cursor(found.next.begun_at.isoformat(), found.next.kind, found.next.id) if found.next else None,
        )

    return routes
