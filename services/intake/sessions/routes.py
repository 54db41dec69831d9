"""What the siblings ask of sessions, and how an administrator sees who holds one and ends those of somebody."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.intake.sessions.office import Sessions
from services.intake.sessions.view import OpenSession
from shared.access import SignedIn
from shared.asking import cursor, read_cursor
from shared.sessions.session import Word
from shared.sessions.wire import LookBody, TheWord


def asked_router(word: Word) -> APIRouter:
    """Where the other services ask which sessions hold."""
    routes = APIRouter(prefix="/intake/api/sessions", tags=["sessions"])

    @routes.post("/look", summary="Which sessions ended since a position, and whose these are")
    async def look(body: LookBody, _: SignedIn) -> TheWord:
        return TheWord.saying(await word.look(body.after, body.sessions))

    return routes


class WhoseBody(BaseModel):
    """person: id of the person or agency."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    person: str = Field(min_length=1, max_length=100)


class SessionPage(BaseModel):
    items: tuple[OpenSession, ...]
    next: str | None


class Ended(BaseModel):
    """ended: how many sessions. acknowledged: no request succeeds in them a second from now. untold: services that do not answer, where they may read
    for ten minutes more if intake falls silent, too.
    """

    ended: int
    acknowledged: bool
    untold: tuple[str, ...]


MOST = 100
"""Sessions of one page."""


def ending_router(sessions: Sessions) -> APIRouter:
    """Where an administrator sees who holds sessions, and every session of somebody is ended."""
    routes = APIRouter(prefix="/intake/api/sessions", tags=["sessions"])

    @routes.get("", summary="Who holds sessions, the newest first; for an administrator")
    async def held(
        _: SignedIn,
        person: Annotated[str | None, Query(min_length=1, max_length=100)] = None,
        after: Annotated[str | None, Query(alias="cursor", max_length=300)] = None,
    ) -> SessionPage:
        known = read_cursor(after, datetime.fromisoformat, str)
        found = await sessions.every(person, (known[0], known[1]) if known else None, MOST + 1)
        shown = found[:MOST]
        more = cursor(shown[-1].begun_at.isoformat(), shown[-1].session) if len(found) > MOST else None
        return SessionPage(items=tuple(shown), next=more)

    @routes.post("/end", summary="Ends every session of somebody, for an administrator")
    async def end(body: WhoseBody, _: SignedIn) -> Ended:
        done = await sessions.end_all(body.person, "by-administrator")
        return Ended(ended=len(done.ended), acknowledged=done.acknowledged, untold=done.untold)

    return routes
