"""Whether anything about a student may go to a guardian at this moment. Asked when a notice is taken, when it leaves, and when it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.notifications.case_people import KeptPeople
from services.notifications.domain.notice import NoticeDue
from services.notifications.domain.register import REGISTER
from services.notifications.views import Roster
from shared.decider import load
from shared.eventstore.store import EventStore
from shared.sealed import Sealed

Forbidden = Literal["unsafe", "no-longer-guardian"]


@dataclass(frozen=True, slots=True)
class Forbidding:
    """Asks the do-not-contact register, the people of the case, and the roster, in this order."""

    store: EventStore
    people: KeptPeople
    roster: Roster

    async def of(self, due: NoticeDue, guardian: str) -> Forbidden | None:
        """Why nothing may go to this guardian; None where it may. Raises: Unavailable."""
        if await self.is_unsafe(due.student, due.case, due.school, guardian):
            return "unsafe"
        gone = due.student is not None and guardian not in await self.roster.guardians(due.student)
        return "no-longer-guardian" if gone else None

    async def contacts_of_unsafe(self, due: NoticeDue) -> list[Sealed]:
        """The mail addresses and telephones of the student's guardians to whom nothing may go, sealed. Raises: Unavailable."""
        if due.student is None:
            return []
        guardians = await self.roster.guardians(due.student)
        unsafe = [each for each in guardians if await self.is_unsafe(due.student, due.case, due.school, each)]
        return [box for each in unsafe for box in await self.roster.contacts(each)]

    async def is_unsafe(self, student: str | None, case: str, school: str, guardian: str) -> bool:
        """Marked, or named in the case or kept away from it. Raises: Unavailable."""
        if (await load(self.store, REGISTER, f"contact-{student}")).state.forbids(guardian):
            return True
        return await self.people.keeps_away(case, school, guardian)
