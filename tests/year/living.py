"""One year of a district from a seed: what happens, in which order, and what becomes of it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import timedelta

from shared.errors import Invalid, Refused
from shared.events import Post
from tests.cases.people import NOW
from tests.intake.exports import Export
from tests.year.acts import Acts
from tests.year.exporting import DAMAGES, export, zipped
from tests.year.happening import HAPPENINGS
from tests.year.intake import Intake
from tests.year.leading import Leading
from tests.year.reporting import Reporters
from tests.year.services import Services
from tests.year.truth import SCHOOLS, Truth, our_id
from tests.year.working import Working

DUTY = {"piket-1": Post("district-duty"), "piket-2": Post("district-duty"), "pejabat": Post("district-officer", kind="regency")}
"""The district's own people: they stand in no export."""


@dataclass
class Year:
    """A district from its first import on. clean: the last export that came in whole, with nothing refused or set aside."""

    seed: int
    diary: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    exports: list[Export] = field(default_factory=list)
    clean: Export | None = None
    settled: bool = True

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.services = Services(self.chance, NOW)
        self.intake, self.truth = Intake(self.services), Truth(self.chance)
        acts = Acts(self.services, self.chance, lambda: [each.id for each in self.truth.of("student")])
        self.working, self.reporters = Working(acts), Reporters(self.intake, self.truth)
        self.leading = Leading(acts, self.services.groups)

    async def begin(self) -> None:
        for person, post in DUTY.items():
            await self.intake.appoint(person, post)
        await self.intake.appoint("pengawas", Post("supervisor", our_id("smp1")))
        self.note(await self.import_all(allow_drop=True))
        await self.services.settle()

    def note(self, line: str) -> None:
        if line:
            self.diary.append(f"{self.services.now:%d %b %H:%M}  {line}")

    async def happens(self) -> None:
        """One thing, and then perhaps some time."""
        what = self.chance.choices(list(WHAT), list(WHAT.values()))[0]
        line = await what(self)
        self.done[what.__name__] += 1
        self.note(line)
        self.settled = True
        match self.chance.random() * (1 if what is Year.work else 2):
            case share if share < 0.2:
                self.settled = False
                await self.services.deliver(most=self.chance.randint(0, 12))
            case share if share < 0.75:
                await self.services.settle()
            case _:
                await self.services.until(self.services.now + timedelta(hours=self.chance.choice((1, 5, 20, 30, 100, 300))))

    async def ends(self) -> None:
        """The last export tells of everybody, and everything has its time."""
        self.note(await self.import_all(allow_drop=True))
        await self.services.until(self.services.now + timedelta(days=60))

    # the roster ---------------------------------------------------------------------------------------------------

    async def import_all(self, *, allow_drop: bool = False) -> str:
        tables = export(self.truth)
        self.exports.append(tables)
        return f"an export of everybody: {await self._bring(tables, allow_drop=allow_drop, whole=True)}"

    async def import_wrongly(self) -> str:
        """An export that is damaged, of one school, or of another day."""
        which = self.chance.choice((*DAMAGES, "of one school", "of another day"))
        if which == "of another day":
            return f"an export of another day: {await self._bring(self.chance.choice(self.exports[-3:]), whole=True)}"
        if which == "of one school":
            school = self.chance.choice(list(SCHOOLS))
            return f"an export of {school} alone: {await self._bring(export(self.truth, [school]), whole=False)}"
        damaged = DAMAGES[which](export(self.truth), self.chance)
        return f"an export where {which}: {await self._bring(damaged, whole=which == 'in another order')}"

    async def _bring(self, tables: Export, *, whole: bool, allow_drop: bool = False) -> str:
        """Imports it. What is refused, the operator sometimes accepts after a look."""
        self.clean = None
        try:
            report = await self.intake.bring(zipped(tables), allow_drop=allow_drop)
            if report.refused and self.chance.random() < 0.6:
                report = await self.intake.bring(zipped(tables), accept=tuple(f"{each.school}:{each.part}" for each in report.refused))
        except Invalid as refused:
            return f"refused ({refused})"
        if whole and not report.refused and not report.quarantined:
            self.clean = tables
        refused_parts = [f"{each.name} {each.part} {each.reason}" for each in report.refused]
        return f"{report.applied} applied, {report.left} left, {len(report.quarantined)} set aside, refused: {', '.join(refused_parts) or 'nothing'}"

    async def live_on(self) -> str:
        """People come and go, and mostly an export tells of it."""
        happens = self.chance.choices(list(HAPPENINGS), list(HAPPENINGS.values()))[0]
        line = happens(self.truth)
        told = await self.import_all() if self.chance.random() < 0.75 else "no export tells of it yet"
        return f"{line}; {told}" if line else ""

    # the district's word ------------------------------------------------------------------------------------------

    async def suspend(self) -> str:
        """One of the staff may do nothing any more, or may again."""
        suspended = sorted(self.services.roster.posts.suspended)
        if suspended and self.chance.random() < 0.6:
            person = self.chance.choice(suspended)
            return f"{person} is reinstated{await self._said(self.intake.reinstate(person))}"
        person = self.chance.choice([each.id for each in self.truth.of("staff")] or ["pejabat"])
        return f"{person} is suspended{await self._said(self.intake.suspend(person))}"

    async def _said(self, saying: Awaitable[None]) -> str:
        try:
            await saying
        except Refused as refused:
            return f": {refused.code}"
        return ""

    async def report(self) -> str:
        return await self.reporters.report()

    async def add(self) -> str:
        return await self.reporters.add()

    async def work(self) -> str:
        return await self.working.work()

    async def leave(self) -> str:
        return await self.working.leave()

    async def lead(self) -> str:
        return await self.leading.lead()


WHAT = {Year.report: 5, Year.add: 3, Year.work: 40, Year.live_on: 8, Year.import_wrongly: 3, Year.leave: 3, Year.suspend: 2, Year.lead: 8}
"""What may happen, and how often."""
