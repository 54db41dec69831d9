"""Telling the other services that sessions have ended."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from shared.errors import Unavailable
from shared.keys import Service
from shared.sessions.asking import Neighbour
from shared.sessions.wire import EndedBody, EndedSession


@dataclass(frozen=True, slots=True)
class Ending:
    """What an ending has come to. ended: ids of the sessions. untold: services that do not answer; while intake does not answer either, these may let
    the sessions read for ten minutes more.
    """

    ended: tuple[str, ...] = ()
    untold: tuple[Service, ...] = ()

    @property
    def acknowledged(self) -> bool:
        """Every service knows it: a second later no request succeeds in these sessions any more."""
        return not self.untold


async def tell(neighbours: Sequence[Neighbour], ended: Sequence[EndedSession]) -> Ending:
    """Tells every service of endings that are stored."""
    if not ended:
        return Ending()
    answers = await asyncio.gather(*(_knows(each, EndedBody(sessions=tuple(ended))) for each in neighbours))
    untold = tuple(neighbour.name for neighbour, knows in zip(neighbours, answers, strict=True) if not knows)
    return Ending(tuple(each.session for each in ended), untold)


async def _knows(neighbour: Neighbour, body: EndedBody) -> bool:
    """Whether the service keeps from now on that these have ended."""
    try:
        await neighbour.post("ended", body)
    except Unavailable:
        return False
    return True
