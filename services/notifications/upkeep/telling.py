"""Tells whoever asked an agency for room, else the district's duty, that the question did not reach it: it says only that something waits."""

from __future__ import annotations

from dataclasses import dataclass

from services.notifications import ladder
from services.notifications.districts.telling import NO_SCHOOL
from services.notifications.domain.agency import AGENCY
from services.notifications.domain.agency_room import has_waited_too_long
from services.notifications.domain.alert import ALERT
from services.notifications.domain.outcome import Outcome
from services.notifications.lanes import Due
from services.notifications.plain import About, plain
from services.notifications.views import Roster
from shared.decider import execute, load
from shared.message import TANGGAP, Occasion, derived_id
from shared.service import Kernel


@dataclass(frozen=True, slots=True)
class NotReached:
    """roster: who is on duty."""

    kernel: Kernel
    roster: Roster

    async def note(self, due: Due, outcome: Outcome) -> None:
        """Once for each question, unless it was answered meanwhile. A reminder to look at an entry waits for nobody. Raises: Unavailable."""
        room = (await load(self.kernel.store, AGENCY, due.stream)).state.room
        if due.kind == "reminder" or room.asked is None or not room.waits or room.asked.number != due.step:
            return
        if not has_waited_too_long(outcome, due.queued_at):
            return
        staff = await self.roster.staff(NO_SCHOOL)
        rungs = [(room.asked.by,), *(tuple(staff[role]) for role in ladder.LAST_RESORT if staff.get(role))]
        message = f"message-{derived_id(TANGGAP, 'room-not-reached', room.asked.agency, str(due.step))}"
        now, cause = self.kernel.clock.now(), derived_id(TANGGAP, "room-told", message)
        occasion = Occasion("service:notifications", None, now, cause, cause)
        await execute(self.kernel.store, ALERT, f"alert-{message}", plain(message, About("", None, NO_SCHOOL), rungs), occasion)
