"""What nobody has, for those who may take it: without its content, and never to whom one of its cases keeps away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.cases.domain.case.state import Case
from services.cases.domain.steps.gone import Why
from services.cases.domain.streams import case_stream
from services.cases.domain.successor import LADDER, WORKS
from services.cases.rights import schools_of
from shared.access import EVERYWHERE, Principal
from shared.decider import Decider, load
from shared.errors import Unavailable
from shared.eventstore.projection import Projection
from shared.eventstore.store import EventStore
from shared.message import Event, Fact

TAKES = (WORKS, *LADDER)
"""Who finds what nobody has at their school."""

MOST = 200
"""Things on the list; it says where there are more."""


@dataclass(frozen=True, slots=True)
class Nobodys:
    """kind: `group`, or the name of a strategy. owner: whose it was. why: they cannot go on. students: in it now; None where it is about none."""

    kind: str
    id: str
    school: str
    owner: str
    why: Why
    begun_at: datetime
    cases: list[str]

    @property
    def students(self) -> int | None:
        """How many are in it now; none of anything but a group."""
        return len(self.cases) if self.kind == "group" else None


@dataclass(frozen=True, slots=True)
class StandingList:
    """view: of what stands without a case, under row-level security. cases: the decider of cases. Raises: StillBuilding, BehindWrite."""

    view: Projection
    store: EventStore
    cases: Decider[Fact, Case, Event]

    async def nobodys(self, principal: Principal) -> list[Nobodys]:
        """The longest under way first."""
        mine = principal.schools(*TAKES) if principal.schools() == EVERYWHERE else principal.schools(*TAKES) - principal.away
        known = {"all": mine == EVERYWHERE, "schools": sorted(mine), "limit": MOST}
        async with self.view.reading(schools_of(principal)) as (connection, generation):
            rows = await (await connection.execute(_NOBODYS, known | {"generation": generation})).fetchall()
        found = [Nobodys(*row) for row in rows]
        return [each for each in found if not await self._keeps_away(principal, each)]

    async def count(self, principal: Principal) -> int | None:
        """How many; None where the read model does not answer just now, so that a page of other things need not wait for it."""
        try:
            return len(await self.nobodys(principal))
        except Unavailable:
            return None

    async def _keeps_away(self, principal: Principal, found: Nobodys) -> bool:
        for case in found.cases:
            if principal.id in (await load(self.store, self.cases, case_stream(case))).state.named:
                return True
        return False


_NOBODYS = (
    "SELECT kind, id, school, owner, gone, begun_at, cases FROM standing_v1 WHERE generation = %(generation)s AND gone IS NOT NULL"
    " AND (%(all)s OR school = ANY (%(schools)s)) ORDER BY begun_at, kind, id LIMIT %(limit)s"
)
