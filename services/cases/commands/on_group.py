"""Commands on a counselling group: given by its leader, who alone knows of it. While it has none, who may take it says who goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.cases.commands.envelope import Envelope
from services.cases.commands.subject import Said
from services.cases.domain.case.state import Case
from services.cases.domain.steps.command import Command
from services.cases.domain.strategies.group import GROUP, Group, GroupEvent, GroupFact
from services.cases.domain.strategies.group_steps import FormGroup, GroupCommand, HandOverGroup
from services.cases.domain.streams import group_stream
from services.cases.reading.members import AlsoAbout, members_of
from services.cases.rights import require_at_school, require_giver, require_leader
from shared.decider import Decider
from shared.eventstore.states import Loaded
from shared.eventstore.store import Write


@dataclass(frozen=True, slots=True)
class OnGroup:
    """One group as a subject of commands."""

    group_id: str

    @property
    def stream(self) -> str:
        return group_stream(self.group_id)

    @property
    def decider(self) -> Decider[GroupCommand | GroupFact, Group, GroupEvent]:
        return GROUP

    def permission(self, wanted: type[Command]) -> str:
        return wanted.permission

    def require(self, envelope: Envelope, state: Group, wanted: type[Command], said: Said) -> None:
        if wanted is FormGroup:
            require_at_school(envelope.principal, said["school"])
        elif wanted is HandOverGroup:
            require_giver(envelope.principal, state, said["to"])
        else:
            require_leader(envelope.principal, state)

    def case(self, _: Group) -> Case:
        return Case()

    def also_about(self, state: Group, said: Said) -> AlsoAbout:
        joins = [said["case"]] if "case" in said else said.get("cases", ())
        members = members_of(state)
        return AlsoAbout((*members.cases, *joins), members.students)

    def school(self, state: Group, said: Said) -> str:
        return state.school or said["school"]

    def owner(self, _: Group) -> str:
        return self.stream

    def version(self, loaded: Loaded[Group], _: type[Command], __: Said) -> int:
        return loaded.version

    async def beside(self, *_: object) -> Sequence[Write]:
        return ()
