"""Applies a plan: registers, lets go, and records what became of the bundle. What is to be stored comes from the spool, batch by batch."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from services.intake.domain.freshness import FRESHNESS, TellSchools
from services.intake.domain.freshness import STREAM as FRESHNESS_STREAM
from services.intake.domain.imports import IMPORTS, STREAM, RecordImport, RosterImported
from services.intake.domain.mends import MENDS
from services.intake.domain.roster import KeepRow, LetGo, RegisterSchool
from services.intake.mending.holding import faults_of
from services.intake.roster.asked_roles import ask_for_roles
from services.intake.roster.comparing import Comparing
from services.intake.roster.person import Person
from services.intake.roster.planning import Plan
from services.intake.roster.reasons import SetAside
from services.intake.roster.refusing import Accepted
from services.intake.roster.registering import Registering, SealedBatch
from services.intake.roster.report import imported, set_aside_rows
from services.intake.roster.spool.people import SpooledPeople
from shared.decider import execute, execute_all
from shared.message import Occasion
from shared.running import ended
from shared.service import Kernel

AT_ONCE = 200
"""People in one append: all of them or none."""

Progress = Callable[[int, int], None]
"""Called with how many people are done, and of how many."""

T = TypeVar("T")


@dataclass
class Applying:
    """aside: all that was set aside; whoever was erased meanwhile is added. erased: how many people of a school were."""

    kernel: Kernel
    comparing: Comparing
    made: Plan
    accept: Accepted
    aside: list[SetAside]
    occasion: Occasion
    erased: Counter[str] = field(default_factory=Counter)

    @property
    def _people(self) -> SpooledPeople:
        return self.comparing.spool.people

    async def apply(self, progress: Progress) -> RosterImported:
        """Raises: Unavailable: the database went away; what is stored is whole batches of people."""
        registering, store = Registering(self.kernel, self.occasion), self.kernel.store
        await registering.append([(f"school-{each.school}", RegisterSchool(school=each)) for each in self.made.schools])
        for kept in self._people.renewed(AT_ONCE):
            await registering.append([(f"person-{person}", KeepRow(digest=digest)) for person, digest in kept])
        await self._register(registering, progress)
        for gone in self._people.leaving(AT_ONCE):
            await registering.append([(f"person-{person}", LetGo(person=person, school=school)) for person, school in gone])
        told = imported(self.made, self.made.applied - self.erased.total(), self.accept)
        await execute(store, IMPORTS, STREAM, RecordImport(imported=told, rows=set_aside_rows(self.aside)), self.occasion)
        await self._tell_mends()
        fresh = TellSchools(schools=tuple(self._told_whole()), at=self.occasion.happened_at)
        await execute(store, FRESHNESS, FRESHNESS_STREAM, fresh, self.occasion)
        return told

    async def ask_for_roles(self) -> None:
        """For those of the people who came in."""
        there = self._people.planned_or_known({each.person for each in self.comparing.asked})
        await ask_for_roles(self.kernel, [each for each in self.comparing.asked if each.person in there], self.occasion.actor)

    async def _register(self, registering: Registering, progress: Progress) -> None:
        """Registers everybody who is new or changed, and seals the next ones while the store writes."""
        done, batches = 0, self._people.planned(AT_ONCE)
        sealing = _sealing(registering, next(batches, []))
        try:
            while people := sealing.people:
                sealed = await sealing.task
                sealing = _sealing(registering, next(batches, []))
                await registering.append(sealed.registrations)
                self._put_aside(people, sealed.erased)
                done += len(people)
                progress(done, self.made.applied)
        finally:
            await ended(sealing.task)

    def _put_aside(self, people: Sequence[Person], erased: Sequence[SetAside]) -> None:
        gone = {each.person for each in erased}
        self.erased.update(person.school for person in people if person.id in gone)
        self.aside += erased

    async def _tell_mends(self) -> None:
        spoken_of, held = {each.person for each in self.aside if each.person}, self.comparing.held
        faults = faults_of(self.aside, self._people.schools_of(spoken_of))
        named = self._people.named(held.people) | spoken_of
        for each in _batches(held.commands(faults, named, {group.school for group in self.made.refused}), AT_ONCE):
            await execute_all(self.kernel.store, MENDS, each, self.occasion)

    def _told_whole(self) -> set[str]:
        """Schools of which at least one person was taken, or was as before, and of whose people nothing was refused."""
        spoken = {school for school, count in self.comparing.tally.people.items() if count > self.erased[school]}
        return spoken - {each.school for each in self.made.refused}


@dataclass(frozen=True, slots=True)
class _Sealing:
    """people: who are being sealed; nobody where all are done."""

    people: Sequence[Person]
    task: asyncio.Task[SealedBatch]


def _sealing(registering: Registering, people: Sequence[Person]) -> _Sealing:
    return _Sealing(people, asyncio.create_task(registering.sealed(people)))


def _batches(items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    return (items[place : place + size] for place in range(0, len(items), size))
