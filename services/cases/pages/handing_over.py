"""`/cases/serah-terima`: at the end of a duty, what waits for whom (people page, The desk)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from services.cases.pages.rows import Row, Rows, of_work
from services.cases.reading.questions import question
from services.cases.reading.worklist import Work
from services.cases.rights import schools_of
from shared.access import Principal

MOST = 500
"""What is shown of it, the earliest first; the page says where there is more."""


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits for one person, or for nobody. name: None where it was erased."""

    nobody: bool
    name: str | None
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class HandingOver:
    """rows: reads what is expected, and puts it into words."""

    rows: Rows

    async def of(self, principal: Principal) -> tuple[list[Waits], bool]:
        """What the reader may know of, by whose it is, what nobody has first; and whether there is more.

        Raises: NotAllowed: somebody who is only asked. StillBuilding, BehindWrite.
        """
        asked = question("today", await self.rows.askers.asking(principal))
        wanted = replace(asked, before=None, beginning=False, taker=frozenset())
        found = await self.rows.work.page(wanted, schools=schools_of(principal), reader=principal.id, after=None, limit=MOST + 1)
        return await self._told(principal, sorted(found[:MOST], key=_owner)), len(found) > MOST

    async def _told(self, principal: Principal, found: Sequence[Work]) -> list[Waits]:
        names = await self.rows.names.of(work.owner for work in found)
        return [
            Waits(not owner, names.get(owner), await self.rows.shown(principal, [of_work(work) for work in theirs]))
            for owner, theirs in groupby(found, key=_owner)
        ]


def _owner(work: Work) -> str:
    """Of what nobody has: nothing, which stands first."""
    return work.owner or ""
