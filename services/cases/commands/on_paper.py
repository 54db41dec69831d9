"""Bringing in a case that runs on paper: it has no stream yet, and the student's open case is found first, so that nobody gets two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.cases.commands.envelope import Envelope
from services.cases.commands.on_case import StudentHasOpenCase
from services.cases.commands.subject import Said
from services.cases.domain.case.state import Case
from services.cases.domain.case.student import STUDENT, Claim
from services.cases.domain.steps.command import Command
from services.cases.domain.streams import case_stream, student_stream
from services.cases.reading.members import AlsoAbout
from services.cases.reading.read_log import record_read
from services.cases.rights import require_at_school, rights
from shared.access import Principal
from shared.decider import Decider, load, write
from shared.errors import NotAllowed, NotFound, Refused
from shared.eventstore.states import Loaded
from shared.eventstore.store import Write
from shared.message import Event, Fact
from shared.service import Kernel

TURNED_AWAY = "turned-away"
"""What somebody read of a case who is not to know of it, and asked whether it can be brought in."""


class NotEnteredHere(Refused):
    code = "not-entered-here"
    indonesian = "Kasus murid ini tidak dapat dimasukkan di sini. Tanyakan kepada petugas piket dinas."
    english = "This student's case cannot be entered here. Ask the district's duty officer."


@dataclass(frozen=True, slots=True)
class OnPaper:
    """The case of one student of a school, not in Tanggap yet. decider: of cases. case_id: that it gets."""

    kernel: Kernel
    decider: Decider[Fact, Case, Event]
    case_id: str
    school_id: str
    student: str

    @property
    def stream(self) -> str:
        return case_stream(self.case_id)

    def permission(self, wanted: type[Command]) -> str:
        return wanted.permission

    def require(self, envelope: Envelope, _: Case, wanted: type[Command], __: Said) -> None:
        """Somebody who works with cases at this very school, and is not on leave from it. Raises: NotFound, NotAllowed."""
        require_at_school(envelope.principal, self.school_id)
        if not envelope.principal.works_at(self.school_id, *self.kernel.access.permissions.command(wanted.permission).roles):
            raise NotAllowed

    def case(self, state: Case) -> Case:
        return state if state.case else Case(student=self.student, school=self.school_id)

    def also_about(self, _: Case, __: Said) -> AlsoAbout:
        return AlsoAbout()

    def school(self, _: Case, __: Said) -> str:
        return self.school_id

    def owner(self, _: Case) -> str:
        return self.student

    def version(self, loaded: Loaded[Case], _: type[Command], __: Said) -> int:
        return loaded.version

    async def beside(self, envelope: Envelope, _: Command, __: Loaded[Case]) -> Sequence[Write]:
        """It is the student's open case from now on. Raises: StudentHasOpenCase; NotEnteredHere: they have one that this person may not know of."""
        claim = await load(self.kernel.store, STUDENT, student_stream(self.student))
        if claim.state.open_case and claim.state.open_case != self.case_id:
            raise StudentHasOpenCase if await knows_of(self.kernel, self.decider, envelope.principal, claim.state.open_case) else NotEnteredHere
        return (write(STUDENT, claim, STUDENT.decide(Claim(case=self.case_id), claim.state), envelope.occasion(self.school_id)),)


async def knows_of(kernel: Kernel, decider: Decider[Fact, Case, Event], principal: Principal, case_id: str) -> bool:
    """Whether somebody may know that a case exists. Where not, being turned away tells them: that stands among the case's readings."""
    case = (await load(kernel.store, decider, case_stream(case_id))).state
    try:
        rights(principal, case, kernel.clock.now())
    except NotFound:
        await record_read(kernel.database, principal.id, case_id, TURNED_AWAY, case.version)
        return False
    return True
