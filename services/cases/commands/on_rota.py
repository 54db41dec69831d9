"""Commands on the rota of a school: who is away, and who stands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.cases.commands.envelope import Envelope
from services.cases.commands.subject import Said
from services.cases.domain.case.state import Case
from services.cases.domain.duty import DUTY, Duty, DutyCommand, DutyEvent
from services.cases.domain.steps.command import Command
from services.cases.domain.streams import rota_stream
from services.cases.reading.members import AlsoAbout
from services.cases.rights import require_at_school
from shared.decider import Decider
from shared.errors import NotAllowed
from shared.eventstore.states import Loaded
from shared.eventstore.store import Write

_LEADERS = ("coordinator", "principal", "district-duty")


@dataclass(frozen=True, slots=True)
class OnRota:
    """The rota of one school as a subject of commands."""

    school_id: str

    @property
    def stream(self) -> str:
        return rota_stream(self.school_id)

    @property
    def decider(self) -> Decider[DutyCommand, Duty, DutyEvent]:
        return DUTY

    def permission(self, wanted: type[Command]) -> str:
        return wanted.permission

    def require(self, envelope: Envelope, _: Duty, __: type[Command], said: Said) -> None:
        """Everybody says it of themselves, a leader also of others: nobody silences a school by sending its people away."""
        require_at_school(envelope.principal, self.school_id)
        if said["person"] != envelope.principal.id and not envelope.principal.holds_at(self.school_id, *_LEADERS):
            raise NotAllowed

    def case(self, _: Duty) -> Case:
        return Case()

    def also_about(self, _: Duty, __: Said) -> AlsoAbout:
        return AlsoAbout()

    def school(self, _: Duty, __: Said) -> str:
        return self.school_id

    def owner(self, _: Duty) -> str:
        return self.stream

    def version(self, loaded: Loaded[Duty], _: type[Command], __: Said) -> int:
        return loaded.version

    async def beside(self, *_: object) -> Sequence[Write]:
        return ()
