"""Deadlines that have come: the case says so once, and the next rung hears of it.

Two schedulers, a restart or a clock that jumps repeat nothing: the time is the database's own, and the case decides whether this very deadline is
still open (domain/steps/deadline.py).
"""

from __future__ import annotations

import asyncio
from datetime import datetime

import structlog

from services.cases.commands.facts import record_fact
from services.cases.domain.case.state import Case
from services.cases.domain.steps.deadline import PassDeadline
from services.cases.domain.streams import case_stream
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.views import WorkList
from shared.decider import Decider, load
from shared.errors import TanggapError, Unavailable
from shared.eventstore.projection import Projection
from shared.eventstore.store import Repeated, Stored
from shared.message import TANGGAP, Event, Fact, Occasion, derived_id
from shared.school_day import Calendar
from shared.service import Kernel

log = structlog.get_logger()

EVERY = 0.5
_REMEMBERED = 1.0
"""Seconds that a school's calendar is used again."""
AGAIN = 60.0
"""Seconds until a deadline that failed is tried again."""


class Clockwork:
    """A Part. decider: of cases."""

    name = "clockwork"

    def __init__(self, kernel: Kernel, case_list: Projection, decider: Decider[Fact, Case, Event]) -> None:
        self._kernel, self._case_list, self._decider = kernel, case_list, decider
        self._work = WorkList(kernel.database, case_list)
        self._calendars = SchoolCalendars(kernel.store, kernel.database, kernel.settings.time_zone, remembered=_REMEMBERED)
        self._pulse = kernel.heartbeats.pulse(self.name)
        self._failed: dict[tuple[str, str], float] = {}

    async def run(self) -> None:
        while True:
            now = asyncio.get_running_loop().time()
            self._failed = {key: until for key, until in self._failed.items() if until > now}
            for case, key, due, database_now in await self._work.due():
                if (case, key) not in self._failed:
                    await self._pass(case, key, due, database_now)
            self._pulse.idle()
            await asyncio.sleep(EVERY)

    async def _pass(self, case: str, key: str, due: datetime, now: datetime) -> None:
        """One deadline that fails must not stop the others."""
        cause = derived_id(TANGGAP, "deadline", case, key, due.isoformat())
        occasion = Occasion("service:cases", None, now, cause, cause)
        try:
            command = PassDeadline(key=key, due=due, now=now, calendar=await self._calendar(case))
            outcome = await record_fact(self._kernel.store, self._decider, case, command, occasion)
        except TanggapError as error:
            if isinstance(error, Unavailable):
                raise
            log.warning("deadline-failed", case=case, error=type(error).__name__)
            self._failed[case, key] = asyncio.get_running_loop().time() + AGAIN
            return
        if isinstance(outcome, Stored | Repeated):
            await self._case_list.caught_up(outcome.position)

    async def _calendar(self, case: str) -> Calendar:
        """Of the school that has the case now."""
        return await self._calendars.of((await load(self._kernel.store, self._decider, case_stream(case))).state.school)
