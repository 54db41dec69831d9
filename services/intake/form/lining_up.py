"""Whoever sends more than can be worked on waits in a line of their own, so that nobody else waits behind them (ADR 59).

Counted in memory while a request is under way, and forgotten with it: no address outlives its request.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from services.intake.network import network_of
from shared.errors import Unavailable

AT_ONCE = 4
"""Requests of one network that are worked on at once."""

MOST = 200
"""Of one network that wait besides: a whole school presses at the same moment, and the last of them waits some seconds."""


class Crowded(Unavailable):
    """From this network more is under way than can be worked on soon. What was typed before is kept, and the browser still has the rest."""

    code = "crowded"
    title = "Too many at once from one network"
    retry_after = 5


@dataclass(slots=True)
class _Line:
    turns: asyncio.Semaphore
    inside: int = 0


@dataclass(slots=True)
class Lines:
    """One for each network of which something is under way."""

    at_once: int = AT_ONCE
    most: int = MOST
    _lines: dict[str, _Line] = field(default_factory=dict, repr=False)

    @asynccontextmanager
    async def turn(self, network: str) -> AsyncIterator[None]:
        """Until it is this request's turn. Raises: Crowded: at once, and before anything was worked on."""
        line = self._lines.setdefault(network, _Line(asyncio.Semaphore(self.at_once)))
        if line.inside >= self.at_once + self.most:
            raise Crowded("more is under way from this network than can be worked on soon: send it again in some seconds")
        line.inside += 1
        try:
            async with line.turns:
                yield
        finally:
            line.inside -= 1
            if not line.inside:
                self._lines.pop(network, None)


def lining_up(lines: Lines) -> type[APIRoute]:
    """The class of routes that take their turn before their form is read and before the database is asked."""

    class InLine(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def in_turn(request: Request) -> Response:
                async with lines.turn(network_of(request)):
                    return await handle(request)

            return in_turn

    return InLine
