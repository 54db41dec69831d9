"""Who looks at reports that are held, and what they do with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from services.intake.domain.concern import CONCERN
from services.intake.domain.concern.events import ConcernReceived
from services.intake.domain.held import BringBack, HeldCommand, Junk, LetThrough, ReadHeld, SetAside
from services.intake.held.view import HeldReports, Listed
from services.intake.views import Directory
from shared.access import EVERYWHERE, Principal
from shared.decider import execute_all
from shared.errors import NotFound
from shared.message import Occasion
from shared.sealed import Erased, Sealed
from shared.service import Kernel

TRIAGES = ("counsellor", "coordinator", "district-duty")
"""Who looks at them: of the own school, or in the whole district."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A report that is held, with its words. text: None where it was erased."""

    listed: Listed
    text: str | None


@dataclass(frozen=True, slots=True)
class HeldDesk:
    """Reads what is held and decides about it. Each raises: NotFound: not a school of theirs, or not held there. StillBuilding, BehindWrite."""

    kernel: Kernel
    reports: HeldReports
    directory: Directory

    async def schools(self, principal: Principal) -> list[tuple[str, str, int]]:
        """Ids and names of the schools that somebody triages for, with how many wait; those with most first."""
        mine = principal.schools(*TRIAGES) - principal.away
        every = [(str(each["school"]), str(each["name"])) for each in await self.directory.schools()]
        theirs = every if mine == EVERYWHERE else [each for each in every if each[0] in mine]
        counts = await self.reports.counts(",".join(sorted(mine)))
        return sorted(((school, name, counts.get(school, 0)) for school, name in theirs), key=lambda each: (-each[2], each[1]))

    async def waiting(self, principal: Principal, school: str) -> list[Listed]:
        """What waits at a school, without its words."""
        return await self.reports.waiting(_theirs(principal, school))

    async def set_aside(self, principal: Principal, school: str) -> list[Listed]:
        """What was set aside there, without its words."""
        return await self.reports.set_aside(_theirs(principal, school))

    async def read(self, principal: Principal, school: str, listed: Sequence[Listed]) -> list[Opened]:
        """The words, each read on record before they are shown."""
        await self._decided(principal, school, [(each.concern, ReadHeld(by=principal.id)) for each in listed])
        texts = await self.kernel.vault.open_many([await self._narrative(each.concern) for each in listed])
        return [Opened(each, None if isinstance(text, Erased) else text) for each, text in zip(listed, texts, strict=True)]

    async def let_through(self, principal: Principal, school: str, concerns: Sequence[str]) -> None:
        """They are reports like any other."""
        chosen = await self._chosen(principal, school, concerns)
        await self._decided(principal, school, [(each, LetThrough(by=principal.id)) for each in chosen])

    async def set_them_aside(self, principal: Principal, school: str, concerns: Sequence[str], ground: Junk, words: str) -> None:
        """words: what they say besides; may be empty. Raises besides: NotHeld: somebody let one through meanwhile."""
        commands: list[tuple[str, HeldCommand]] = []
        for concern in await self._chosen(principal, school, concerns):
            sealed = await self._sealed(concern, words) if words else None
            commands.append((concern, SetAside(by=principal.id, ground=ground, words=sealed)))
        await self._decided(principal, school, commands)

    async def bring_back(self, principal: Principal, school: str, concerns: Sequence[str]) -> None:
        """They wait again."""
        chosen = await self._chosen(principal, school, concerns)
        await self._decided(principal, school, [(each, BringBack(by=principal.id)) for each in chosen])

    async def _chosen(self, principal: Principal, school: str, concerns: Sequence[str]) -> list[str]:
        """What somebody was faster with is left out."""
        return [each.concern for each in await self.reports.chosen(_theirs(principal, school), concerns)]

    async def _decided(self, principal: Principal, school: str, commands: Sequence[tuple[str, HeldCommand]]) -> None:
        cause = uuid4()
        occasion = Occasion(principal.id, school, self.kernel.clock.now(), cause, cause)
        await execute_all(self.kernel.store, CONCERN, [(f"concern-{concern}", command) for concern, command in commands], occasion)

    async def _narrative(self, concern: str) -> Sealed:
        (first,) = CONCERN.codec.decode_many(await self.kernel.store.read_stream(f"concern-{concern}", until_version=1))
        assert isinstance(first, ConcernReceived)
        return first.narrative

    async def _sealed(self, concern: str, words: str) -> Sealed:
        own = f"concern-{concern}"
        return await self.kernel.vault.seal(own, "concern", words, f"{own}/set-aside")


def _theirs(principal: Principal, school: str) -> str:
    """Raises: NotFound."""
    if not principal.works_at(school, *TRIAGES):
        raise NotFound("no school of yours has this id")
    return school
