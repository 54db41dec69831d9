"""One group, partnership or consultation as somebody opens it: what it is, whose, and what its commands are given on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from services.cases.commands.on_activity import OnActivity
from services.cases.commands.on_group import OnGroup
from services.cases.commands.road import Road
from services.cases.domain.casework import Casework
from services.cases.domain.steps.command import ActEvent, Command
from services.cases.domain.steps.endings import COMMON
from services.cases.domain.steps.strategy import StandingAlone
from services.cases.domain.strategies.group import GROUP, GROUP_COUNSELLING, GROUP_STEPS, Group
from services.cases.domain.strategies.group_steps import GroupFormed
from services.cases.domain.streams import group_stream
from services.cases.domain.without_case import WithoutCase
from services.cases.reading.members import AlsoAbout, members_of, require_not_named
from services.cases.rights import is_nobodys, require_party, require_reader
from services.cases.standing.kept import GROUP_KIND
from shared.access import Principal
from shared.decider import load
from shared.errors import NotFound
from shared.eventstore.states import Loaded

Subject = OnGroup | OnActivity


@dataclass(frozen=True, slots=True)
class Thing:
    """kind: `group`, or the name of a strategy. chapter: what its words are filed under. owner: whose it is. steps: what may ever be done with it.

    readable: for each of its events, whether the reader reads what was written down. nobodys: whose it was cannot go on.
    """

    kind: str
    name: str
    chapter: str
    loaded: Loaded[Any]
    subject: Subject
    school: str
    owner: str
    about: AlsoAbout
    steps: Sequence[type[Command]]
    events: Sequence[ActEvent]
    readable: Sequence[bool]
    nobodys: bool

    @property
    def group(self) -> Group | None:
        """Its state, where it is a group."""
        return cast("Group", self.loaded.state) if self.kind == GROUP_KIND else None


@dataclass(frozen=True, slots=True)
class Opening:
    """Opens one for whoever may read it, at the moment of asking."""

    road: Road

    async def of(self, principal: Principal, kind: str, name: str) -> Thing:
        """Raises: NotFound: it is not there, or not theirs; the answer does not tell which."""
        found = await self._found(principal, kind, name)
        await require_not_named(self.road.kernel.store, self.road.casework, principal, found.about)
        return found

    async def _found(self, principal: Principal, kind: str, name: str) -> Thing:
        if kind == GROUP_KIND:
            return await self._group(principal, name)
        return await self._activity(principal, strategy_of(self.road.casework, kind), name)

    async def _group(self, principal: Principal, name: str) -> Thing:
        loaded = await load(self.road.kernel.store, GROUP, group_stream(name))
        group = loaded.state
        require_reader(principal, group)
        mine = group.noted_for(principal.id)
        readable = [isinstance(event, GroupFormed) or event.act in mine for event in group.events]
        return Thing(
            GROUP_KIND, name, GROUP_COUNSELLING.name, loaded, OnGroup(name), group.school, group.leader, members_of(group), GROUP_STEPS,
            group.events, readable, is_nobodys(group),
        )  # fmt: skip

    async def _activity(self, principal: Principal, strategy: StandingAlone, name: str) -> Thing:
        subject = OnActivity(self.road.casework.without_case, strategy, name)
        loaded: Loaded[WithoutCase] = await load(self.road.kernel.store, subject.decider, subject.stream)
        activity = require_party(principal, loaded.state, strategy)
        case = strategy.case(activity)
        about = AlsoAbout((case,)) if case else AlsoAbout()
        later = [step.command for step in strategy.steps if not step.opens]
        return Thing(
            strategy.name, name, strategy.name, loaded, subject, strategy.school(activity), activity.owner, about,
            (*later, *COMMON), activity.events, [True] * len(activity.events), bool(loaded.state.gone) and not activity.ended,
        )  # fmt: skip


def strategy_of(casework: Casework, kind: str) -> StandingAlone:
    """Raises: NotFound: there is no such kind."""
    found = next((each for each in casework.alone if each.name == kind), None)
    if found is None:
        raise NotFound("nothing of yours has this id")
    return found


def place_of(kind: str, name: str) -> str:
    """The page of one."""
    return f"/cases/tanpa-kasus/{'kelompok' if kind == GROUP_KIND else kind}/{name}"
