"""What notifications hears: the roster and unsafe homes from intake; whom to alert, tell or ask from cases. Handlers never call out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.notifications import ladder
from services.notifications.case_people import KeptPeople
from services.notifications.contacting import Turns, close_home, mark_unsafe, register_of
from services.notifications.domain.account_mail import ACCOUNT_MAIL, Tell
from services.notifications.domain.alert import ALERT, Acknowledge, RaiseAlert
from services.notifications.domain.notice import NOTICE, AskNotice
from services.notifications.domain.register import REGISTER, MarkUnsafe, NoteDouble
from services.notifications.domain.task import TASK, HandOver, HearAnswer, RequestTask
from services.notifications.domain.task.moving import InvalidTransition, Move
from services.notifications.families.forbidding import Forbidding
from services.notifications.plain import About, Rung, instead, plain
from services.notifications.quiet import QuietHours
from services.notifications.views import Roster
from shared.clock import Clock
from shared.decider import commit, execute, execute_all, load, write
from shared.events import (
    AccountHolderToBeTold,
    AlertsPassedOn,
    CalendarChanged,
    CaseAcknowledged,
    CaseHandedAcross,
    CasePeopleChanged,
    CaseTriaged,
    ConcernRaised,
    CoordinatorToBeTold,
    DutyChanged,
    GuardianToBeTold,
    NobodyReachable,
    PersonAppointed,
    PersonDismissed,
    PersonLeft,
    PersonRegistered,
    PersonReinstated,
    PersonsMatched,
    PersonsUnmatched,
    PersonSuspended,
    ReferralCancelRequested,
    ReferralQuestionAnswered,
    ReferralSent,
    ReportsHeld,
    SchoolRegistered,
    SchoolToBeTold,
    SessionBegun,
    SessionEnded,
    SessionProved,
    StaffToBeTold,
    WorkOverdue,
    read_public,
)
from shared.eventstore.store import Checkpoint, EventStore, Item, Outcome
from shared.eventstore.unit import require_alone
from shared.message import TANGGAP, Occasion, Recorded, derived_id
from shared.post_keeping import registered_in
from shared.retelling import retold
from shared.sessions.kept import KeptSessions

COORDINATOR = ladder.ladder().rungs.index("coordinator")
"""The step of the ladder at which the coordinator hears."""


def task_of(referral: str) -> str:
    """The id of a referral's task. It is an id of its own, so that nothing outside leads back to the case."""
    return str(derived_id(TANGGAP, "task", referral))


def _occasion(event: Recorded) -> Occasion:
    return Occasion.follow(event, "notifications")


@dataclass(frozen=True, slots=True)
class FromIntake:
    """Handles the events of intake."""

    store: EventStore
    roster: Roster
    turns: Turns
    sessions: KeptSessions
    crowd: ClassVar[frozenset[str]] = frozenset({"person-registered"})

    async def __call__(self, event: Recorded, checkpoint: Checkpoint | None) -> Outcome | None:
        match told := read_public(event.type, event.body):
            case SessionBegun() | SessionProved() | SessionEnded():
                await self.sessions.keep(told)
            case AccountHolderToBeTold():
                return await self._mail(event, told, checkpoint)
            case ReportsHeld():
                return await self._held(event, told, checkpoint)
            case ConcernRaised(student=str(student)) if told.guardians_unsafe or any(each.relation == "guardian" for each in told.people):
                return await self._mark(event, told, student, checkpoint)
            case (
                SchoolRegistered()
                | PersonRegistered()
                | PersonLeft()
                | PersonAppointed()
                | PersonDismissed()
                | PersonSuspended()
                | PersonReinstated()
            ):
                await self.roster.keep(told, event.position)
            case PersonsMatched():
                return await self._matched(event, told, checkpoint)
            case PersonsUnmatched():
                return await self._note(event, {told.person: None, told.other: None}, checkpoint)
        return None

    async def many(self, events: Sequence[Recorded]) -> Sequence[Recorded]:
        """Nothing but the roster hears of a registration."""
        await self.roster.keep_many(registered_in(events))
        return ()

    async def _matched(self, event: Recorded, told: PersonsMatched, checkpoint: Checkpoint | None) -> Outcome | None:
        """Where one of the two homes is marked, so is the other; undoing the match lifts no mark.

        It is noted before it is looked: whoever marks meanwhile sees it, or is seen.
        """
        require_alone(self.store)  # the mark keeps sendings waiting until it is durable
        doubles: dict[str, str | None] = {told.person: told.other, told.other: told.person}
        await self._note(event, doubles, None)
        for mine, other in ((told.person, told.other), (told.other, told.person)):
            if (await register_of(self.store, other)).marked:
                await close_home(self.store, self.turns, mine, event.school or "", _occasion(event))
        return await self._note(event, doubles, checkpoint)

    async def _note(self, event: Recorded, doubles: dict[str, str | None], checkpoint: Checkpoint | None) -> Outcome | None:
        commands = [(f"contact-{student}", NoteDouble(student=student, other=other)) for student, other in doubles.items()]
        return await execute_all(self.store, REGISTER, commands, _occasion(event), checkpoint=checkpoint)

    async def _mail(self, event: Recorded, told: AccountHolderToBeTold, checkpoint: Checkpoint | None) -> Outcome | None:
        command = retold(Tell, told)
        stream = f"account-mail-{event.id}"
        return (await execute(self.store, ACCOUNT_MAIL, stream, command, _occasion(event), checkpoint=checkpoint, fresh=True)).outcome

    async def _held(self, event: Recorded, told: ReportsHeld, checkpoint: Checkpoint | None) -> Outcome | None:
        """Whoever triages at the school; those above where nobody does. It is about no case."""
        message, staff = f"message-{event.id}", await self.roster.staff(told.school)
        command = plain(message, About("", None, told.school), ladder.rungs_from(0, staff, (), desk="school"))
        return (await execute(self.store, ALERT, f"alert-{message}", command, _occasion(event), checkpoint=checkpoint, fresh=True)).outcome

    async def _mark(self, event: Recorded, told: ConcernRaised, student: str, checkpoint: Checkpoint | None) -> Outcome | None:
        """An accused guardian is not contacted. If the accused guardian has no name, no guardian of the student is (domain.md, Intake)."""
        require_alone(self.store)  # the mark keeps sendings waiting until it is durable
        accused = tuple(each.person for each in told.people if each.person and each.relation == "guardian" and each.role == "accused")
        home = await self.roster.guardians(student) if told.guardians_unsafe else ()
        command = MarkUnsafe(student=student, school=told.school, guardians=(*home, *accused), home=told.guardians_unsafe)
        return (await mark_unsafe(self.store, self.turns, command, _occasion(event), checkpoint=checkpoint)).outcome


@dataclass(frozen=True, slots=True)
class FromCases:
    """Handles the events of cases. quiet: when nothing goes to a home; never where it is not said."""

    store: EventStore
    roster: Roster
    clock: Clock
    people: KeptPeople
    quiet: QuietHours | None = None

    async def __call__(self, event: Recorded, checkpoint: Checkpoint | None) -> Outcome | None:  # noqa: C901, PLR0912 - one line for each event
        match told := read_public(event.type, event.body):
            case CasePeopleChanged():
                await self.people.keep(told, event.position)
                return None
            case CaseTriaged():
                await self.people.keep(told, event.position)
                return await self._alert(event, told, checkpoint)
            case CaseAcknowledged():
                return await self._stop_alerts(event, told, checkpoint)
            case GuardianToBeTold():
                return await self._notice(event, told, checkpoint)
            case CaseHandedAcross():
                return await self._hands_over(event, told, checkpoint)
            case ReferralSent():
                return await self._task(event, told, checkpoint)
            case ReferralCancelRequested():
                return await self._cancel(event, told, checkpoint)
            case ReferralQuestionAnswered():
                return await self._answered(event, told, checkpoint)
            case StaffToBeTold():
                return await self._tell_one(event, told, checkpoint)
            case CoordinatorToBeTold():
                return await self._tell_coordinator(event, told, checkpoint)
            case SchoolToBeTold():
                return await self._tell_school(event, told, checkpoint)
            case AlertsPassedOn():
                return await self._pass_on(event, told, checkpoint)
            case WorkOverdue():
                return await self._overdue(event, told, checkpoint)
            case DutyChanged() | CalendarChanged():
                await self.roster.keep(told, event.position)
                return None
            case NobodyReachable():
                return await self._alarm(event, told, checkpoint)
            case _:
                return None

    async def _alarm(self, event: Recorded, told: NobodyReachable, checkpoint: Checkpoint | None) -> Outcome | None:
        """Everybody hears by a message of their own; it is about no case."""
        about = About("", None, told.school)
        messages = [(f"message-{event.id}-{number}", person) for number, person in enumerate(told.told)]
        commands = [(f"alert-{message}", plain(message, about, [(person,)])) for message, person in messages]
        return await execute_all(self.store, ALERT, commands, _occasion(event), checkpoint=checkpoint)

    async def _alert(self, event: Recorded, told: CaseTriaged, checkpoint: Checkpoint | None) -> Outcome | None:
        staff = await self.roster.staff(told.school)
        wait = await self._waits(told)
        steps = ladder.steps(told.urgency, staff, told.excluded, desk=told.desk, wait=wait)
        alert = f"{told.case}-{event.id}"
        command = RaiseAlert(
            alert=alert,
            case=told.case,
            student=told.student,
            school=told.school,
            urgency=told.urgency,
            steps=steps,
            last_resort=ladder.last_resort(staff, told.excluded),
            give_up=ladder.give_up(told.urgency, wait),
            excluded=told.excluded,
        )
        return (await execute(self.store, ALERT, f"alert-{alert}", command, _occasion(event), checkpoint=checkpoint, fresh=True)).outcome

    async def _waits(self, told: CaseTriaged) -> ladder.Wait:
        """An emergency asks for no calendar."""
        if told.urgency == "emergency":
            return ladder.every_day
        return ladder.school_days_from(self.clock.now(), await self.roster.calendar(told.school))

    async def _overdue(self, event: Recorded, told: WorkOverdue, checkpoint: Checkpoint | None) -> Outcome | None:
        """Step 0 goes to the owner, each further step to the next rung. A rung that is vacant, absent or in conflict is skipped at once."""
        owner = await self.roster.standing_in(told.school, told.owner) if told.step == 0 and told.owner else None
        staff = await self.roster.staff(told.school)
        first: list[Rung] = [(owner,)] if owner and owner not in told.excluded else []
        above = told.step + 1 if told.step == 0 and told.owner else told.step
        return await self._tell(event, told, [*first, *ladder.rungs_from(above, staff, told.excluded, desk=told.desk)], checkpoint)

    async def _tell_one(self, event: Recorded, told: StaffToBeTold, checkpoint: Checkpoint | None) -> Outcome | None:
        rungs = await instead(self.store, self.roster, About(told.case, told.student, told.school))
        return await self._tell(event, told, [(told.person,), *rungs], checkpoint)

    async def _tell_coordinator(self, event: Recorded, told: CoordinatorToBeTold, checkpoint: Checkpoint | None) -> Outcome | None:
        """The coordinator's rung; those above it where it is vacant, absent or in conflict."""
        staff = await self.roster.staff(told.school)
        return await self._tell(event, told, ladder.rungs_from(COORDINATOR, staff, told.excluded, desk=told.desk), checkpoint)

    async def _tell_school(self, event: Recorded, told: SchoolToBeTold, checkpoint: Checkpoint | None) -> Outcome | None:
        """A school that is no longer in the roster has nobody: the district's duty hears."""
        staff = await self.roster.staff(told.school)
        return await self._tell(event, told, ladder.rungs_from(0, staff, told.excluded, desk=told.desk), checkpoint)

    async def _pass_on(self, event: Recorded, told: AlertsPassedOn, checkpoint: Checkpoint | None) -> Outcome | None:
        """The old school's people, or those of the merged case, are asked no more. Whoever goes on is alerted by an event of its own."""
        streams = await self.store.streams(f"alert-{told.case}-")
        alerts = [(stream, (await load(self.store, ALERT, stream)).state) for stream in streams]
        over = [stream for stream, alert in alerts if alert.raised and (told.to_case, told.to_school) != (told.case, alert.raised.school)]
        return await execute_all(self.store, ALERT, [(stream, Acknowledge(by=told.by)) for stream in over], _occasion(event), checkpoint=checkpoint)

    async def _tell(
        self,
        event: Recorded,
        told: StaffToBeTold | CoordinatorToBeTold | SchoolToBeTold | WorkOverdue,
        rungs: Sequence[Rung],
        checkpoint: Checkpoint | None,
    ) -> Outcome | None:
        """Sends a plain message that something waits. It asks for no acknowledgement, and taking the case in hand does not stop it."""
        message = f"message-{event.id}"
        command = plain(message, About(told.case, told.student, told.school), rungs)
        return (await execute(self.store, ALERT, f"alert-{message}", command, _occasion(event), checkpoint=checkpoint, fresh=True)).outcome

    async def _stop_alerts(self, event: Recorded, told: CaseAcknowledged, checkpoint: Checkpoint | None) -> Outcome | None:
        streams = await self.store.streams(f"alert-{told.case}-")  # their names begin with the case, so this needs no read model, which could be late
        commands = [(stream, Acknowledge(by=told.by)) for stream in streams]
        return await execute_all(self.store, ALERT, commands, _occasion(event), checkpoint=checkpoint)

    async def _notice(self, event: Recorded, told: GuardianToBeTold, checkpoint: Checkpoint | None) -> Outcome | None:
        """A second guardian who may not hear is no second guardian."""
        forbidding = Forbidding(self.store, self.people, self.roster)
        about = (told.student, told.case, told.school)
        second = None if told.second is None or await forbidding.is_unsafe(*about, told.second) else told.second
        unsafe, moment = await forbidding.is_unsafe(*about, told.guardian), await self._by_day(told)
        command = retold(AskNotice, told, unsafe=unsafe, second=second, not_before=moment)
        return (await execute(self.store, NOTICE, f"notice-{told.notice}", command, _occasion(event), checkpoint=checkpoint)).outcome

    async def _by_day(self, told: GuardianToBeTold) -> datetime:
        """When the notice may leave: not at night by the clock of the school. What cannot wait is a call by a person."""
        asked = max(told.not_before, self.clock.now())
        return self.quiet.after(asked, await self.roster.calendar(told.school)) if self.quiet else told.not_before

    async def _task(self, event: Recorded, told: ReferralSent, checkpoint: Checkpoint | None) -> Outcome | None:
        task = task_of(told.referral)
        command = retold(RequestTask, told, task=task)
        return (await execute(self.store, TASK, f"task-{task}", command, _occasion(event), checkpoint=checkpoint)).outcome

    async def _hands_over(self, event: Recorded, told: CaseHandedAcross, checkpoint: Checkpoint | None) -> Outcome | None:
        stream, command = f"task-{task_of(told.referral)}", HandOver(cautions=told.cautions)
        return (await execute(self.store, TASK, stream, command, _occasion(event), checkpoint=checkpoint)).outcome

    async def _answered(self, event: Recorded, told: ReferralQuestionAnswered, checkpoint: Checkpoint | None) -> Outcome | None:
        command = HearAnswer(answer=told.answer, words=told.words)
        return (await execute(self.store, TASK, f"task-{task_of(told.referral)}", command, _occasion(event), checkpoint=checkpoint)).outcome

    async def _cancel(self, event: Recorded, told: ReferralCancelRequested, checkpoint: Checkpoint | None) -> Outcome | None:
        """The school can only ask. If the agency has already ended its work, there is nothing left to cancel."""
        move = Move(transition=str(event.id), actor="I", trigger="request-cancel", by=event.actor)

        async def plan() -> Item | None:
            loaded = await load(self.store, TASK, f"task-{task_of(told.referral)}")
            try:
                events = TASK.decide(move, loaded.state)
            except InvalidTransition:
                events = []
            writes = (write(TASK, loaded, events, _occasion(event)),) if events else ()
            return Item(writes, checkpoint=checkpoint) if writes or checkpoint else None

        return await commit(self.store, plan)
