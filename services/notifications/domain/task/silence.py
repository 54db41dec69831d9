"""An agency that does not answer, or cannot be reached: a person hears of it once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, assert_never

from services.notifications.domain import task_link
from services.notifications.domain.outcome import Accepted, Later, Never, Outcome
from services.notifications.domain.task.events import TaskEvent, TaskRequested
from services.notifications.domain.task.state import Task
from services.notifications.domain.task.table import SILENCE, TERMINAL
from services.notifications.domain.task_link import RenewLink, TaskLinkLocked, TryLink
from shared.events import TaskUnanswered
from shared.message import Fact


class NoteSilence(Fact):
    """The agency did not answer in time."""


class NoteAttempt(Fact):
    """What became of an attempt to tell the agency. since: when it was to be told first."""

    outcome: Outcome
    since: datetime


def attempted(command: NoteAttempt, task: Task, requested: TaskRequested) -> Sequence[TaskEvent]:
    """A notice that has to wait too long is told as soon as this is known, not when the time has passed."""
    match command.outcome:
        case Accepted():
            return []
        case Never():
            return silent("unreachable", task, requested)
        case Later(when=when):
            late = when is not None and when - command.since > SILENCE[requested.priority]
            return silent("unreachable", task, requested) if late else []
        case _:
            assert_never(command.outcome)


def linked(command: TryLink | RenewLink, task: Task, requested: TaskRequested) -> Sequence[TaskEvent]:
    """Where the link is locked, nobody at the agency can answer by it: whoever has the case hears that at once."""
    told = task_link.decide(command, task.link, requested.case, requested.agency)
    locked = any(isinstance(each, TaskLinkLocked) for each in told)
    return [*told, *(silent("unreachable", task, requested) if locked else ())]


def silent(reason: Literal["no-answer", "unreachable"], task: Task, requested: TaskRequested) -> Sequence[TaskEvent]:
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
