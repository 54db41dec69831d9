"""Deadlines that have come: the case says so once, and the next rung hears of it.

Two schedulers, a restart or a clock that jumps repeat nothing: the time is the database's own, and the case decides whether this very deadline is
still open (domain/steps/deadline.py).
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import NamedTuple

import structlog

from services.cases.commands.facts import record_fact
from services.cases.domain.case.state import Case
from services.cases.domain.steps.deadline import PassDeadline
from services.cases.domain.streams import case_stream
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.worklist import WorkList
from shared.decider import Decider, load
from shared.errors import LaterRelease, TanggapError, Unavailable
from shared.eventstore.projection import Projection
from shared.eventstore.store import EventStore, Outcome, Repeated, Stored
from shared.message import TANGGAP, Event, Fact, Occasion, derived_id
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
        """One deadline that fails must not stop the others, nor one that a later release has to pass (ADR 72)."""
        try:
            outcome = await pass_deadline(self._kernel.store, self._decider, self._calendars, Overdue(case, key, due), now)
        except TanggapError as error:
            if isinstance(error, Unavailable) and not isinstance(error, LaterRelease):
                raise
            log.warning("deadline-failed", case=case, error=type(error).__name__)
            self._failed[case, key] = asyncio.get_running_loop().time() + AGAIN
            return
        if isinstance(outcome, Stored | Repeated):
            await self._case_list.caught_up(outcome.position)


class Overdue(NamedTuple):
    """A deadline of a case whose time has come."""

    case: str
    key: str
    due: datetime


async def pass_deadline(
    store: EventStore, decider: Decider[Fact, Case, Event], calendars: SchoolCalendars, deadline: Overdue, now: datetime
) -> Outcome | None:
    """Tells the case. decider: of cases. calendars: the next rung's time is counted by that of the school that has the case now.

    The same deadline with the same day can be set and pass again, where a closed case is reopened. So the ids of what is decided follow from the
    case's version, too: else the store would take the second passing for the first, and nobody would hear of it.
    """
    known = await load(store, decider, case_stream(deadline.case))
    cause = derived_id(TANGGAP, "deadline", deadline.case, deadline.key, deadline.due.isoformat(), known.version)
    command = PassDeadline(key=deadline.key, due=deadline.due, now=now, calendar=await calendars.of(known.state.school))
    return await record_fact(store, decider, deadline.case, command, Occasion("service:cases", None, now, cause, cause))
