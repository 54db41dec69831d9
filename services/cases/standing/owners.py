"""Nothing that stands without a case stays with somebody who is gone: it says so itself, and whoever may go on with it is told (ADR 61). And no group
goes on with victim and accused of one incident (ADR 83).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from services.cases.domain.casework import Casework
from services.cases.domain.steps.gone import LoseOwner, RegainOwner
from services.cases.domain.strategies.group import GROUP, Group, GroupFact
from services.cases.domain.strategies.group_sides import FindTwoSides
from services.cases.domain.streams import activity_stream, group_stream
from services.cases.domain.successor import successor
from services.cases.domain.without_case import WithoutCase
from services.cases.reading.members import AlsoAbout, cases_now, members_of, parts_of
from services.cases.standing.absences import Left, Returned, Sided, StandingAbsences
from services.cases.standing.kept import GROUP_KIND
from shared.decider import Decider, commit, load, write
from shared.errors import TanggapError, Unavailable
from shared.eventstore.projection import Projection
from shared.eventstore.store import Item, Repeated, Stored
from shared.message import TANGGAP, Occasion, derived_id
from shared.service import Kernel

log = structlog.get_logger()

EVERY = 0.5
"""Seconds between two looks."""

AT_ONCE = 200
"""Things of one portion; the read model catches up before the next one."""

SIDES_EVERY = 5.0
"""Seconds between two looks for groups with two sides."""

AGAIN = 60.0
"""Seconds until one that failed is tried again."""


class StandingOwners:
    """A Part. view: of what stands without a case."""

    name = "standing-owners"

    def __init__(self, kernel: Kernel, view: Projection, casework: Casework, absences: StandingAbsences) -> None:
        self._kernel, self._view, self._absences = kernel, view, absences
        self._schools = {each.name: each.school for each in casework.alone}
        self._deciders: Mapping[str, Decider[Any, Any, Any]] = {GROUP_KIND: GROUP} | dict.fromkeys(self._schools, casework.without_case)
        self._pulse = kernel.heartbeats.pulse(self.name)
        self._store, self._casework = kernel.store, casework
        self._failed: dict[tuple[str, str], float] = {}
        self._parted: set[Sided] = set()

    async def run(self) -> None:
        part_at = 0.0
        while True:
            now = asyncio.get_running_loop().time()
            self._failed = {each: until for each, until in self._failed.items() if until > now}
            found = await self.step()
            if now >= part_at:
                await self.part()
                part_at = now + SIDES_EVERY
            self._pulse.idle()
            if found < AT_ONCE:
                await asyncio.sleep(EVERY)

    async def step(self) -> int:
        """One portion of each kind; how many were found."""
        found: Sequence[Left | Returned] = [*await self._absences.left(AT_ONCE), *await self._absences.returned(AT_ONCE)]
        await self._record_all(found)
        return len(found)

    async def part(self) -> None:
        """Groups with two sides hear it, each once: what a group knows already it does not say again, so a restart repeats nothing."""
        found = set(await self._absences.sided())
        self._parted &= found
        await self._record_all(sorted(found - self._parted))
        self._parted |= {each for each in found if (each.kind, each.name) not in self._failed}

    async def _record_all(self, found: Sequence[Left | Returned | Sided]) -> None:
        last = 0
        for each in found:
            self._pulse.working()
            if (each.kind, each.name) not in self._failed:
                last = max(last, await self._tried(each))
        await self._view.caught_up(last)

    async def _tried(self, found: Left | Returned | Sided) -> int:
        """One that fails must not stop the others."""
        try:
            return await self._record(found)
        except TanggapError as error:
            if isinstance(error, Unavailable):
                raise
            log.warning("standing-owner-failed", kind=found.kind, id=found.name, error=type(error).__name__)
            self._failed[found.kind, found.name] = asyncio.get_running_loop().time() + AGAIN
            return 0

    async def _record(self, found: Left | Returned | Sided) -> int:
        """The position after it; 0 where nothing changed."""
        decider, now = self._deciders[found.kind], self._kernel.clock.now()
        stream = group_stream(found.name) if found.kind == GROUP_KIND else activity_stream(found.kind, found.name)

        async def plan() -> Item | None:
            loaded = await load(self._kernel.store, decider, stream)
            school = self._school(found.kind, loaded.state)
            fact = await self._fact(found, school, loaded.state)
            cause = derived_id(TANGGAP, "standing-owner", stream, fact.model_dump_json(exclude={"at"}), str(loaded.version))
            events = decider.decide(fact, loaded.state)
            return Item((write(decider, loaded, events, Occasion("service:cases", school, now, cause, cause)),)) if events else None

        outcome = await commit(self._kernel.store, plan)
        return outcome.position if isinstance(outcome, Stored | Repeated) else 0

    def _school(self, kind: str, state: Group | WithoutCase) -> str:
        if isinstance(state, Group):
            return state.school
        return self._schools[kind](state.activity) if state.activity else ""

    async def _fact(self, found: Left | Returned | Sided, school: str, state: Group | WithoutCase) -> GroupFact:
        now = self._kernel.clock.now()
        if isinstance(found, Sided):
            about = members_of(state) if isinstance(state, Group) else AlsoAbout()
            return FindTwoSides(now=parts_of(await cases_now(self._store, self._casework, about)), at=now)
        if isinstance(found, Returned):
            return RegainOwner(person=found.person, at=now)
        staff, named = await self._absences.staff(school), await self._absences.named(found.kind, found.name)
        return LoseOwner(person=found.person, why=found.why, goes_to=successor(found.person, staff, excluded=named), at=now)
