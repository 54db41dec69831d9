"""Bringing a roster in: read, compare, refuse what would lose too many, append the rest in batches, record what became of it.

One import goes on at a time: another waits. An import that was cut off and is repeated ends in the same roster, because whoever is registered already
has not changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar
from uuid import uuid4

from services.intake.domain.freshness import FRESHNESS, TellSchools
from services.intake.domain.freshness import STREAM as FRESHNESS_STREAM
from services.intake.domain.imports import IMPORTS, STREAM, RecordImport, RosterImported
from services.intake.domain.mends import MENDS
from services.intake.domain.roster import KeepRow, LetGo, RegisterSchool
from services.intake.mending.holding import Held, hold_mends
from services.intake.roster.archive import Source
from services.intake.roster.asked_roles import ask_for_roles
from services.intake.roster.completing import complete, keep_elsewhere
from services.intake.roster.digests import RowKeys, of_the_first_release, read_keys, with_digests
from services.intake.roster.known import Known, KnownSchool, read_known
from services.intake.roster.own_school import only_of
from services.intake.roster.people import Roster, interpret
from services.intake.roster.planning import Plan, plan
from services.intake.roster.reasons import SetAside
from services.intake.roster.refusing import Accepted, accepted
from services.intake.roster.registered import Registered
from services.intake.roster.registering import Registering, erased
from services.intake.roster.report import ImportReport, LastImport, imported, last_import, report, set_aside_rows
from services.intake.roster.sources import read_source
from services.intake.year.holding import hold
from shared.decider import execute, execute_all
from shared.delivery.leases import lease
from shared.errors import Unavailable
from shared.eventstore.projection import Projection
from shared.message import Occasion
from shared.running import ended
from shared.service import Kernel

AT_ONCE = 200
"""People in one append: all of them or none."""

LEASE = "roster-import"

Progress = Callable[[int, int], None]
"""Called with how many people are done, and of how many."""

T = TypeVar("T")


def _quiet(done: int, of: int) -> None:
    """No progress is shown."""
    del done, of


@dataclass(frozen=True, slots=True)
class Wishes:
    """accept: losses that are meant, as `<school>:<part>`. allow_drop: all of them. dry_run: only say what would change. schools: whose
    rows alone may change anything, None for all. school: the NPSN of the school whose lists these are, where they do not name it.
    """

    accept: Sequence[str] = ()
    allow_drop: bool = False
    dry_run: bool = False
    schools: frozenset[str] | None = None
    school: str | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """A bundle beside what is known. renewed: digests that the first release made, made anew, by person. held: what people had mended of it."""

    roster: Roster
    plan: Plan
    accept: Accepted
    renewed: Mapping[str, str]
    held: Held


@dataclass(frozen=True, slots=True)
class RosterImport:
    """Imports bundles. directory: the projection that must have seen the last import before the next is compared with it."""

    kernel: Kernel
    directory: Projection
    _here: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self, bundle: Source, actor: str, *, wishes: Wishes | None = None, progress: Progress = _quiet) -> ImportReport:
        """Waits until no other import goes on, in this process or another: also because one bundle at a time is what the memory holds.

        Raises: Invalid: the bundle as a whole cannot be trusted; then nothing was changed. Unavailable: the database went away; repeat the import.
        """
        async with self.alone() as held:
            working = asyncio.create_task(self._run(bundle, actor, wishes or Wishes(), progress))
            try:
                await asyncio.wait((held, working), return_when=asyncio.FIRST_COMPLETED)
                if not working.done():
                    raise Unavailable("the import was cut off because the database went away: import again, and it goes on where it was")
                return working.result()
            finally:
                await ended(working)  # awaited, or it would go on without the lease

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[asyncio.Task[None]]:
        """Nobody else imports meanwhile, in this process or another. What it gives ends where that is no longer sure."""
        async with self._here, lease(self.kernel.database, LEASE) as held:
            yield held

    async def last(self) -> LastImport:
        """Raises: NotFound: there was none. StillBuilding."""
        return await last_import(self.kernel.store, self.directory)

    async def _run(self, bundle: Source, actor: str, wishes: Wishes, progress: Progress) -> ImportReport:
        roster, known = await self._read(bundle, wishes)
        compared = await self._compare(roster if wishes.schools is None else only_of(wishes.schools, roster, known), known, wishes)
        done = imported(compared.plan, len(compared.plan.people), compared.accept)
        if not wishes.dry_run:
            done = await self._apply(compared, known, actor, progress)
            there = {person.id for person in compared.plan.people} | known.people.keys()
            await ask_for_roles(self.kernel, [each for each in compared.roster.asked if each.person in there], actor)
        return report(done, set_aside_rows(compared.roster.set_aside), _schools(compared.roster, known), dry_run=wishes.dry_run)

    async def _read(self, bundle: Source, wishes: Wishes) -> tuple[Roster, Known]:
        """What the bundle says, and what is known; its rows are not kept any longer."""
        told = await asyncio.to_thread(read_source, bundle, wishes.school)
        await self.caught_up()
        known = await read_known(self.directory)
        roster = await asyncio.to_thread(interpret, told, known)
        await hold(roster, self.kernel.store, self.kernel.clock.now())
        return roster, known

    async def _compare(self, roster: Roster, known: Known, wishes: Wishes) -> Compared:
        registered = Registered(self.kernel.store, self.kernel.vault)
        accept = replace(accepted(wishes.accept, roster, known), everything=wishes.allow_drop)
        keys = await read_keys([person.id for person in roster.people if person.id in known.people], self.kernel.vault)
        _put_erased_aside(roster, known, keys)
        held = await hold_mends(roster, known, self.kernel.store, self.kernel.vault)
        roster.people = await complete(await keep_elsewhere(roster, known, registered), known, registered)
        before = await of_the_first_release([person.id for person in roster.people if person.id in keys], known, registered)
        renewed = {person.id: keys.digest(person) for person in before}
        made = await asyncio.to_thread(plan, roster, with_digests(known, renewed), accept, keys.digest)
        return Compared(roster, made, accept, renewed, held)

    async def _apply(self, compared: Compared, known: Known, actor: str, progress: Progress) -> RosterImported:
        occasion = Occasion(actor, None, self.kernel.clock.now(), cause := uuid4(), cause)
        registering, made = Registering(self.kernel, occasion), compared.plan
        await registering.append([(f"school-{each.school}", RegisterSchool(school=each)) for each in made.schools])
        for kept in _batches(list(compared.renewed.items()), AT_ONCE):
            await registering.append([(f"person-{person}", KeepRow(digest=digest)) for person, digest in kept])
        meanwhile = await self._register(made, registering, progress)
        for gone in _batches(made.departures, AT_ONCE):
            await registering.append([(f"person-{person}", LetGo(person=person, school=school)) for person, school in gone])
        compared.roster.set_aside += meanwhile
        told = imported(made, len(made.people) - len(meanwhile), compared.accept)
        await execute(self.kernel.store, IMPORTS, STREAM, RecordImport(imported=told, rows=set_aside_rows(compared.roster.set_aside)), occasion)
        for each in _batches(compared.held.commands(compared.roster, known, {group.school for group in made.refused}), AT_ONCE):
            await execute_all(self.kernel.store, MENDS, each, occasion)
        fresh = TellSchools(schools=tuple(_told_whole(compared, meanwhile)), at=occasion.happened_at)
        await execute(self.kernel.store, FRESHNESS, FRESHNESS_STREAM, fresh, occasion)
        await self.caught_up()
        return told

    async def _register(self, made: Plan, registering: Registering, progress: Progress) -> list[SetAside]:
        """Registers everybody who is new or changed, and seals the next ones while the store writes. Returns who was erased."""
        found: list[SetAside] = []
        batches = list(_batches(made.people, AT_ONCE))
        sealing = [asyncio.create_task(registering.sealed(batch)) for batch in batches[:1]]
        try:
            for done, batch in enumerate(batches):
                sealed = await sealing.pop()
                sealing += [asyncio.create_task(registering.sealed(following)) for following in batches[done + 1 : done + 2]]
                await registering.append(sealed.registrations)
                found += sealed.erased
                progress(done * AT_ONCE + len(batch), len(made.people))
        finally:
            for each in sealing:
                await ended(each)
        return found

    async def caught_up(self) -> None:
        """The directory knows all that is stored. Raises: Unavailable: the directory does not follow, so nothing could be compared with it."""
        if not await self.directory.caught_up(await self.kernel.store.head(), within=30):
            raise Unavailable("the directory of people does not follow the store: see /intake/readyz, then import again")


def _put_erased_aside(roster: Roster, known: Known, keys: RowKeys) -> None:
    gone = {person.id for person in roster.people if person.id in known.people and person.id not in keys}
    roster.set_aside += [erased(person) for person in roster.people if person.id in gone]
    roster.people = [person for person in roster.people if person.id not in gone]


def _told_whole(compared: Compared, meanwhile: Sequence[SetAside]) -> set[str]:
    """Schools of which at least one person was taken, or was as before, and of whose people nothing was refused. meanwhile: who was erased."""
    erased_now = {each.person for each in meanwhile}
    spoken = {person.school for person in compared.roster.people if person.id not in erased_now}
    return spoken - {each.school for each in compared.plan.refused}


def _schools(roster: Roster, known: Known) -> dict[str, KnownSchool]:
    return {**known.schools, **{each.school: KnownSchool(each.npsn, each.name, each.cluster) for each in roster.schools}}


def _batches(items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    return (items[place : place + size] for place in range(0, len(items), size))
