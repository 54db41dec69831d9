"""Commands on an activity that may stand without a case: for whom its strategy says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.cases.commands.envelope import Envelope
from services.cases.commands.subject import Said
from services.cases.domain.case.state import Case
from services.cases.domain.steps.activity import ActivityCommand
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.strategy import StandingAlone
from services.cases.domain.streams import activity_stream
from services.cases.domain.without_case import AloneEvent, WithoutCase
from services.cases.rights import require_at_school, require_party
from shared.decider import Decider
from shared.eventstore.states import Loaded
from shared.eventstore.store import Write


@dataclass(frozen=True, slots=True)
class OnActivity:
    """One activity as a subject of commands."""

    decider: Decider[ActivityCommand, WithoutCase, AloneEvent]
    strategy: StandingAlone
    activity_id: str

    @property
    def stream(self) -> str:
        return activity_stream(self.strategy.name, self.activity_id)

    def permission(self, _: type[Command]) -> str:
        return self.strategy.beginning.permission

    def require(self, envelope: Envelope, state: WithoutCase, _: type[Command], said: Said) -> None:
        if state.activity is None and "school" in said:
            require_at_school(envelope.principal, said["school"])
        else:
            require_party(envelope.principal, state.activity, self.strategy)

    def case(self, _: WithoutCase) -> Case:
        return Case()

    def also_about(self, state: WithoutCase, said: Said) -> Sequence[str]:
        case = self.strategy.case(state.activity) if state.activity else said.get("case")
        return (case,) if case else ()

    def school(self, state: WithoutCase, said: Said) -> str:
        return self.strategy.school(state.activity) if state.activity else said["school"]

    def owner(self, _: WithoutCase) -> str:
        return self.stream

    def version(self, loaded: Loaded[WithoutCase], _: type[Command], __: Said) -> int:
        return loaded.version

    async def beside(self, *_: object) -> Sequence[Write]:
        return ()
