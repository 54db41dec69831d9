"""Whose settings somebody may see: the schools where they lead or counsel, every school for the district's duty."""

from __future__ import annotations

from dataclasses import dataclass

from services.cases.reading.directory import Directory
from services.cases.rights import OF_THE_SCHOOL
from shared.access import EVERYWHERE, Principal
from shared.errors import NotFound

SEES = (*OF_THE_SCHOOL, "district-duty")
CHANGES_PAPER = ("coordinator", "principal", "district-duty")
"""Who says what stands on the school's letters, and its calendar."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Looks up schools by name."""

    directory: Directory

    async def schools(self, principal: Principal) -> list[tuple[str, str]]:
        """Id and name of the schools whose settings somebody may see, by name; also while they are on leave, which they end there."""
        mine = principal.schools(*SEES)
        return [each for each in await self.directory.schools() if mine == EVERYWHERE or each[0] in mine]

    async def named(self, principal: Principal, school: str) -> str:
        """The name of one of them. Raises: NotFound: nothing of another school is known of."""
        name = dict(await self.schools(principal)).get(school)
        if name is None:
            raise NotFound("nothing of yours has this id")
        return name


def changes(principal: Principal, school: str) -> bool:
    """Whether somebody may say what stands on the school's letters, and its calendar."""
    return principal.holds_at(school, *CHANGES_PAPER)
