"""Ends the sessions of whoever left or was suspended, also by an import of the roster."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from services.intake.sessions.office import Sessions
from services.intake.sessions.view import SessionList
from shared.clock import Clock
from shared.errors import Unavailable
from shared.eventstore.doorbell import first_ring
from shared.eventstore.projection import Projection
from shared.heartbeat import Heartbeats

LOOKS = 5.0
"""Seconds between two looks where no view moved."""

CALM = 1.0
"""Seconds between two looks in a flood of concerns, which move the views all the time."""


class Leavers:
    """A Part. directory, sessions: the views that this works from."""

    name = "leavers"

    def __init__(
        self, office: Sessions, listed: SessionList, directory: Projection, sessions: Projection, clock: Clock, heartbeats: Heartbeats
    ) -> None:
        self._office, self._listed, self._clock = office, listed, clock
        self._views = (directory, sessions)
        self._pulse = heartbeats.pulse(self.name)

    async def run(self) -> None:
        while True:
            heard = [(view.applied, view.applied.rings) for view in self._views]
            with suppress(Unavailable):  # the next look finds the same people
                await self.look()
            self._pulse.alive()
            await asyncio.sleep(CALM)
            await first_ring(LOOKS, *heard)

    async def look(self) -> None:
        """Ends what must not go on. Raises: Unavailable."""
        for person in await self._listed.of_nobody(self._clock.now()):
            await self._office.end_all(person, "left")
