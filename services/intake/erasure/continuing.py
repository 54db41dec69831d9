"""Goes on with erasures that were cut short, and with what the archive schedule says is over."""

from __future__ import annotations

from datetime import date, datetime

import structlog

from services.intake.domain.erasure import ErasureUnderway
from services.intake.erasure.office import ErasureOffice
from services.intake.erasure.retaining import Retaining
from services.intake.erasure.view import Erasures
from shared.errors import TanggapError, Unavailable
from shared.heartbeat import Heartbeats

log = structlog.get_logger()

EVERY = 10.0
"""Seconds between two looks."""


class Continuing:
    """A Part. Once a day it also asks what the archive schedule ends."""

    name = "erasures"

    def __init__(self, office: ErasureOffice, erasures: Erasures, retaining: Retaining, heartbeats: Heartbeats) -> None:
        self._office, self._erasures, self._retaining = office, erasures, retaining
        self._pulse = heartbeats.pulse(self.name)
        self._done: date | None = None

    async def run(self) -> None:
        while True:
            try:
                await self.look()
                self._pulse.detail = ""
            except Unavailable as error:
                self._pulse.detail = str(error)
            await self._pulse.rest(EVERY)

    async def look(self) -> None:
        """Raises: Unavailable: a service does not answer, or nobody may destroy keys here; everybody had their turn."""
        waits: Unavailable | None = None
        for each in await self._erasures.underway():
            self._pulse.alive()
            waits = await self._one(each.person) or waits
        today = self._now().date()
        if self._done != today:
            await self._retaining.run(today)
            self._done = today
        if waits:
            raise waits

    async def _one(self, person: str) -> Unavailable | None:
        """One that cannot go on stops no other. Why it waits; any other error's class is logged, never what it was about."""
        try:
            await self._office.carry_on(person)
        except Unavailable as unavailable:
            return unavailable
        except (TanggapError, ErasureUnderway) as error:
            log.warning("erasure-stopped", error=type(error).__name__)
        return None

    def _now(self) -> datetime:
        return self._office.kernel.clock.now()
