"""`/intake/api/machine-keys`: keys for agencies' systems and integrators."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.intake.machines.office import Given, KeyOffice, Listed, Wanted
from shared.access import SignedIn
from shared.asking import asked
from shared.machines.asking import KeyId, LookBody, TheWord
from shared.machines.key import LONGEST, HolderKind, KeyWord

Holder = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$")]
Days = Annotated[int, Field(ge=1, le=LONGEST.days)]


class IssueBody(BaseModel):
    """holder: id of a registered agency, or what an integrator is called. days: how long the key holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    holder: Holder
    kind: HolderKind
    scopes: Annotated[tuple[Annotated[str, StringConstraints(max_length=50)], ...], Field(min_length=1, max_length=20)]
    days: Days = 365


class RevokeBody(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: KeyId


class KeyTold(BaseModel):
    """used_at: to the minute; null of one that was never used. revoked_at: null of one that was not ended before its time."""

    id: str
    holder: str
    kind: HolderKind
    scopes: tuple[str, ...]
    issued_at: datetime
    until: datetime
    revoked_at: datetime | None = None
    used_at: datetime | None = None


class KeyGiven(KeyTold):
    """key: shown this once, and never again; null where the same command is sent again."""

    key: str | None


class KeyList(BaseModel):
    items: tuple[KeyTold, ...]
    next: None = None


class Revoked(BaseModel):
    """changed: whether it held until now. A second later no service takes it."""

    id: str
    changed: bool


def router(office: KeyOffice, word: KeyWord) -> APIRouter:
    """word: for the other services, which ask which keys hold."""
    routes = APIRouter(prefix="/intake/api/machine-keys", tags=["machine keys"])

    @routes.get("", summary="Every key: whose, what for, until when, when it was used last; never the key itself")
    async def listed(_: SignedIn) -> KeyList:
        return KeyList(items=tuple(_told(each) for each in await office.listed()))

    @routes.post("", status_code=201, summary="A new key, shown this once; at most two of a holder hold at a time")
    async def issue(body: IssueBody, request: Request, principal: SignedIn) -> KeyGiven:
        return _given(await office.issue(principal, Wanted(body.holder, body.kind, body.scopes, body.days), await asked(request, principal)))

    @routes.post("/revoke", summary="Ends a key at once, in every service")
    async def revoke(body: RevokeBody, request: Request, principal: SignedIn) -> Revoked:
        return Revoked(id=body.id, changed=await office.revoke(principal, body.id, await asked(request, principal)))

    @routes.post("/look", summary="Which of these keys hold; for the other services")
    async def look(body: LookBody, _: SignedIn) -> TheWord:
        return TheWord.saying(await word.look([each.shown() for each in body.keys]))

    return routes


def _given(given: Given) -> KeyGiven:
    return KeyGiven(**_told(Listed(given.issued, None, None)).model_dump(), key=given.value)


def _told(listed: Listed) -> KeyTold:
    told = listed.issued
    return KeyTold(
        id=told.key, holder=told.holder, kind=told.kind, scopes=told.scopes, issued_at=told.at, until=told.until, revoked_at=listed.revoked_at,
        used_at=listed.used_at,
    )  # fmt: skip
