"""Who may go on with what nobody has and no case holds: for the list, and for the page of one group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.cases.commands.fit_staff import FitStaff
from services.cases.commands.road import Road
from services.cases.domain.steps.endings import HandOverActivity
from services.cases.domain.steps.named import Names
from services.cases.domain.strategies.group_steps import HandOverGroup
from services.cases.domain.successor import LADDER
from services.cases.pages.people import Names as Naming
from services.cases.reading.members import AlsoAbout, cases_now
from services.cases.standing.kept import GROUP_KIND
from shared.access import Principal


@dataclass(frozen=True, slots=True)
class Successors:
    """takes: the reader may go on with it themselves. people: whom they may name."""

    takes: bool = False
    people: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Succession:
    """Looks up who would not be refused: at its school, in a role that may do it, neither on leave nor named in one of its cases."""

    road: Road
    names: Naming

    async def of(self, principal: Principal, kind: str, school: str, owner: str, about: AlsoAbout) -> Successors:
        """owner: whose it was."""
        able = await self._able(kind, school, about)
        if not principal.works_at(school, *LADDER):
            return Successors(principal.id in able)
        return Successors(principal.id in able, await self._named([each for each in able if each not in (owner, principal.id)]))

    async def colleagues(self, kind: str, school: str, owner: str, about: AlsoAbout) -> Sequence[tuple[str, str]]:
        """To whom its owner may hand it over."""
        return await self._named([each for each in await self._able(kind, school, about) if each != owner])

    async def _able(self, kind: str, school: str, about: AlsoAbout) -> list[str]:
        named = [each.named for each in await cases_now(self.road.kernel.store, self.road.casework, about)]
        demanded = _OF_A_GROUP if kind == GROUP_KIND else _OF_AN_ACTIVITY
        return await FitStaff(self.road.kernel, self.road.roster).of(demanded, school, frozenset[str]().union(*named))

    async def _named(self, people: Sequence[str]) -> list[tuple[str, str]]:
        return sorted((await self.names.of(people)).items(), key=lambda each: each[1].casefold())


def _demanded(command: type[HandOverGroup | HandOverActivity]) -> Names:
    return next(mark for mark in command.model_fields["to"].metadata if isinstance(mark, Names))


_OF_A_GROUP, _OF_AN_ACTIVITY = _demanded(HandOverGroup), _demanded(HandOverActivity)
