"""What nobody has, for those who may take it: without its content, and never to whom one of its cases keeps away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from services.cases.domain.casework import Casework
from services.cases.domain.steps.gone import Why
from services.cases.domain.successor import LADDER, WORKS
from services.cases.reading.members import AlsoAbout, keeps_away
from services.cases.rights import schools_of
from shared.access import EVERYWHERE, Principal
from shared.errors import Unavailable
from shared.eventstore.projection import Projection
from shared.eventstore.store import EventStore

TAKES = (WORKS, *LADDER)
"""Who finds what nobody has at their school."""

MOST = 200
"""Things on one page of the list."""


class Place(NamedTuple):
    """Where something stands on the list."""

    begun_at: datetime
    kind: str
    id: str


_FIRST = Place(datetime.min.replace(tzinfo=UTC), "", "")


@dataclass(frozen=True, slots=True)
class Nobodys:
    """kind: `group`, or the name of a strategy. owner: whose it was. why: they cannot go on. students: in it now; none of anything but a group."""

    kind: str
    id: str
    school: str
    owner: str
    why: Why
    begun_at: datetime
    cases: list[str]
    students: list[str]

    @property
    def place(self) -> Place:
        return Place(self.begun_at, self.kind, self.id)


@dataclass(frozen=True, slots=True)
class Portion:
    """A part of the list. next: after which the rest stands; None where this is all."""

    items: Sequence[Nobodys]
    next: Place | None


class Counted(NamedTuple):
    """shown: how many stand on the first page. more: others stand after it."""

    shown: int
    more: bool


@dataclass(frozen=True, slots=True)
class StandingList:
    """view: of what stands without a case, under row-level security. Raises: StillBuilding, BehindWrite."""

    view: Projection
    store: EventStore
    casework: Casework

    async def nobodys(self, principal: Principal, after: Place | None = None) -> Portion:
        """The longest under way first."""
        mine = principal.schools(*TAKES) if principal.schools() == EVERYWHERE else principal.schools(*TAKES) - principal.away
        known = {"all": mine == EVERYWHERE, "schools": sorted(mine), "limit": MOST + 1} | (after or _FIRST)._asdict()
        async with self.view.reading(schools_of(principal)) as (connection, generation):
            rows = await (await connection.execute(_NOBODYS, known | {"generation": generation})).fetchall()
        found = [Nobodys(*row) for row in rows]
        items = [each for each in found[:MOST] if not await self._keeps_away(principal, each)]
        return Portion(items, found[MOST - 1].place if len(found) > MOST else None)

    async def count(self, principal: Principal) -> Counted | None:
        """How many there are; None where the read model does not answer just now, so that a page of other things need not wait for it."""
        try:
            first = await self.nobodys(principal)
        except Unavailable:
            return None
        return Counted(len(first.items), first.next is not None)

    async def _keeps_away(self, principal: Principal, found: Nobodys) -> bool:
        return await keeps_away(self.store, self.casework, principal, AlsoAbout(tuple(found.cases), tuple(found.students)))


_NOBODYS = (
    "SELECT kind, id, school, owner, gone, begun_at, cases, students FROM standing_v1 WHERE generation = %(generation)s AND gone IS NOT NULL"
    " AND (%(all)s OR school = ANY (%(schools)s)) AND (begun_at, kind, id) > (%(begun_at)s, %(kind)s, %(id)s)"
    " ORDER BY begun_at, kind, id LIMIT %(limit)s"
)
