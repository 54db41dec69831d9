"""The task that a partner agency works on. After a referral is sent, the task alone decides (decision 14).

The table is transitions.csv. Rows 02 to 30 are the harmonised state transitions of HL7 BSeR; row 01 there creates a task, and rows 31 to 34 are for
import only, so they are left out. Rows T… are our own: received on the first fetch, hold, resume, fail, entered in error by two people. A transition
that the table lacks is refused.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, assert_never

from services.notifications.domain import task_link
from services.notifications.domain.outcome import Accepted, Later, Never, Outcome
from services.notifications.domain.task_link import (
    UNTRIED,
    LinkEvent,
    RenewLink,
    TaskLink,
    TaskLinkLocked,
    TaskLinkRenewed,
    TaskLinkTried,
    TryLink,
)
from shared.decider import Decider
from shared.errors import Refused
from shared.events import TaskMoved, TaskUnanswered
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact
from shared.sealed import AnswerText, PackageText
from shared.two_people import Proposal, second_of

Actor = Literal["I", "R"]
"""I: the school that initiated the referral. R: the agency that received it."""

DeclineReason = Literal[
    "no-capacity", "out-of-area", "age", "wrong-service", "insufficient-information", "conflict-of-interest", "already-served", "other"
]


def _table() -> dict[tuple[str, str, str], tuple[str, str]]:
    with (Path(__file__).parent / "transitions.csv").open(encoding="utf-8") as file:
        return {(row["from"], row["actor"], row["trigger"]): (row["to"], row["business_status"]) for row in csv.DictReader(file)}


TABLE = _table()
TRIGGERS = frozenset(trigger for _, _, trigger in TABLE)
TERMINAL = frozenset({"rejected", "completed", "cancelled", "failed", "entered-in-error"})
OF_THE_SCHOOL = frozenset(trigger for _, actor, trigger in TABLE if actor == "I")
"""Triggers that are no answer of the agency's."""

BY_TWO = frozenset({"enter-in-error"})
"""Triggers that one person alone never brings about."""

LONGEST_SILENCE = timedelta(minutes=10)
SILENCE = {"stat": LONGEST_SILENCE, "urgent": timedelta(hours=1), "routine": timedelta(hours=8)}
"""After this time a person hears that a notice has not reached its agency; attempts go on for days behind it (sources.md, Unanswered notices)."""

# commands ----------------------------------------------------------------------------------------------------------


class RequestTask(Fact):
    """A referral was sent to this agency. package: what is disclosed, sealed. package_opens: when the agency may read it."""

    task: str
    referral: str
    case: str
    student: str | None
    school: str
    agency: str
    priority: Literal["routine", "urgent", "stat"]
    respond_by: datetime
    package: PackageText
    package_opens: Literal["after-acceptance", "at-once"]


class Move(Fact):
    """One transition. reason: of a decline. note: words, sealed. at: time of an appointment. What needs two people is proposed by the first who gives
    it, and done when another person gives it, too.
    """

    transition: str
    actor: Actor
    trigger: str
    by: str
    reason: DeclineReason | None = None
    note: AnswerText | None = None
    at: datetime | None = None
    channel: Literal["api", "portal", "letter", "phone"] = "api"


class OpenPackage(Fact):
    """The agency asks for the package."""

    by: str


class NoteSilence(Fact):
    """The agency did not answer in time."""


class NoteAttempt(Fact):
    """What became of an attempt to tell the agency. since: when it was to be told first."""

    outcome: Outcome
    since: datetime


Command = RequestTask | Move | OpenPackage | NoteSilence | NoteAttempt | TryLink | RenewLink


# events ------------------------------------------------------------------------------------------------------------


class TaskRequested(Event):
    type: Literal["task-requested"] = "task-requested"
    version: Literal[1] = 1
    task: str
    referral: str
    case: str
    student: str | None
    school: str
    agency: str
    priority: Literal["routine", "urgent", "stat"]
    respond_by: datetime
    package: PackageText
    package_opens: Literal["after-acceptance", "at-once"]


class TransitionKept(Event):
    """Which request made the move, so that a repeat of it is quiet."""

    type: Literal["transition-kept"] = "transition-kept"
    version: Literal[1] = 1
    transition: str


class TransitionProposed(Event):
    """The first of two people asks for a transition; nothing has moved yet."""

    type: Literal["transition-proposed"] = "transition-proposed"
    version: Literal[1] = 1
    transition: str
    trigger: str
    by: str


class TransitionConfirmed(Event):
    """The second of two people agrees, and the task moves."""

    type: Literal["transition-confirmed"] = "transition-confirmed"
    version: Literal[1] = 1
    transition: str
    trigger: str
    proposed_by: str
    by: str


class PackageOpened(Event):
    """An entry in the record of disclosures: who fetched the package."""

    type: Literal["package-opened"] = "package-opened"
    version: Literal[1] = 1
    by: str


TaskEvent = TaskRequested | TransitionKept | TransitionProposed | TransitionConfirmed | PackageOpened | TaskMoved | TaskUnanswered | LinkEvent


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Task:
    """state: requested, received, accepted, in-progress/5.1.1 … transitions: requests that were applied or proposed.

    proposal: of a transition that needs two people. answered: the agency decided something; a look and a question are no answer.
    moved: how often the task moved, looks aside. reason: of the last decline.
    """

    requested: TaskRequested | None = None
    state: str = "requested"
    business_status: str = "2.0"
    transitions: frozenset[str] = frozenset()
    proposal: Proposal | None = None
    accepted: bool = False
    answered: bool = False
    silent: frozenset[str] = frozenset()
    by: frozenset[str] = frozenset()
    link: TaskLink = UNTRIED
    moved: int = 0
    reason: str | None = None

    @property
    def package_open(self) -> bool:
        """Whether the agency may read the package now: not before it accepted, except in an emergency; not after its work ended without help."""
        at_once = self.requested is not None and self.requested.package_opens == "at-once"
        return self.state not in TERMINAL - {"completed"} and (at_once or self.accepted)


initial = Task()


def is_answer(trigger: str, state: str) -> bool:
    """Whether a move is the agency's answer: not what the school asks for, and nothing that leaves the referral waiting."""
    return trigger not in OF_THE_SCHOOL and state not in ("requested", "received")


def evolve(task: Task, event: TaskEvent) -> Task:
    match event:
        case TaskRequested():
            return replace(task, requested=event)
        case TransitionKept(transition=transition):
            return replace(task, transitions=task.transitions | {transition})
        case TransitionProposed():
            return replace(task, transitions=task.transitions | {event.transition}, proposal=Proposal(event.transition, event.by))
        case TransitionConfirmed():
            return replace(task, proposal=None)
        case TaskMoved():
            accepted = task.accepted or event.state == "accepted"  # a request to cancel opens nothing
            state = f"in-progress/{event.business_status}" if event.state == "in-progress" else event.state
            return replace(
                task,
                state=state,
                business_status=event.business_status,
                accepted=accepted,
                answered=task.answered or is_answer(event.trigger, event.state),
                moved=task.moved + (event.trigger != "fetch"),
                reason=event.reason,
            )
        case PackageOpened(by=by):
            return replace(task, by=task.by | {by})
        case TaskUnanswered(reason=reason):
            return replace(task, silent=task.silent | {reason})
        case TaskLinkTried() | TaskLinkLocked() | TaskLinkRenewed():
            return replace(task, link=task_link.evolve(task.link, event))
        case _:
            assert_never(event)


# decide ------------------------------------------------------------------------------------------------------------


class NoSuchTask(Refused):
    code = "no-such-task"
    status = 404
    indonesian = "Tugas rujukan ini tidak ada."
    english = "There is no such task."


class InvalidTransition(Refused):
    code = "invalid-transition"
    indonesian = "Perubahan ini tidak mungkin dari keadaan tugas sekarang."
    english = "The task's state does not allow this transition."


class ReasonMissing(Refused):
    code = "reason-missing"
    indonesian = "Penolakan memerlukan alasan."
    english = "A decline needs a reason from the list; `other` needs words as well."


class QuestionMissing(Refused):
    code = "question-missing"
    indonesian = "Tuliskan apa yang masih perlu diketahui lembaga."
    english = "Say what the agency still needs to know."


class PackageClosed(Refused):
    code = "package-closed"
    indonesian = "Berkas dibuka setelah rujukan diterima."
    english = "The package opens after acceptance, and closes when the agency's work has ended without help."


def decide(command: Command, task: Task) -> Sequence[TaskEvent]:
    if isinstance(command, RequestTask):
        if task.requested is not None:
            return []
        return [TaskRequested(**{name: getattr(command, name) for name in RequestTask.model_fields})]
    if task.requested is None:
        raise NoSuchTask
    match command:
        case Move():
            return _move(command, task, task.requested)
        case OpenPackage():
            return _open_package(command, task)
        case NoteSilence():
            return _silent("no-answer", task, task.requested)
        case NoteAttempt():
            return _attempted(command, task, task.requested)
        case TryLink() | RenewLink():
            return _linked(command, task, task.requested)
        case _:
            assert_never(command)


def _move(command: Move, task: Task, requested: TaskRequested) -> Sequence[TaskEvent]:
    if command.transition in task.transitions:
        return []
    if command.trigger == "fetch" and task.state != "requested":
        return []  # only the first fetch is recorded
    found = TABLE.get((task.state, command.actor, command.trigger))
    if found is None:
        raise InvalidTransition
    unexplained = command.reason is None or (command.reason == "other" and command.note is None)
    if command.trigger == "decline" and unexplained:
        raise ReasonMissing
    if command.trigger == "ask" and command.note is None:
        raise QuestionMissing
    if command.trigger not in BY_TWO:
        return _moved(command, requested, *found)
    if task.proposal is None:
        return [TransitionProposed(transition=command.transition, trigger=command.trigger, by=command.by)]
    first = second_of(task.proposal, command.by)
    confirmed = TransitionConfirmed(transition=command.transition, trigger=command.trigger, proposed_by=first.by, by=command.by)
    return [confirmed, *_moved(command, requested, *found)]


def _moved(command: Move, requested: TaskRequested, state: str, business_status: str) -> list[TaskEvent]:
    moved = TaskMoved(
        case=requested.case,
        student=requested.student,
        school=requested.school,
        task=requested.task,
        referral=requested.referral,
        agency=requested.agency,
        trigger=command.trigger,
        state=state.partition("/")[0],
        business_status=business_status,
        reason=command.reason,
        note=command.note,
        at=command.at,
        channel=command.channel,
    )
    return [moved, TransitionKept(transition=command.transition)]


def _open_package(command: OpenPackage, task: Task) -> Sequence[TaskEvent]:
    if not task.package_open:
        raise PackageClosed
    return [PackageOpened(by=command.by)]


def _attempted(command: NoteAttempt, task: Task, requested: TaskRequested) -> Sequence[TaskEvent]:
    """A notice that has to wait too long is told as soon as this is known, not when the time has passed."""
    match command.outcome:
        case Accepted():
            return []
        case Never():
            return _silent("unreachable", task, requested)
        case Later(when=when):
            late = when is not None and when - command.since > SILENCE[requested.priority]
            return _silent("unreachable", task, requested) if late else []
        case _:
            assert_never(command.outcome)


def _linked(command: TryLink | RenewLink, task: Task, requested: TaskRequested) -> Sequence[TaskEvent]:
    """Where the link is locked, nobody at the agency can answer by it: whoever has the case hears that at once."""
    told = task_link.decide(command, task.link, requested.case, requested.agency)
    locked = any(isinstance(each, TaskLinkLocked) for each in told)
    return [*told, *(_silent("unreachable", task, requested) if locked else ())]


def _silent(reason: Literal["no-answer", "unreachable"], task: Task, requested: TaskRequested) -> Sequence[TaskEvent]:
    if task.answered or task.state in TERMINAL or reason in task.silent:
        return []
    return [
        TaskUnanswered(
            case=requested.case,
            student=requested.student,
            school=requested.school,
            task=requested.task,
            referral=requested.referral,
            agency=requested.agency,
            reason=reason,
        )
    ]


TASK: Decider[Command, Task, TaskEvent] = Decider(
    initial,
    decide,
    evolve,
    EventCodec(
        TaskRequested,
        TransitionKept,
        TransitionProposed,
        TransitionConfirmed,
        PackageOpened,
        TaskMoved,
        TaskUnanswered,
        TaskLinkTried,
        TaskLinkLocked,
        TaskLinkRenewed,
    ),
)
