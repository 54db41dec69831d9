"""What a sibling does beside answering: it is told of endings, and keeps asking while somebody uses a session."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from fastapi import APIRouter, Response

from shared.access import SignedIn
from shared.errors import Unavailable
from shared.heartbeat import Heartbeats
from shared.keys import Service
from shared.sessions.known import KnownSessions
from shared.sessions.session import LastResort
from shared.sessions.wire import EndedBody

EVERY = 0.4
"""Seconds between two questions: often enough that no request has to wait for one."""

IN_USE = 60.0
"""Seconds after the last use of any session in which this goes on."""


def told_router(name: Service, known: KnownSessions, kept: LastResort) -> APIRouter:
    """Where intake tells this service that sessions have ended."""
    routes = APIRouter(prefix=f"/{name}/api/sessions", tags=["sessions"])

    @routes.post("/ended", status_code=204, summary="These sessions have ended; answered once this service keeps that")
    async def ended(body: EndedBody, _: SignedIn) -> Response:
        await kept.ended([(each.session, each.person) for each in body.sessions])
        known.forget(*(each.session for each in body.sessions))
        return Response(status_code=204)

    return routes


class Listening:
    """A Part: asks intake ahead of the requests, so that they find its word there."""

    name = "sessions"

    def __init__(self, known: KnownSessions, heartbeats: Heartbeats) -> None:
        self._known, self._pulse = known, heartbeats.pulse(self.name)

    async def run(self) -> None:
        while True:
            if self._known.is_in_use(IN_USE):
                with suppress(Unavailable):  # whoever asks is told
                    await self._known.catch_up()
            self._pulse.alive()
            await asyncio.sleep(EVERY)
