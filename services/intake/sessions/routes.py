"""What the siblings ask of sessions, and how an administrator ends those of somebody."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.intake.sessions.office import Sessions
from shared.access import SignedIn
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


class Ended(BaseModel):
    """ended: how many sessions. acknowledged: no request succeeds in them a second from now. untold: services that do not answer, where they may read
    for ten minutes more if intake falls silent, too.
    """

    ended: int
    acknowledged: bool
    untold: tuple[str, ...]


def ending_router(sessions: Sessions) -> APIRouter:
    """Where every session of somebody is ended."""
    routes = APIRouter(prefix="/intake/api/sessions", tags=["sessions"])

    @routes.post("/end", summary="Ends every session of somebody, for an administrator")
    async def end(body: WhoseBody, _: SignedIn) -> Ended:
        done = await sessions.end_all(body.person, "by-administrator")
        return Ended(ended=len(done.ended), acknowledged=done.acknowledged, untold=done.untold)

    return routes
