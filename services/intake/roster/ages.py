"""How old each school's roster is, for the district's list and for the school itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter
from pydantic import BaseModel

from services.intake.domain.freshness import FRESHNESS, STALE_AFTER, STREAM
from services.intake.roster.routes import schools_of
from services.intake.views import Directory
from shared.access import Principal, SignedIn
from shared.decider import load
from shared.service import Kernel

_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


class SchoolAge(BaseModel):
    """told: when the school's people came last; None where nobody knows. stale: for so long that somebody should ask the school."""

    school: str
    npsn: str | None
    name: str
    told: datetime | None
    stale: bool


@dataclass(frozen=True, slots=True)
class RosterAges:
    """Reads ages."""

    kernel: Kernel
    directory: Directory

    @property
    def stale_after(self) -> int:
        """Days."""
        return STALE_AFTER.days

    async def of(self, principal: Principal) -> list[SchoolAge]:
        """The reader's schools, the stalest first. Raises: StillBuilding."""
        mine, now = schools_of(principal), self.kernel.clock.now()
        freshness = (await load(self.kernel.store, FRESHNESS, STREAM)).state
        found = [
            SchoolAge(school=school, npsn=each["npsn"], name=each["name"] or "", **freshness.of(school, now)._asdict())
            for each in await self.directory.schools()
            if (school := each["school"]) and (mine is None or school in mine)
        ]
        return sorted(found, key=lambda each: (each.told or _BEFORE_ALL, each.name))


def router(ages: RosterAges) -> APIRouter:
    """`GET /intake/api/roster/schools`."""
    routes = APIRouter(prefix="/intake/api/roster", tags=["intake"])

    @routes.get("/schools", summary="How old each school's roster is, the stalest first")
    async def of_schools(principal: SignedIn) -> list[SchoolAge]:
        return await ages.of(principal)

    return routes
