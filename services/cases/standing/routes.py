"""HTTP of what nobody has and no case holds."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from services.cases.domain.steps.gone import Why
from services.cases.standing.listing import StandingList
from shared.access import SignedIn


class NobodysTold(BaseModel):
    """kind: `group`, `partnership` or `consultation`; its route and its steps follow from that. why: whose it is cannot go on."""

    kind: str
    id: str
    school: str
    why: Why
    begun_at: datetime


class NobodysListed(BaseModel):
    items: list[NobodysTold]
    next: None = None


def router(listed: StandingList) -> APIRouter:
    """`GET /cases/api/standing/without-an-owner`."""
    routes = APIRouter(prefix="/cases/api/standing", tags=["groups, partnerships, consultations, rota"])

    @routes.get("/without-an-owner", summary="Groups, partnerships and consultations that nobody has, for who may take them")
    async def nobodys(principal: SignedIn) -> NobodysListed:
        found = await listed.nobodys(principal)
        return NobodysListed(
            items=[NobodysTold(kind=each.kind, id=each.id, school=each.school, why=each.why, begun_at=each.begun_at) for each in found]
        )

    return routes
