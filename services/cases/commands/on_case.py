"""Commands on a case: who may give them, and what is written to other streams in the same item (the student's claim, the other half of a merge)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.cases.commands.envelope import Envelope
from services.cases.commands.fill import taken_along
from services.cases.commands.subject import Said
from services.cases.domain.case.arriving import carrying, unsafe_at_home
from services.cases.domain.case.holding import SetLegalHold
from services.cases.domain.case.linking import LinkCase, UnmatchStudent
from services.cases.domain.case.merging import GiveBackMerged, MergeInto, TakeMerged, UnmergeCase, rests_in
from services.cases.domain.case.state import Case
from services.cases.domain.case.strands import Close, Match, Reopen
from services.cases.domain.case.student import STUDENT, Claim, NoteHold, Release, Student, StudentCommand
from services.cases.domain.steps.activity import ActivityCommand
from services.cases.domain.steps.command import Command
from services.cases.domain.streams import case_stream, student_stream
from services.cases.reading.going_on import load_going_on
from services.cases.reading.members import AlsoAbout
from services.cases.rights import require_right, rights
from shared.decider import Decider, load, write
from shared.errors import Refused, VersionConflict
from shared.eventstore.states import Loaded
from shared.eventstore.store import Write
from shared.message import Event, Fact
from shared.service import Kernel


class StudentHasOpenCase(Refused):
    code = "student-has-open-case"
    indonesian = "Murid ini sudah mempunyai kasus terbuka: gabungkan kasus ini dengan kasus itu."
    english = "This student has an open case already: merge this case with that one."


class NotSameStudent(Refused):
    code = "not-same-student"
    indonesian = "Kedua kasus ini bukan tentang murid yang sama."
    english = "The two cases are not about the same student."


class OneChildInTheRoster(Refused):
    code = "one-child-in-the-roster"
    indonesian = (
        "Data induk mencatat murid kedua kasus ini sebagai satu anak: batalkan dulu pencocokan itu di Data ganda, lalu kasusnya terpisah sendiri."
    )
    english = "The roster has the students of these two cases as one child: undo that match on Data ganda, and the cases come apart by themselves."


@dataclass(frozen=True, slots=True)
class OnCase:
    """One case as a subject of commands. decider: of cases."""

    kernel: Kernel
    decider: Decider[Fact, Case, Event]
    case_id: str

    @property
    def stream(self) -> str:
        return case_stream(self.case_id)

    def permission(self, wanted: type[Command]) -> str:
        return wanted.permission

    def require(self, envelope: Envelope, state: Case, wanted: type[Command], said: Said) -> None:
        row = self.kernel.access.permissions.command(wanted.permission)
        step_of = said.get("activity") if issubclass(wanted, ActivityCommand) else None
        require_right(envelope.principal, state, row, step_of, envelope.now)

    def case(self, state: Case) -> Case:
        return state

    def also_about(self, _: Case, __: Said) -> AlsoAbout:
        return AlsoAbout()

    def school(self, state: Case, _: Said) -> str:
        return state.school

    def owner(self, state: Case) -> str:
        """The student; the case itself while the student is not identified."""
        return state.student or self.stream

    def version(self, loaded: Loaded[Case], wanted: type[Command], said: Said) -> int:
        known = loaded.state.activities.get(said.get("activity", "")) if issubclass(wanted, ActivityCommand) else None
        return known.version if known else loaded.version

    async def beside(self, envelope: Envelope, command: Command, loaded: Loaded[Case]) -> Sequence[Write]:
        match command:
            case MergeInto():
                return await self._merged(envelope, command, loaded)
            case LinkCase(other=other):
                return await self._linked(envelope, other)
            case UnmergeCase():
                return await self._given_back(envelope, command, loaded)
            case UnmatchStudent(student=student):
                return await self._claim(envelope, student, Release(case=self.case_id), loaded)
            case Match(student=student):
                return await self._claim(envelope, student, Claim(case=self.case_id), loaded)
            case Reopen():
                return await self._claim(envelope, loaded.state.student, Claim(case=self.case_id), loaded)
            case Close():
                return await self._claim(envelope, loaded.state.student, Release(case=self.case_id, at=envelope.now), loaded)
            case SetLegalHold():
                return await self._claim(envelope, loaded.state.student, NoteHold(case=self.case_id), loaded)
            case _:
                return ()

    async def _merged(self, envelope: Envelope, command: MergeInto, mine: Loaded[Case]) -> Sequence[Write]:
        """The other half of a merge. Raises: NotFound: not a case that this person may work on. NotSameStudent. VersionConflict."""
        other = await self._other(envelope, command.into)
        if not await self._same_student(mine.state, other.state):
            raise NotSameStudent
        rests = command.takes is not None
        if taken_along(mine.state, other.state) != command.takes or (rests and unsafe_at_home(other.state) != command.unsafe):
            raise VersionConflict(other.stream, other.version, other.version + 1)  # it changed after the direction was decided
        said = {"policy": command.policy, "staff": command.staff, "act": command.act, "by": command.by, "at": command.at}
        if command.takes is None:
            take = TakeMerged(merged=self.case_id, takes=carrying(mine.state), unsafe=unsafe_at_home(mine.state), **said)
            return self._half(envelope, take, other)
        return self._half(envelope, MergeInto(into=self.case_id, **said), other)

    async def _linked(self, envelope: Envelope, other: str) -> Sequence[Write]:
        """Nothing: a link is one case's. Raises: NotFound: not a case that this person may know of."""
        rights(envelope.principal, (await load(self.kernel.store, self.decider, case_stream(other))).state, envelope.now)
        return ()

    async def _same_student(self, mine: Case, other: Case) -> bool:
        """Also where the roster has the child under two ids, or one of the two is not identified."""
        if None in (mine.student, other.student) or mine.student == other.student:
            return True
        return await self._is_double(mine, other)

    async def _require_two_children(self, mine: Case, other: Case) -> None:
        """One child has one open case. Raises: OneChildInTheRoster, StudentHasOpenCase."""
        if mine.student is not None and mine.student == other.student:
            raise StudentHasOpenCase
        if await self._is_double(mine, other):
            raise OneChildInTheRoster

    async def _is_double(self, mine: Case, other: Case) -> bool:
        """The two students are one child in the roster."""
        if None in (mine.student, other.student):
            return False
        return (await load(self.kernel.store, STUDENT, student_stream(mine.student or ""))).state.double == other.student

    async def _given_back(self, envelope: Envelope, command: UnmergeCase, mine: Loaded[Case]) -> Sequence[Write]:
        """In the case that this one rests in, and in every case that this one came into with it. Raises: OneChildInTheRoster, StudentHasOpenCase."""
        back = GiveBackMerged(merged=self.case_id, act=command.act, by=command.by, at=command.at)
        writes: list[Write] = []
        into = mine.state.moves.merged_into
        while into:
            other = await self._other(envelope, into)
            await self._require_two_children(mine.state, other.state)
            if rests_in(other.state.moves, self.case_id):
                writes += self._half(envelope, back, other)
            into = other.state.moves.merged_into
        return writes

    async def _other(self, envelope: Envelope, case_id: str) -> Loaded[Case]:
        """Raises: NotFound, NotAllowed: not a case that this person may work on."""
        other = await load(self.kernel.store, self.decider, case_stream(case_id))
        require_right(envelope.principal, other.state, self.kernel.access.permissions.command("charge"), None, envelope.now)
        return other

    def _half(self, envelope: Envelope, command: Command, other: Loaded[Case]) -> Sequence[Write]:
        return (write(self.decider, other, self.decider.decide(command, other.state), envelope.occasion(other.state.school)),)

    async def _claim(self, envelope: Envelope, student: str | None, change: StudentCommand, mine: Loaded[Case]) -> Sequence[Write]:
        """Moves the student's one open case along, or notes the hold. Raises: StudentHasOpenCase, DataIsEnding."""
        if student is None:
            return ()
        claim = await load(self.kernel.store, STUDENT, student_stream(student))
        if isinstance(change, Claim) and await self._has_another(claim.state):
            raise StudentHasOpenCase
        events = STUDENT.decide(change, claim.state)
        return (write(STUDENT, claim, events, envelope.occasion(mine.state.school)),) if events else ()

    async def _has_another(self, student: Student) -> bool:
        """The child has an open case that goes on, under this id or the other one."""
        twin = (await load(self.kernel.store, STUDENT, student_stream(student.double))).state.open_case if student.double else None
        for claimed in (student.open_case, twin):
            case = (await load_going_on(self.kernel.store, self.decider, claimed)).state if claimed else None
            if case and not case.closed and case.case != self.case_id:
                return True
        return False
