"""Commands on the school calendar: of one school by its coordinator or principal, of a kind of school and of the district by the district."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.cases.commands.envelope import Envelope
from services.cases.commands.subject import Said
from services.cases.domain.calendars import CALENDARS, Calendars, SetCalendar
from services.cases.domain.case.state import Case
from services.cases.domain.steps.command import Command
from services.cases.domain.streams import CALENDAR_STREAM
from services.cases.reading.members import AlsoAbout
from services.cases.rights import require_at_school
from shared.decider import Decider
from shared.errors import NotAllowed
from shared.events import CalendarChanged
from shared.eventstore.states import Loaded
from shared.eventstore.store import Write

OF_THE_DISTRICT = ("district-officer", "district-duty", "system-administrator", "service")
"""Who says the calendar of the district, of a kind of school, and of any school."""


@dataclass(frozen=True, slots=True)
class OnCalendar:
    """One calendar as a subject of commands. school_id: whose it is; None for that of the district or of a kind of school."""

    school_id: str | None

    @property
    def stream(self) -> str:
        return CALENDAR_STREAM

    @property
    def decider(self) -> Decider[SetCalendar, Calendars, CalendarChanged]:
        return CALENDARS

    def permission(self, wanted: type[Command]) -> str:
        return wanted.permission

    def require(self, envelope: Envelope, _: Calendars, __: type[Command], ___: Said) -> None:
        if envelope.principal.holds(*OF_THE_DISTRICT):
            return
        if self.school_id is None:
            raise NotAllowed
        require_at_school(envelope.principal, self.school_id)

    def case(self, _: Calendars) -> Case:
        return Case()

    def also_about(self, _: Calendars, __: Said) -> AlsoAbout:
        return AlsoAbout()

    def school(self, _: Calendars, __: Said) -> str:
        return self.school_id or ""

    def owner(self, _: Calendars) -> str:
        return self.stream

    def version(self, loaded: Loaded[Calendars], _: type[Command], __: Said) -> int:
        return loaded.version

    async def beside(self, *_: object) -> Sequence[Write]:
        return ()
