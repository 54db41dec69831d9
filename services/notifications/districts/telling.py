"""Tells staff about messages between districts: our duty officer about what came, and the person whose answer could not be delivered."""

from __future__ import annotations

from dataclasses import dataclass

from services.notifications import ladder
from services.notifications.case_people import KeptPeople
from services.notifications.domain.alert import ALERT, LadderStep
from services.notifications.domain.arrival import ARRIVAL, arrival_stream
from services.notifications.domain.task.events import TaskRequested
from services.notifications.plain import About, instead, plain
from services.notifications.views import Roster
from shared.decider import execute, load
from shared.message import TANGGAP, Occasion, derived_id
from shared.service import Kernel

OURSELVES = "service:notifications"
"""Who says that a school here has the case of a child who moves."""

NO_SCHOOL = ""
"""What comes from outside belongs to no school yet, so people with a post for the whole district are told."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Sends plain messages. They say nothing but that something waits."""

    kernel: Kernel
    roster: Roster

    async def duty(self, arrival: str, what: str, *, urgent: bool) -> None:
        """Once for each thing that came."""
        await self._tell(arrival, what, self._rungs(await self.roster.staff(NO_SCHOOL)), urgent=urgent)

    async def undelivered(self, arrival: str, number: int) -> None:
        """Whoever gave the answer, and the duty where they cannot be reached."""
        state = (await load(self.kernel.store, ARRIVAL, arrival_stream(arrival))).state
        by = [(each.by,) for each in state.answers if each.number == number and each.by != OURSELVES]
        await self._tell(arrival, f"undelivered-{number}", [*by, *self._rungs(await self.roster.staff(NO_SCHOOL))], urgent=False)

    async def set_aside(self, requested: TaskRequested, answer: str) -> None:
        """Whoever has the case: the other district answered something that could not be taken, and stands on the referral's page."""
        about = About(requested.case, requested.student, requested.school)
        people = (await KeptPeople(self.kernel.database).of({requested.case: requested.school}))[requested.case]
        rungs = [tuple(sorted(people.has - people.named - people.suspended)), *await instead(self.kernel.store, self.roster, about)]
        message, cause = (derived_id(TANGGAP, what, requested.task, answer) for what in ("answer-set-aside", "answer-set-aside-told"))
        occasion = Occasion("service:notifications", requested.school, self.kernel.clock.now(), cause, cause)
        await execute(self.kernel.store, ALERT, f"alert-message-{message}", plain(f"message-{message}", about, rungs), occasion)

    def _rungs(self, staff: dict[str, list[str]]) -> list[tuple[str, ...]]:
        return [tuple(staff[role]) for role in ladder.LAST_RESORT if staff.get(role)]

    async def _tell(self, arrival: str, what: str, rungs: list[tuple[str, ...]], *, urgent: bool) -> None:
        message = f"message-{derived_id(TANGGAP, 'arrival', arrival, what)}"
        command = plain(message, About("", None, NO_SCHOOL), rungs)
        if urgent:
            everybody = tuple(dict.fromkeys(person for rung in rungs for person in rung))
            steps = (LadderStep(minutes=0, people=everybody),) if everybody else ()
            command = command.model_copy(update={"urgency": "emergency", "steps": steps})
        now, cause = self.kernel.clock.now(), derived_id(TANGGAP, "arrival-told", arrival, what)
        await execute(self.kernel.store, ALERT, f"alert-{message}", command, Occasion("service:notifications", None, now, cause, cause))
