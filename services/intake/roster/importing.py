"""Bringing a roster in: read, compare, refuse what would lose too many, append the rest in batches, record what became of it.

One import goes on at a time: another waits. An import that was cut off and is repeated ends in the same roster, because whoever is registered already
has not changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from uuid import uuid4

from services.intake.roster.applying import Applying, Progress
from services.intake.roster.archive import Source
from services.intake.roster.comparing import Comparing
from services.intake.roster.known import Known, KnownSchool, read_known
from services.intake.roster.own_school import own_schools
from services.intake.roster.people import RosterReader
from services.intake.roster.planning import Plan
from services.intake.roster.refusing import accepted
from services.intake.roster.report import ImportReport, LastImport, imported, last_import, report, set_aside_rows
from services.intake.roster.sources import read_source
from services.intake.roster.spool.spool import PORTION, Spool
from shared.delivery.leases import lease
from shared.errors import Unavailable
from shared.eventstore.projection import Projection
from shared.message import Occasion
from shared.running import ended
from shared.service import Kernel

LEASE = "roster-import"


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
class RosterImport:
    """Imports bundles. directory: the projection that must have seen the last import before the next is compared with it. portion: how many people
    are in memory together.
    """

    kernel: Kernel
    directory: Projection
    portion: int = PORTION
    _here: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self, bundle: Source, actor: str, *, wishes: Wishes | None = None, progress: Progress = _quiet) -> ImportReport:
        """Waits until no other import goes on, in this process or another: also because one bundle at a time is what the disk holds.

        Raises: Invalid: the bundle as a whole cannot be trusted; then nothing was changed. Unavailable: the database went away, or the disk has no
        room; repeat the import.
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
        with Spool(self.portion) as spool:
            reader, known = await self._read(bundle, wishes, spool)
            accept = replace(accepted(wishes.accept, reader.whole.schools, known), everything=wishes.allow_drop)
            comparing = Comparing(self.kernel, spool, reader, wishes.schools)
            await comparing.compare()
            made = await comparing.plan(accept)
            done, aside = imported(made, made.applied, accept), [*reader.set_aside(), *comparing.set_aside]
            if not wishes.dry_run:
                applying = Applying(
                    self.kernel, comparing, made, accept, aside, Occasion(actor, None, self.kernel.clock.now(), cause := uuid4(), cause)
                )
                done = await applying.apply(progress)
                await self.caught_up()
                await applying.ask_for_roles()
            return report(done, set_aside_rows(aside), _schools(made, known), dry_run=wishes.dry_run)

    async def _read(self, bundle: Source, wishes: Wishes, spool: Spool) -> tuple[RosterReader, Known]:
        """What the bundle says, and what is known, both in the spool."""
        told = await spool.work(read_source, bundle, wishes.school)
        await self.caught_up()
        known = await read_known(self.directory, partial(spool.work, spool.known.keep))
        reader = await spool.work(RosterReader, told, known, spool)
        if wishes.schools is not None:
            reader.whole.schools = own_schools(wishes.schools, reader.whole.schools, known)
        return reader, known

    async def caught_up(self) -> None:
        """The directory knows all that is stored. Raises: Unavailable: the directory does not follow, so nothing could be compared with it."""
        if not await self.directory.caught_up(await self.kernel.store.head(), within=30):
            raise Unavailable("the directory of people does not follow the store: see /intake/readyz, then import again")


def _schools(made: Plan, known: Known) -> dict[str, KnownSchool]:
    return {**known.schools, **{each.school: KnownSchool(each.npsn, each.name, each.cluster) for each in made.schools}}
