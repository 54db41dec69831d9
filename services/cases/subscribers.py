"""What cases hears: concerns open or join a case, the roster is kept, and what notifications did folds in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from services.cases.attached.kept import AttachedFiles
from services.cases.commands.doubles import Doubles
from services.cases.commands.facts import record_fact
from services.cases.commands.kin import Kin, students_of
from services.cases.commands.landing import Landing
from services.cases.commands.together import Together
from services.cases.domain.case.additions import ContinueConcern
from services.cases.domain.case.families import FoldAnswer
from services.cases.domain.case.guardians import FoldNotice, MarkGuardianUnsafe
from services.cases.domain.case.state import Case
from services.cases.domain.case.strands import CaseReopened, RecordAlert, TakeConcern
from services.cases.domain.case.student import STUDENT, Claim
from services.cases.domain.case.whereabouts import NoteWhereabouts
from services.cases.domain.referring.referral import FoldSilence, FoldTask
from services.cases.domain.relatives import Relatives
from services.cases.domain.steps.policy import Policy
from services.cases.domain.streams import case_stream, student_stream
from services.cases.policies import policy_at
from services.cases.reading.absences import Absences
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.going_on import load_going_on
from services.cases.reading.roster import Roster
from services.cases.reading.whereabouts import Whereabouts
from services.cases.reading.worklist import WorkList
from shared.decider import Decider, commit, load, untouched, write
from shared.events import (
    AlertExhausted,
    ConcernAttached,
    ConcernContinued,
    ConcernRaised,
    GuardianAnswered,
    GuardianMarkedUnsafe,
    GuardianTold,
    PersonAppointed,
    PersonDismissed,
    PersonLeft,
    PersonRegistered,
    PersonReinstated,
    PersonsMatched,
    PersonsUnmatched,
    PersonSuspended,
    SchoolRegistered,
    SessionBegun,
    SessionEnded,
    SessionProved,
    StaffAlerted,
    TaskMoved,
    TaskUnanswered,
    read_public,
)
from shared.eventstore.states import Loaded
from shared.eventstore.store import Checkpoint, EventStore, Item, Outcome, Write
from shared.message import Event, Fact, Occasion, Recorded, derived_id
from shared.post_keeping import registered_in
from shared.retelling import retold
from shared.sessions.kept import KeptSessions


def _occasion(event: Recorded) -> Occasion:
    return Occasion.follow(event, "cases")


@dataclass(frozen=True, slots=True)
class FromIntake:
    """Handler of intake's events. decider: of cases."""

    store: EventStore
    roster: Roster
    work: WorkList
    whereabouts: Whereabouts
    absences: Absences
    decider: Decider[Fact, Case, Event]
    calendars: SchoolCalendars
    sessions: KeptSessions
    attached: AttachedFiles
    crowd: ClassVar[frozenset[str]] = frozenset({"person-registered"})

    async def __call__(self, event: Recorded, checkpoint: Checkpoint | None) -> Outcome | None:
        match told := read_public(event.type, event.body):
            case ConcernAttached():
                await self.attached.keep(told, event.position)
            case SessionBegun() | SessionProved() | SessionEnded():
                await self.sessions.keep(told)
            case ConcernRaised():
                return await self._take(event, told, checkpoint)
            case ConcernContinued():
                return await self._continue(event, told, checkpoint)
            case SchoolRegistered() | PersonSuspended() | PersonReinstated():
                await self.roster.keep(told, event.position)
            case PersonAppointed() | PersonDismissed():
                await self.absences.keep(told, event.position)
                await self.roster.keep(told, event.position)
                await self._works(event, told.person)
            case PersonRegistered() | PersonLeft():
                await self.absences.keep(told, event.position)
                await self.roster.keep(told, event.position)
                await self.whereabouts.keep(told, event.position)
                return await self._seen(event, told, checkpoint)
            case PersonsMatched():
                return await self._together(event, checkpoint, lambda doubles: doubles.matched(told.person, told.other))
            case PersonsUnmatched():
                return await self._together(event, checkpoint, lambda doubles: doubles.unmatched(told.person, told.other))
        return None

    async def many(self, events: Sequence[Recorded]) -> Sequence[Recorded]:
        """Keeps students and guardians. Left are staff, who may be gone from somewhere, and students about whom something is known here."""
        told = [each for each in registered_in(events) if each.told.kind != "staff"]
        await self.roster.keep_many(told)
        await self.whereabouts.keep_many(told)
        streams = {student_stream(each.told.person): each.told.person for each in told if each.told.kind == "student"}
        entries = await self.store.entries_of(dict.fromkeys(streams, 0))
        quiet = {each.told.person for each in told} - {person for stream, person in streams.items() if entries[stream]}
        return [event for event in events if event.key not in quiet]

    async def _together(self, event: Recorded, checkpoint: Checkpoint | None, happens: Callable[[Doubles], Awaitable[None]]) -> Outcome | None:
        """What follows for a child with two ids, in one item with the checkpoint."""
        return await commit(self.store, lambda: self._item(event, checkpoint, happens))

    async def _item(self, event: Recorded, checkpoint: Checkpoint | None, happens: Callable[[Doubles], Awaitable[None]]) -> Item | None:
        together = Together(self.store, self.decider)
        at = event.recorded_at
        await happens(Doubles(together, lambda school: self._policy(school, at), self.whereabouts.of, self.absences.staff, event.id, at))
        writes = together.writes(_occasion(event))
        return Item(writes, checkpoint=checkpoint) if writes or checkpoint else None

    async def _seen(self, event: Recorded, told: PersonRegistered | PersonLeft, checkpoint: Checkpoint | None) -> Outcome | None:
        """The open case of a student learns where the student is, and who is family on the staff."""
        if isinstance(told, PersonRegistered) and told.kind != "student":
            if told.kind == "staff":
                await self._works(event, told.person)
            return None
        if isinstance(told, PersonRegistered) and told.guardians:
            await self._kin.seen(told.person, self._policy, _occasion(event))
        student = await load(self.store, STUDENT, student_stream(told.person))
        school = told.school if isinstance(told, PersonRegistered) else None
        if student.state.double:
            return await self._together(event, checkpoint, lambda doubles: doubles.seen(told.person))
        if student.state.open_case is None:
            return None
        fact = NoteWhereabouts(school=school, at=event.recorded_at, policy=await self._policy(school or told.school, event.recorded_at))
        case = (await load_going_on(self.store, self.decider, student.state.open_case)).state.case or student.state.open_case
        return await record_fact(self.store, self.decider, case, fact, _occasion(event), checkpoint)

    async def _works(self, event: Recorded, person: str) -> None:
        """A parent who begins to work where their child's case is, or for the district, is family on the staff from that moment (ADR 77)."""
        for student in await self.roster.children(person):
            await self._kin.seen(student, self._policy, replace(_occasion(event), cause=derived_id(event.id, "child", student)))

    async def _policy(self, school: str, moment: datetime) -> Policy:
        """In force at a school."""
        return policy_at(await self.calendars.of(school), moment)

    async def _take(self, event: Recorded, told: ConcernRaised, checkpoint: Checkpoint | None) -> Outcome | None:
        """Opens the student's case or joins the open one, in one item with the checkpoint."""
        policy = await self._policy(told.school, event.recorded_at)
        fresh = str(derived_id(event.id, "case"))
        tried: list[str] = []
        student_at = await self.whereabouts.of(told.student) if told.student else None
        command = TakeConcern(
            case=fresh, concern=told, policy=policy, decision=str(derived_id(event.id, "triage")), at=event.recorded_at, student_at=student_at,
            relatives=await self._relatives(told, student_at or told.school),
        )  # fmt: skip

        async def plan() -> Item | None:
            writes = []
            case_id = fresh
            if told.student:
                student = await load(self.store, STUDENT, student_stream(told.student))
                if student.state.double:
                    return await self._item(event, checkpoint, lambda doubles: doubles.take(command, policy.reopen_days))
                case_id = student.state.case_for(event.recorded_at, policy.reopen_days) or fresh
            case = await self._case(case_id, fresh=case_id == fresh and not tried)
            case_id = case.state.case or case_id
            if told.student:
                claimed = STUDENT.decide(Claim(case=case_id), student.state)
                if claimed:
                    writes.append(write(STUDENT, student, claimed, replace(_occasion(event), school=told.school)))
            tried.append(case_id)
            occasion = replace(_occasion(event), school=case.state.school or student_at or told.school)
            taken = self.decider.decide(command.model_copy(update={"case": case_id}), case.state)
            if not taken:
                return Item(checkpoint=checkpoint) if checkpoint else None
            return Item((write(self.decider, case, taken, occasion), *writes), checkpoint=checkpoint)

        return await commit(self.store, plan)

    @property
    def _kin(self) -> Kin:
        return Kin(self.store, self.decider, self.roster, self.absences)

    async def _relatives(self, told: ConcernRaised, school: str) -> Relatives:
        """Whom the roster has as family of the students of this incident, and of those of a case that it may open again.

        school: whose staff hear of it.
        """
        students = [*(each for each in (told.student, *told.others) if each), *await self._of_what_is_closed(told.student)]
        return await self._kin.of(students, school, named=any(each.person for each in told.people))

    async def _of_what_is_closed(self, student: str | None) -> Sequence[str]:
        """The students of the incidents of a student's last case, where that one is closed."""
        known = (await load(self.store, STUDENT, student_stream(student))).state if student else None
        if known is None or known.last_case is None or known.open_case:
            return ()
        return students_of((await load(self.store, self.decider, case_stream(known.last_case))).state)

    async def _continue(self, event: Recorded, told: ConcernContinued, checkpoint: Checkpoint | None) -> Outcome | None:
        """What a reporter added reaches every case that goes on with the concern, in one item with the checkpoint."""
        landing = Landing(self.store, self.decider, self.work)

        async def plan() -> Item | None:
            writes: list[Write] = []
            for case in await landing.cases(told):
                decision, policy = str(derived_id(event.id, "triage", case.stream)), await self._policy(case.state.school, event.recorded_at)
                family = await self._kin.of_case(case.state) if case.state.closed else Relatives()
                said = ContinueConcern(continued=told, policy=policy, decision=decision, at=event.recorded_at, relatives=family)
                taken = self.decider.decide(said, case.state)
                if taken:
                    writes += await self._written(event, case, taken)
            return Item(tuple(writes), checkpoint=checkpoint) if writes or checkpoint else None

        return await commit(self.store, plan)

    async def _written(self, event: Recorded, case: Loaded[Case], taken: Sequence[Event]) -> list[Write]:
        """The case's events; where they reopen it, it is the student's open one again."""
        occasion = replace(_occasion(event), school=case.state.school)
        mine = write(self.decider, case, taken, occasion)
        if case.state.student is None or not any(isinstance(each, CaseReopened) for each in taken):
            return [mine]
        student = await load(self.store, STUDENT, student_stream(case.state.student))
        claimed = STUDENT.decide(Claim(case=case.state.case or ""), student.state)
        return [mine, *([write(STUDENT, student, claimed, occasion)] if claimed else [])]

    async def _case(self, case_id: str, *, fresh: bool) -> Loaded[Case]:
        """fresh: it is expected to be new. Nothing lands in a case that rests."""
        if fresh:
            return untouched(self.decider, case_stream(case_id), self.store.outages)
        return await load_going_on(self.store, self.decider, case_id)


STOPPED_WITHIN = timedelta(hours=72)
"""Until when what stood on a consent has stopped, once it is withdrawn, holidays or not: within 3 × 24 hours (UU PDP)."""


@dataclass(frozen=True, slots=True)
class FromNotifications:
    """Handler of notifications' events: facts, never refused. decider: of cases. calendars: until when a family's answer is dealt with."""

    store: EventStore
    decider: Decider[Fact, Case, Event]
    calendars: SchoolCalendars

    async def __call__(self, event: Recorded, checkpoint: Checkpoint | None) -> Outcome | None:
        match told := read_public(event.type, event.body):
            case StaffAlerted(case="") | AlertExhausted(case=""):
                return None  # of a message that is about no case
            case StaffAlerted():
                command: Fact = RecordAlert(alert=told.alert, person=told.person, outcome="sent")
            case AlertExhausted():
                command = RecordAlert(alert=told.alert, person=told.person, outcome="exhausted")
            case GuardianTold():
                command = FoldNotice(notice=told.notice, guardian=told.guardian, outcome=told.outcome, call_by=await self._soon(told.school, event))
            case GuardianAnswered():
                take_by = await self._soon(told.school, event)
                if told.answer == "withdrawn":
                    take_by = min(take_by, event.happened_at + STOPPED_WITHIN)
                command = retold(FoldAnswer, told, reply=told.answer_id, at=event.happened_at, take_by=take_by)
            case TaskMoved():
                command = retold(FoldTask, told, moved_at=event.happened_at)
            case TaskUnanswered():
                command = FoldSilence(referral=told.referral, reason=told.reason)
            case GuardianMarkedUnsafe():
                return await self._mark(event, told, checkpoint)
            case _:
                return None
        return await record_fact(self.store, self.decider, told.case, command, _occasion(event), checkpoint)

    async def _soon(self, school: str, event: Recorded) -> datetime:
        """One school day after it came."""
        return (await self.calendars.of(school)).after(event.recorded_at, 1)

    async def _mark(self, event: Recorded, told: GuardianMarkedUnsafe, checkpoint: Checkpoint | None) -> Outcome | None:
        """In the case that goes on; where the student's own rests in it, there too: taken apart again, it knows as well."""
        last = (await load(self.store, STUDENT, student_stream(told.student))).state.last_case
        if last is None:
            return None
        going_on = (await load_going_on(self.store, self.decider, last)).state.case or last
        unsafe, occasion = MarkGuardianUnsafe(guardian=told.guardian), _occasion(event)
        if going_on != last:
            await record_fact(self.store, self.decider, last, unsafe, occasion)
        return await record_fact(self.store, self.decider, going_on, unsafe, occasion, checkpoint)
