"""What the siblings ask of sessions."""

from __future__ import annotations

from fastapi import APIRouter

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
