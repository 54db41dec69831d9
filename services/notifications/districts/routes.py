"""Composes what districts say to each other: the messages, the keys, and the pages of what came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.notifications.districts.intake import Intake
from services.notifications.districts.pages import ArrivalPages
from services.notifications.districts.pages import router as pages_router
from services.notifications.districts.receiving import Receiving
from services.notifications.districts.sending import ToDistricts
from services.notifications.districts.telling import Telling
from services.notifications.districts.verifying import Verifying
from services.notifications.domain.district import DISTRICT, TrustKeys, district_stream
from services.notifications.partners.answering import Answering
from services.notifications.senders.signing import public_key, signing_keys
from services.notifications.senders.webhook import WebhookSender
from services.notifications.views import Roster
from shared.access import SignedIn
from shared.asking import asked
from shared.decider import execute
from shared.eventstore.projection import Projection
from shared.message import Occasion
from shared.service import Kernel

PublicKey = Annotated[str, StringConstraints(pattern=r"^whpk_[A-Za-z0-9+/]{43}=$")]


class KeysBody(BaseModel):
    """keys: all with which the district signs now: two while they rotate."""

    model_config = ConfigDict(extra="forbid")

    keys: Annotated[list[PublicKey], Field(min_length=1, max_length=4)]


def routers(kernel: Kernel, outbox: Projection, roster: Roster, webhooks: WebhookSender) -> Sequence[APIRouter]:
    """`/notifications/api/districts/…` and `/notifications/kiriman`."""
    receiving = Receiving(kernel, Verifying(kernel), Answering(kernel), Telling(kernel, roster))
    pages = ArrivalPages(kernel, outbox, ToDistricts(kernel, webhooks), Intake(kernel))
    return [_api(kernel, receiving), pages_router(pages)]


def _api(kernel: Kernel, receiving: Receiving) -> APIRouter:
    routes = APIRouter(prefix="/notifications/api/districts", tags=["districts"])

    @routes.get("/keys", summary="The public keys with which this district signs its messages")
    async def keys(_: SignedIn) -> dict[str, Any]:
        return {"keys": [public_key(each) for each in signing_keys(kernel.keys)]}

    @routes.put("/{district}/keys", summary="The public keys with which another district signs: all that hold now")
    async def trust(district: str, body: KeysBody, request: Request, principal: SignedIn) -> dict[str, Any]:
        command = await asked(request, principal)
        occasion = Occasion(principal.id, None, kernel.clock.now(), command.cause, command.cause)
        trusted = TrustKeys(district=district, keys=tuple(body.keys))
        done = await execute(kernel.store, DISTRICT, district_stream(district), trusted, occasion, asked=command)
        return {"district": district, "changed": done.changed}

    @routes.post("/{district}/messages", summary="What another district says, signed by it (Standard Webhooks)")
    async def take(district: str, request: Request, _: SignedIn) -> dict[str, Any]:
        return await receiving.take(district, dict(request.headers), await request.body())

    return routes
