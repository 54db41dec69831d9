"""What is stored of a task."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from services.notifications.domain.task.table import DeclineReason
from services.notifications.domain.task_link import LinkEvent
from shared.events import Caution, TaskMoved, TaskUnanswered
from shared.message import Event
from shared.sealed import AnswerText, PackageText


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


class TaskHandsOver(Event):
    """Said before the task is requested: the case goes with it. cautions: of whom the other district must be careful."""

    type: Literal["task-hands-over"] = "task-hands-over"
    version: Literal[1] = 1
    cautions: tuple[Caution, ...]


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


class TaskQuestionAnswered(Event):
    """The school answered what the agency asked. answer: its id; number: counts the answers; link: the number of the mailed link that holds now."""

    type: Literal["task-question-answered"] = "task-question-answered"
    version: Literal[1] = 1
    case: str
    agency: str
    answer: str
    number: int
    link: int
    words: PackageText


class AnswerSetAside(Event):
    """Another district said something that does not fit where the task stands, and never will. transition: its id, as of one that moves the task.

    A person of ours reads it.
    """

    type: Literal["task-answer-set-aside"] = "task-answer-set-aside"
    version: Literal[1] = 1
    transition: str
    trigger: str
    by: str
    reason: DeclineReason | None
    note: AnswerText | None
    at: datetime | None


TaskEvent = (
    AnswerSetAside
    | TaskRequested
    | TaskHandsOver
    | TransitionKept
    | TransitionProposed
    | TransitionConfirmed
    | PackageOpened
    | TaskQuestionAnswered
    | TaskMoved
    | TaskUnanswered
    | LinkEvent
)
