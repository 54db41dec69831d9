"""Nothing stays with somebody who is gone: each case where they have something says so, and whoever may go on with it is told (ADR 23).

It works from what the lists say now, and a case decides for itself. So a restart repeats nothing, thousands of cases are done in portions, and
two processes that do the same are harmless.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog

from services.cases.domain.case.owing import LookAhead
from services.cases.domain.case.state import Case
from services.cases.domain.steps.gone import LoseOwner, RegainOwner
from services.cases.domain.streams import case_stream
from services.cases.domain.successor import successor
from services.cases.reading.absences import Absences, Owed
from services.cases.reading.roster import OF_THE_DISTRICT
from shared.decider import Decider, commit, load, write
from shared.errors import TanggapError, Unavailable
from shared.eventstore.projection import Projection
from shared.eventstore.store import Item, Repeated, Stored
from shared.message import TANGGAP, Event, Fact, Occasion, derived_id
from shared.service import Kernel

log = structlog.get_logger()

EVERY = 0.5
"""Seconds between two looks."""

AT_ONCE = 200
"""Cases of one portion; the lists catch up before the next one."""

AGAIN = 60.0
"""Seconds until a case that failed is tried again, and between two looks at what an older release left."""


class Owners:
    """A Part. decider: of cases."""

    name = "owners"

    def __init__(self, kernel: Kernel, case_list: Projection, decider: Decider[Fact, Case, Event]) -> None:
        self._kernel, self._case_list, self._decider = kernel, case_list, decider
        self._absences = Absences(kernel.database, kernel.posts)
        self._pulse = kernel.heartbeats.pulse(self.name)
        self._failed: dict[str, float] = {}
        self._settled_until = 0.0

    async def run(self) -> None:
        while True:
            now = asyncio.get_running_loop().time()
            self._failed = {case: until for case, until in self._failed.items() if until > now}
            found = await self.step()
            self._pulse.idle()
            if found < AT_ONCE:
                await asyncio.sleep(EVERY)

    async def step(self) -> int:
        """One portion of each kind; how many cases were found."""
        owed, returned = await self._absences.owed(AT_ONCE), await self._absences.returned(AT_ONCE)
        tasks = [(each.case, self._lose(each)) for each in owed]
        tasks += [(case, self._regain(person)) for case, person in returned]
        tasks += [(case, self._look_ahead) for case in await self._unsettled()]
        await self._record_all([(case, fact) for case, fact in tasks if case not in self._failed])
        return len(tasks)

    async def _unsettled(self) -> Sequence[str]:
        """Looked for again a minute after there were none."""
        now = asyncio.get_running_loop().time()
        if now < self._settled_until:
            return ()
        found = await self._absences.unsettled(AT_ONCE)
        self._settled_until = 0.0 if found else now + AGAIN
        return found

    # facts about a case -------------------------------------------------------------------------------------------

    def _lose(self, owed: Owed) -> Telling:
        async def fact(case: Case, now: datetime) -> Fact:
            deputies = [person for person, until in case.handling.deputies if now <= until] if case.desk == "school" else []
            staff = await self._absences.staff(case.school)
            if case.desk == "district":
                staff = staff.only(*OF_THE_DISTRICT)
            goes_to = successor(owed.person, staff, excluded=case.named | case.absent.keys(), deputies=deputies)
            return LoseOwner(person=owed.person, why=owed.why, goes_to=goes_to, at=now)

        return fact

    def _regain(self, person: str) -> Telling:
        async def fact(_: Case, now: datetime) -> Fact:
            return RegainOwner(person=person, at=now)

        return fact

    async def _look_ahead(self, _: Case, now: datetime) -> Fact:
        return LookAhead(at=now)

    # recording ----------------------------------------------------------------------------------------------------

    async def _record_all(self, tasks: Sequence[tuple[str, Telling]]) -> None:
        """One case that fails must not stop the others."""
        last = 0
        for case, fact in tasks:
            self._pulse.working()
            try:
                last = max(last, await self._record(case, fact))
            except TanggapError as error:
                if isinstance(error, Unavailable):
                    raise
                log.warning("owner-failed", case=case, error=type(error).__name__)
                self._failed[case] = asyncio.get_running_loop().time() + AGAIN
        await self._case_list.caught_up(last)

    async def _record(self, case_id: str, telling: Telling) -> int:
        """The position after it; 0 where nothing changed."""
        now = self._kernel.clock.now()

        async def plan() -> Item | None:
            case = await load(self._kernel.store, self._decider, case_stream(case_id))
            fact = await telling(case.state, now)
            cause = derived_id(TANGGAP, "owner", case_id, fact.model_dump_json(exclude={"at"}), str(case.version))
            events = self._decider.decide(fact, case.state)
            occasion = Occasion("service:cases", case.state.school, now, cause, cause)
            return Item((write(self._decider, case, events, occasion),)) if events else None

        outcome = await commit(self._kernel.store, plan)
        return outcome.position if isinstance(outcome, Stored | Repeated) else 0


Telling = Callable[[Case, datetime], Awaitable[Fact]]
"""The fact to be told to a case as it stands now."""
