"""A task moves as the table says, and the agency asks for the package."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from services.notifications.domain.task.events import (
    AnswerSetAside,
    PackageOpened,
    TaskEvent,
    TaskRequested,
    TransitionConfirmed,
    TransitionKept,
    TransitionProposed,
)
from services.notifications.domain.task.state import Task
from services.notifications.domain.task.table import BY_TWO, TABLE, Actor, DeclineReason
from shared.errors import Refused
from shared.events import TaskMoved
from shared.message import Fact
from shared.sealed import AnswerText
from shared.two_people import second_of


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


class SetAside(Fact):
    """A move that was refused for good: kept for a person to read, so that it is not lost and keeps nothing after it away."""

    move: Move


class OpenPackage(Fact):
    """The agency asks for the package."""

    by: str


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


def move(command: Move, task: Task, requested: TaskRequested) -> Sequence[TaskEvent]:
    if command.transition in task.transitions:
        return []
    if command.trigger == "fetch" and task.state != "requested":
        return []  # only the first fetch is recorded
    found = allowed(command, task.state)
    if command.trigger not in BY_TWO:
        return _moved(command, requested, *found)
    if task.proposal is None:
        return [TransitionProposed(transition=command.transition, trigger=command.trigger, by=command.by)]
    first = second_of(task.proposal, command.by)
    confirmed = TransitionConfirmed(transition=command.transition, trigger=command.trigger, proposed_by=first.by, by=command.by)
    return [confirmed, *_moved(command, requested, *found)]


def set_aside(command: SetAside, task: Task) -> Sequence[TaskEvent]:
    """Once, and never what moved the task."""
    told = command.move
    if told.transition in task.transitions:
        return []
    said = {"reason": told.reason, "note": told.note, "at": told.at}
    return [AnswerSetAside(transition=told.transition, trigger=told.trigger, by=told.by, **said)]


def allowed(command: Move, state: str) -> tuple[str, str]:
    """Where the move leads from this state, and its business status. Raises: InvalidTransition, ReasonMissing, QuestionMissing."""
    found = TABLE.get((state, command.actor, command.trigger))
    if found is None:
        raise InvalidTransition
    unexplained = command.reason is None or (command.reason == "other" and command.note is None)
    if command.trigger == "decline" and unexplained:
        raise ReasonMissing
    if command.trigger == "ask" and command.note is None:
        raise QuestionMissing
    return found


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


def open_package(command: OpenPackage, task: Task) -> Sequence[TaskEvent]:
    if not task.package_open:
        raise PackageClosed
    return [PackageOpened(by=command.by)]
