"""The task that a partner agency works on. After a referral is sent, the task alone decides (decision 14)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, assert_never

from services.notifications.domain.task import moving, silence
from services.notifications.domain.task.events import (
    AnswerSetAside,
    PackageOpened,
    TaskEvent,
    TaskHandsOver,
    TaskQuestionAnswered,
    TaskRequested,
    TransitionConfirmed,
    TransitionKept,
    TransitionProposed,
)
from services.notifications.domain.task.moving import Move, OpenPackage, SetAside
from services.notifications.domain.task.silence import NoteAttempt, NoteSilence
from services.notifications.domain.task.state import Task, evolve, initial
from services.notifications.domain.task.table import TERMINAL
from services.notifications.domain.task_link import RenewLink, TaskLinkLocked, TaskLinkRenewed, TaskLinkTried, TryLink
from shared.decider import Decider
from shared.errors import Refused
from shared.events import Caution, TaskMoved, TaskUnanswered
from shared.eventstore.codec import EventCodec
from shared.message import Fact
from shared.retelling import retold
from shared.sealed import PackageText


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


class HandOver(Fact):
    """The case goes with the task that is requested next."""

    cautions: tuple[Caution, ...]


class HearAnswer(Fact):
    """The school answered what the agency asked. answer: the id of this answer."""

    answer: str
    words: PackageText


Command = RequestTask | HandOver | HearAnswer | Move | SetAside | OpenPackage | NoteSilence | NoteAttempt | TryLink | RenewLink


class NoSuchTask(Refused):
    code = "no-such-task"
    status = 404
    indonesian = "Tugas rujukan ini tidak ada."
    english = "There is no such task."


def decide(command: Command, task: Task) -> Sequence[TaskEvent]:
    if isinstance(command, RequestTask | HandOver):
        return _begin(command, task)
    if task.requested is None:
        raise NoSuchTask
    match command:
        case HearAnswer():
            return _hear(command, task, task.requested)
        case Move():
            return moving.move(command, task, task.requested)
        case SetAside():
            return moving.set_aside(command, task)
        case OpenPackage():
            return moving.open_package(command, task)
        case NoteSilence():
            return silence.silent("no-answer", task, task.requested)
        case NoteAttempt():
            return silence.attempted(command, task, task.requested)
        case TryLink() | RenewLink():
            return silence.linked(command, task, task.requested)
        case _:
            assert_never(command)


def _begin(command: RequestTask | HandOver, task: Task) -> Sequence[TaskEvent]:
    """Once each, and whether the case goes along before the rest."""
    if task.requested is not None:
        return []
    if isinstance(command, RequestTask):
        return [retold(TaskRequested, command)]
    return [] if task.cautions is not None else [retold(TaskHandsOver, command)]


def _hear(command: HearAnswer, task: Task, requested: TaskRequested) -> Sequence[TaskEvent]:
    """Heard twice it is quiet; an agency whose work has ended needs no answer."""
    if task.state in TERMINAL or any(each.answer == command.answer for each in task.answers):
        return []
    about = {"case": requested.case, "agency": requested.agency, "answer": command.answer, "words": command.words}
    return [TaskQuestionAnswered(**about, number=len(task.answers) + 1, link=task.link.number)]


TASK: Decider[Command, Task, TaskEvent] = Decider(
    initial,
    decide,
    evolve,
    EventCodec(
        TaskRequested,
        TransitionKept,
        TransitionProposed,
        TransitionConfirmed,
        AnswerSetAside,
        PackageOpened,
        TaskHandsOver,
        TaskQuestionAnswered,
        TaskMoved,
        TaskUnanswered,
        TaskLinkTried,
        TaskLinkLocked,
        TaskLinkRenewed,
    ),
)
