"""Commands on an activity that may stand without a case: for whom its strategy says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.cases.commands.envelope import Envelope
from services.cases.commands.subject import Said
from services.cases.domain.case.state import Case
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.endings import HandOverActivity
from services.cases.domain.steps.strategy import StandingAlone
from services.cases.domain.streams import activity_stream
from services.cases.domain.without_case import AloneCommand, AloneEvent, WithoutCase
from services.cases.reading.members import AlsoAbout
from services.cases.rights import require_at_school, require_giver_of, require_party
from shared.decider import Decider
from shared.eventstore.states import Loaded
from shared.eventstore.store import Write

GIVE_ON = "give-on"
"""The row of the permission file for handing over what stands without a case."""


def permission_of(strategy: StandingAlone, wanted: type[Command]) -> str:
    """The row of the permission file that says who may take this step of such an activity."""
    return GIVE_ON if wanted is HandOverActivity else strategy.beginning.permission


@dataclass(frozen=True, slots=True)
class OnActivity:
    """One activity as a subject of commands."""

    decider: Decider[AloneCommand, WithoutCase, AloneEvent]
    strategy: StandingAlone
    activity_id: str

    @property
    def stream(self) -> str:
        return activity_stream(self.strategy.name, self.activity_id)

    def permission(self, wanted: type[Command]) -> str:
        return permission_of(self.strategy, wanted)

    def require(self, envelope: Envelope, state: WithoutCase, wanted: type[Command], said: Said) -> None:
        if state.activity is None and "school" in said:
            require_at_school(envelope.principal, said["school"])
        elif wanted is HandOverActivity:
            require_giver_of(envelope.principal, state, self.strategy, said["to"])
        else:
            require_party(envelope.principal, state, self.strategy)

    def case(self, _: WithoutCase) -> Case:
        return Case()

    def also_about(self, state: WithoutCase, said: Said) -> AlsoAbout:
        case = self.strategy.case(state.activity) if state.activity else said.get("case")
        return AlsoAbout((case,)) if case else AlsoAbout()

    def school(self, state: WithoutCase, said: Said) -> str:
        return self.strategy.school(state.activity) if state.activity else said["school"]

    def owner(self, _: WithoutCase) -> str:
        return self.stream

    def version(self, loaded: Loaded[WithoutCase], _: type[Command], __: Said) -> int:
        return loaded.version

    async def beside(self, *_: object) -> Sequence[Write]:
        return ()
