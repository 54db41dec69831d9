"""What somebody may begin without a case, and at which school."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from services.cases.commands.envelope import Envelope
from services.cases.commands.on_activity import OnActivity
from services.cases.commands.on_group import OnGroup
from services.cases.commands.road import Road
from services.cases.domain.steps.command import Command
from services.cases.domain.strategies.group_steps import FormGroup
from services.cases.reading.directory import Directory
from services.cases.standing.kept import GROUP_KIND
from services.cases.without_case.opened import Subject, strategy_of
from shared.access import EVERYWHERE, Principal
from shared.errors import NotAllowed, NotFound


@dataclass(frozen=True, slots=True)
class Begins:
    """A link to a form. school: by name, where the person works at several."""

    command: type[Command]
    address: str
    school: str


@dataclass(frozen=True, slots=True)
class Beginning:
    """Looks up what may be begun."""

    road: Road
    directory: Directory

    async def of(self, principal: Principal) -> list[Begins]:
        """Once for each school where the person works."""
        return [each async for each in self._links(principal)]

    async def _links(self, principal: Principal) -> AsyncIterator[Begins]:
        names = dict(await self.directory.schools())
        for called, command in self._commands.items():
            schools = [each for each in names if each in self._schools(principal, command)]
            for school in schools:
                yield Begins(command, f"/cases/tanpa-kasus/baru/{called}?school={school}", names[school] if len(schools) > 1 else "")

    def kind(self, called: str) -> str:
        """What a command begins. Raises: NotFound."""
        if called == FormGroup.called:
            return GROUP_KIND
        found = next((each.name for each in self.road.casework.alone if each.beginning.called == called), None)
        if found is None:
            raise NotFound("there is no such step")
        return found

    def school(self, principal: Principal, command: type[Command], wanted: str) -> str:
        """The school that the address names. Raises: NotAllowed: the person begins nothing there."""
        if wanted not in self._schools(principal, command):
            raise NotAllowed
        return wanted

    def subject(self, kind: str, envelope: Envelope) -> Subject:
        """A new one, with the id that this form makes."""
        if kind == GROUP_KIND:
            return OnGroup(envelope.id("group"))
        return OnActivity(self.road.casework.without_case, strategy_of(self.road.casework, kind), envelope.id("activity"))

    @property
    def _commands(self) -> Mapping[str, type[Command]]:
        found: list[type[Command]] = [FormGroup, *(strategy.beginning for strategy in self.road.casework.alone)]
        return {each.called: each for each in found}

    def _schools(self, principal: Principal, command: type[Command]) -> frozenset[str]:
        """Where the person themselves works: nobody begins one for the whole district."""
        found = principal.schools(*self.road.kernel.access.permissions.command(command.permission).roles)
        return frozenset() if found == EVERYWHERE else found - principal.away
