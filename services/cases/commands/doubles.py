"""One child under two ids: what goes on is one case, each concern keeps its own, and undoing the match gives each child its own back (ADR 58).

A concern always stands in a case of the id that it names. Where both ids have an open case, one rests in the other by the merge that people know, so
words stay under their readers, and everything that must not stop goes along. So there is nothing that undoing could not take apart.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.cases.commands.together import Together
from services.cases.domain.case.additions import ContinueConcern
from services.cases.domain.case.arriving import carrying, unsafe_at_home
from services.cases.domain.case.merging import ComeApart, GiveBackMerged, MergeInto, TakeMerged, rests_in
from services.cases.domain.case.moves import Carried, Carrying
from services.cases.domain.case.state import Case
from services.cases.domain.case.strands import TakeConcern
from services.cases.domain.case.student import STUDENT, Claim, EndDouble, NoteDouble, Student
from services.cases.domain.case.whereabouts import NoteWhereabouts
from services.cases.domain.steps.policy import Policy
from services.cases.domain.streams import student_stream
from services.cases.domain.successor import Staff
from shared.events import StaffToBeTold
from shared.message import derived_id

BY = "service:cases"
"""Who merges and takes apart what a person matched or unmatched in the roster."""

Policies = Callable[[str], Awaitable[Policy]]
"""The policy that is in force at a school."""

Where = Callable[[str], Awaitable[str | None]]
"""The school at which the roster has a student."""

Working = Callable[[str], Awaitable[Staff]]
"""Who works at a school and in its district now."""


@dataclass(frozen=True, slots=True)
class Doubles:
    """For one event. cause: its id. at: when it was recorded."""

    together: Together
    policies: Policies
    where: Where
    staff: Working
    cause: UUID
    at: datetime

    async def matched(self, person: str, other: str) -> None:
        """The two ids are one child's: their open cases become one that goes on."""
        if (await self._student(person)).double or (await self._student(other)).double:
            return
        await self._note(person, NoteDouble(other=other, goes_on=True))
        await self._note(other, NoteDouble(other=person, goes_on=False))
        await self._gather((person, other))

    async def unmatched(self, person: str, other: str) -> None:
        """Each child has again what was their own: what rests in a case of the other one comes apart."""
        if (await self._student(person)).double != other:
            return
        for mine, twin in ((person, other), (other, person)):
            await self._note(mine, EndDouble(other=twin))
            await self._take_apart(mine, twin)
        for each in (person, other):
            await self._settle(each, await self.where(each))

    async def take(self, command: TakeConcern, reopen_days: int) -> None:
        """A concern about one of the two ids."""
        student = command.concern.student or ""
        both, own = await self._both(student), await self._own(student, reopen_days) or command.case
        if await self.together.on_case(own, command.model_copy(update={"case": own, "student_at": await self._at(both)})):
            await self._note(student, Claim(case=own))
            await self._gather(both)

    async def seen(self, student: str) -> None:
        """The roster says something new of where one of the two is."""
        both = await self._both(student)
        for each in both:
            await self._settle(each, await self._at(both))

    # of both ----------------------------------------------------------------------------------------------------

    async def _both(self, student: str) -> Sequence[str]:
        """The id that goes on, and the other one."""
        state = await self._student(student)
        pair = (student, state.double or student)
        return pair if state.goes_on else pair[::-1]

    async def _at(self, both: Sequence[str]) -> str | None:
        """Where the child is: the id counts that goes on, as long as the roster has it somewhere."""
        return await self.where(both[0]) or await self.where(both[1])

    async def _gather(self, both: Sequence[str]) -> None:
        """Of two cases that go on, the one of the id that goes on stays."""
        found = [case for student in both if (case := await self._open(student))]
        for other in found[1:]:
            if other.case != found[0].case:
                await self._merge(other.case or "", found[0].case or "", of_another_id=True)
        for student in both:
            await self._settle(student, await self._at(both))

    async def _open(self, student: str) -> Case | None:
        """The case of somebody that goes on and is not closed, whosever it is."""
        claimed = (await self._student(student)).open_case
        case = await self.together.going_on(claimed) if claimed else None
        return case if case and not case.closed else None

    async def _own(self, student: str, reopen_days: int) -> str | None:
        """The case of this very id that a concern joins; None where a new one is opened: nothing lands in one that rests in the other id's."""
        case_id = (await self._student(student)).case_for(self.at, reopen_days)
        case = await self.together.going_on(case_id) if case_id else None
        return case.case if case and case.student in (None, student) else None

    async def _merge(self, other: str, keep: str, *, of_another_id: bool) -> None:
        """Whoever has one of the two hears of it."""
        rests, stays = await self.together.case(other), await self.together.case(keep)
        takes, policy = carrying(rests), await self.policies(stays.school)
        act = str(derived_id(self.cause, "merge", other))
        said = {"policy": policy, "staff": await self.staff(stays.school), "act": act, "by": BY, "at": self.at}
        await self.together.on_case(other, MergeInto(into=keep, **said))
        goes_along = _cautious(rests, takes) if of_another_id else takes
        await self.together.on_case(keep, TakeMerged(merged=other, takes=goes_along, unsafe=unsafe_at_home(rests), **said))
        await self._tell_owner(rests)

    async def _tell_owner(self, case: Case) -> None:
        if case.owner and case.owner not in case.named:
            told = StaffToBeTold(case=case.case or "", student=case.student, school=case.school, person=case.owner, message="same-student")
            await self.together.tell(case.case or "", told)

    # of one -----------------------------------------------------------------------------------------------------

    async def _take_apart(self, student: str, twin: str) -> None:
        """What rests in the twin's goes on by itself; of several, the oldest, as each student has one open case."""
        free: list[str] = []
        for case_id in (await self._student(student)).cases:
            case = await self.together.case(case_id)
            into = await self.together.going_on(case_id)
            if case.moves.merged_into and into.student == twin:
                await self._come_apart(case, into)
                free.append(case_id)
        if not free:
            return
        claimed = await self._open(student)
        mine = list(dict.fromkeys([*free, *([claimed.case or ""] if claimed else [])]))
        for other in mine[1:]:
            await self._merge(other, mine[0], of_another_id=False)
        await self._note(student, Claim(case=mine[0]))

    async def _come_apart(self, case: Case, into: Case) -> None:
        """What was added to its concerns meanwhile comes along: nobody who reads the concern misses a word."""
        case_id, act = case.case or "", str(derived_id(self.cause, "apart", case.case or ""))
        chain = case.moves.merged_into
        await self.together.on_case(case_id, ComeApart(policy=await self.policies(case.school), act=act, by=BY, at=self.at))
        while chain:
            other = await self.together.case(chain)
            if rests_in(other.moves, case_id):
                await self.together.on_case(chain, GiveBackMerged(merged=case_id, act=act, by=BY, at=self.at))
            chain = other.moves.merged_into
        await self._bring_back_words(case, into)
        await self._tell_owner(case)
        await self._tell_owner(into)

    async def _bring_back_words(self, case: Case, into: Case) -> None:
        own = {(strand.concern.concern, strand.concern.student) for strand in case.strands}
        for told in into.additions.told:
            if (told.concern.concern, told.concern.student) in own:
                decision = str(derived_id(self.cause, "triage", case.case or "", told.concern.addition))
                policy = await self.policies(case.school)
                await self.together.on_case(case.case or "", ContinueConcern(continued=told.concern, policy=policy, decision=decision, at=told.at))

    async def _settle(self, student: str, school: str | None) -> None:
        """The case that goes on learns where its student is."""
        case = await self._open(student)
        if case:
            fact = NoteWhereabouts(school=school, at=self.at, policy=await self.policies(school or case.school))
            await self.together.on_case(case.case or "", fact)

    async def _student(self, student: str) -> Student:
        return await self.together.state(STUDENT, student_stream(student))

    async def _note(self, student: str, command: Claim | NoteDouble | EndDouble) -> None:
        await self.together.decide(STUDENT, student_stream(student), command)


def _cautious(case: Case, takes: Carrying) -> Carrying:
    """The same guardian has two ids as well: where one is accused or unsafe, nobody at that home counts as safe until a counsellor decides."""
    unsafe = bool(case.home.unsafe) or case.home.all_unsafe
    concerns: Sequence[Carried] = [
        each.model_copy(update={"guardians_unsafe": each.guardians_unsafe or unsafe or _accuses_guardian(each)}) for each in takes.concerns
    ]
    return takes.model_copy(update={"concerns": tuple(concerns)})


def _accuses_guardian(concern: Carried) -> bool:
    return any(each.relation == "guardian" and each.role == "accused" for each in concern.people)
