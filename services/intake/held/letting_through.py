"""What nobody looked at goes on by itself, so slowly that people keep up with it: no report waits for ever behind a flood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import structlog

from services.intake.domain.concern import CONCERN
from services.intake.domain.held import BY_ITSELF, LetThrough
from services.intake.domain.held_told import HELD_TOLD, TellHeld, held_stream
from services.intake.held.view import HeldReports
from shared.clock import Clock
from shared.decider import execute
from shared.errors import TanggapError, Unavailable
from shared.eventstore.store import EventStore
from shared.heartbeat import Heartbeats
from shared.message import Occasion

log = structlog.get_logger()

EVERY = 10.0
"""Seconds between two looks. At each, for each school one report goes on that tells of danger, and one that waited longest: six a minute of both."""

UNHURRIED = timedelta(minutes=30)
"""So long a report that tells of no danger is left to people."""


@dataclass(frozen=True, slots=True)
class Release:
    """Lets through what is due."""

    store: EventStore
    reports: HeldReports
    clock: Clock

    async def look(self) -> int:
        """Tells schools where something waits; then the next of each goes on, those that tell of danger at once: how many. Raises: Unavailable."""
        for school in await self.reports.schools():
            await self._tell(school)
        due = await self.reports.due(self.clock.now() - UNHURRIED)
        return sum([await self._through(concern, school) for concern, school in due])

    async def _tell(self, school: str) -> None:
        """Somebody of the school hears that reports wait to be looked at."""
        now, cause = self.clock.now(), uuid4()
        await execute(self.store, HELD_TOLD, held_stream(school), TellHeld(school=school, at=now), Occasion(BY_ITSELF, school, now, cause, cause))

    async def _through(self, concern: str, school: str) -> bool:
        """One that cannot go on keeps back no other; its class is logged, never what it says."""
        cause = uuid4()
        occasion = Occasion(BY_ITSELF, school, self.clock.now(), cause, cause)
        try:
            done = await execute(self.store, CONCERN, f"concern-{concern}", LetThrough(by=BY_ITSELF), occasion)
        except Unavailable:
            raise
        except TanggapError as error:
            log.warning("held-report-stopped", error=type(error).__name__)
            return False
        return done.outcome is not None


class LettingThrough:
    """A Part."""

    name = "held-reports"

    def __init__(self, release: Release, heartbeats: Heartbeats) -> None:
        self._release, self._pulse = release, heartbeats.pulse(self.name)

    async def run(self) -> None:
        while True:
            self._pulse.working()
            try:
                await self._release.look()
                self._pulse.detail = ""
            except Unavailable as error:
                self._pulse.detail = str(error)
            await self._pulse.rest(EVERY)
