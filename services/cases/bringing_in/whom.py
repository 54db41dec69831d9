"""Whose case is brought in: students of one's own schools, found by name, and what is known of them already."""

from __future__ import annotations

from dataclasses import dataclass

from services.cases.commands.on_paper import knows_of
from services.cases.commands.road import Road
from services.cases.domain.case.paper import BringIn
from services.cases.domain.case.student import STUDENT
from services.cases.domain.streams import student_stream
from services.cases.pages.people import Names
from services.cases.reading.whereabouts import Whereabouts
from shared.access import Principal
from shared.decider import load
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class Whose:
    """student: their name. school: where they are. open_case: that they have, as far as the reader may know of it. has_one: also where not."""

    student: str
    school: str
    homeroom: str
    open_case: str | None = None
    has_one: bool = False


@dataclass(frozen=True, slots=True)
class Whom:
    """Looks students up."""

    road: Road
    names: Names
    whereabouts: Whereabouts

    async def of(self, principal: Principal, student: str) -> Whose:
        """Raises: NotFound: no student of a school for which this person brings cases in."""
        school, homeroom = (await self.whereabouts.of_many([student])).get(student, ("", ""))
        name = (await self.names.of([student])).get(student)
        if not school or name is None or not self.brings_in(principal, school):
            raise NotFound("no student of yours has this id")
        claim = (await load(self.road.kernel.store, STUDENT, student_stream(student))).state
        if claim.open_case is None:
            return Whose(name, school, homeroom)
        known = await knows_of(self.road.kernel, self.road.casework.case, principal, claim.open_case)
        return Whose(name, school, homeroom, claim.open_case if known else None, has_one=True)

    def brings_in(self, principal: Principal, school: str) -> bool:
        """Whether somebody brings cases of this school in."""
        return principal.works_at(school, *self.road.kernel.access.permissions.command(BringIn.permission).roles)
