"""Where a task stands, and whether the agency may read its package."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from services.notifications.domain import task_link
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
from services.notifications.domain.task.table import OF_THE_SCHOOL, TERMINAL
from services.notifications.domain.task_link import UNTRIED, TaskLink, TaskLinkLocked, TaskLinkRenewed, TaskLinkTried
from shared.events import Caution, TaskMoved, TaskUnanswered
from shared.two_people import Proposal


@dataclass(frozen=True, slots=True)
class Task:
    """state: requested, received, accepted, in-progress/5.1.1 … transitions: requests that were applied or proposed.

    proposal: of a transition that needs two people. answered: the agency decided something; a look and a question are no answer.
    moved: how often the task moved or was written to, looks aside. reason: of the last decline.
    answers: of the school, to what the agency asked. exchange: what was asked and what was answered, in order.
    cautions: of a case that goes with it; None where none does. aside: what another district said and could not be taken, in order.
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
    answers: tuple[TaskQuestionAnswered, ...] = ()
    cautions: tuple[Caution, ...] | None = None
    exchange: tuple[TaskMoved | TaskQuestionAnswered, ...] = ()
    aside: tuple[AnswerSetAside, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether the agency's last question has no answer yet."""
        last = self.exchange[-1] if self.exchange else None
        return isinstance(last, TaskMoved) and last.trigger == "ask"

    @property
    def package_open(self) -> bool:
        """Whether the agency may read the package now: not before it accepted, except in an emergency; not after its work ended without help."""
        at_once = self.requested is not None and self.requested.package_opens == "at-once"
        return self.state not in TERMINAL - {"completed"} and (at_once or self.accepted)


ASKING = ("ask", "interim-note")
"""With what an agency asks; news of it may hold a question, too."""

initial = Task()


def is_answer(trigger: str, state: str) -> bool:
    """Whether a move is the agency's answer: not what the school asks for, and nothing that leaves the referral waiting."""
    return trigger not in OF_THE_SCHOOL and state not in ("requested", "received")


def evolve(task: Task, event: TaskEvent) -> Task:
    match event:
        case TaskRequested() | TaskHandsOver():
            return _begun(task, event)
        case TransitionKept(transition=transition) | AnswerSetAside(transition=transition):
            aside = (*task.aside, event) if isinstance(event, AnswerSetAside) else task.aside
            return replace(task, transitions=task.transitions | {transition}, aside=aside)
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
                exchange=(*task.exchange, event) if event.note is not None and event.trigger in ASKING else task.exchange,
            )
        case PackageOpened(by=by):
            return replace(task, by=task.by | {by})
        case TaskQuestionAnswered():
            return replace(task, answers=(*task.answers, event), exchange=(*task.exchange, event), moved=task.moved + 1)
        case TaskUnanswered(reason=reason):
            return replace(task, silent=task.silent | {reason})
        case TaskLinkTried() | TaskLinkLocked() | TaskLinkRenewed():
            return replace(task, link=task_link.evolve(task.link, event))
        case _:
            assert_never(event)


def _begun(task: Task, event: TaskRequested | TaskHandsOver) -> Task:
    return replace(task, requested=event) if isinstance(event, TaskRequested) else replace(task, cautions=event.cautions)
