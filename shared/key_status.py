"""What a running service says of its secrets: which it holds, and what would be lost with each. Ids and numbers, never a key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from shared.access import SignedIn
from shared.database import Database
from shared.eventstore.earlier_heads import count_unsigned
from shared.eventstore.signing import recorded_keys
from shared.keys import Holder, Keys
from shared.secretset import FIRST, Secret, SecretName, SecretSet

State = Literal["announced", "active", "retiring", "over"]


class Held(BaseModel):
    """A secret that the service knows."""

    name: SecretName
    id: str
    state: State


class Dependent(BaseModel):
    """Things that would be lost with a secret: what they are, and how many."""

    name: SecretName
    id: str
    what: str
    count: int


class KeyStatus(BaseModel):
    service: Holder
    secrets: list[Held]
    depends: list[Dependent]


Depends = Callable[[], Awaitable[Sequence[Dependent]]]
"""What a service's own code adds to what depends on its secrets."""


def state_of(secret: Secret, known: SecretSet, now: datetime) -> State:
    """Where a secret stands in its life."""
    if not secret.used_at(now):
        return "announced"
    if secret == known.active(secret.name, now):
        return "active"
    return "retiring" if secret.accepted_at(now) else "over"


def key_status_router(keys: Keys, database: Database, more: Sequence[Depends]) -> APIRouter:
    """`GET /<service>/api/keys`, for services and administrators."""
    router = APIRouter(tags=["operations"])

    @router.get(f"/{keys.holder}/api/keys", summary="Which secrets this service holds, and what still depends on each")
    async def status(_: SignedIn) -> KeyStatus:
        known, now = keys.source.read(), keys.clock.now()
        held = [Held(name=each.name, id=each.id, state=state_of(each, known, now)) for each in known.secrets]
        depends = [each for ask in (lambda: _kernel_depends(keys, database), *more) for each in await ask()]
        return KeyStatus(service=keys.holder, secrets=held, depends=[each for each in depends if each.count])

    return router


async def _kernel_depends(keys: Keys, database: Database) -> list[Dependent]:
    return [*await _persons(database), *await _heads(keys, database)]


async def _persons(database: Database) -> list[Dependent]:
    async with database.statement() as connection:
        rows = await (await connection.execute("SELECT master, keys FROM keyring.count_by_master()")).fetchall()
    return [Dependent(name="master", id=master, what="keys of persons", count=count) for master, count in rows]


async def _heads(keys: Keys, database: Database) -> list[Dependent]:
    """Heads that only the token key of the first release proves, and keys that the active one has not vouched for yet."""
    if keys.holder == "district":
        return []
    active, recorded = keys.active("head").id, await recorded_keys(database)
    vouched = {each.key for each in recorded if each.by == active}
    alone = {each.key for each in recorded} - vouched
    missing = [Dependent(name=keys.holder, id=each, what="heads that the active key does not vouch for", count=1) for each in sorted(alone)]
    first = Dependent(name=keys.holder, id=FIRST, what="heads of the first release", count=await count_unsigned(database))
    return [first, *missing]
