"""The link by which an agency without a computer system answers: its second factor, what locks it, and that staff may send another (ADR 48)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from services.notifications.domain.notice.answering import LinkNotValid
from shared.message import Event, Fact

TRIES = 5
"""Wrong codes after which the links of a task open nothing any more."""


class TryLink(Fact):
    """Somebody with the link typed a code. number: of the link; None for the one on the letter, which another mail does not replace. right: whether
    it was the agency's.
    """

    number: int | None
    right: bool


class RenewLink(Fact):
    """A member of staff has another link sent; the ones mailed before open nothing any more. renewal: of this form, so that one sent twice is one."""

    renewal: str
    by: str


LinkCommand = TryLink | RenewLink


class TaskLinkTried(Event):
    """Somebody with a link tried to show that they are the agency. What they typed is kept nowhere."""

    type: Literal["task-link-tried"] = "task-link-tried"
    version: Literal[1] = 1
    right: bool


class TaskLinkLocked(Event):
    """Too many wrong tries: no link of the task opens anything until staff send another one."""

    type: Literal["task-link-locked"] = "task-link-locked"
    version: Literal[1] = 1


class TaskLinkRenewed(Event):
    """Another link is to be mailed. number: of it."""

    type: Literal["task-link-renewed"] = "task-link-renewed"
    version: Literal[1] = 1
    renewal: str
    case: str
    agency: str
    number: int
    by: str


LinkEvent = TaskLinkTried | TaskLinkLocked | TaskLinkRenewed


@dataclass(frozen=True, slots=True)
class TaskLink:
    """number: of the mailed link that holds. wrong: tries since the last right one. renewal: the form that asked for this link."""

    number: int = 0
    wrong: int = 0
    locked: bool = False
    renewal: str = ""

    def opens(self, number: int | None) -> bool:
        """Whether a link of this number opens anything."""
        return not self.locked and number in (None, self.number)


UNTRIED = TaskLink()


def evolve(link: TaskLink, event: LinkEvent) -> TaskLink:
    match event:
        case TaskLinkTried(right=right):
            return replace(link, wrong=0 if right else link.wrong + 1)
        case TaskLinkLocked():
            return replace(link, locked=True)
        case TaskLinkRenewed():
            return TaskLink(event.number, renewal=event.renewal)
        case _:
            assert_never(event)


def decide(command: LinkCommand, link: TaskLink, case: str, agency: str) -> Sequence[LinkEvent]:
    """Raises: LinkNotValid."""
    match command:
        case TryLink(number=number, right=right):
            if not link.opens(number):
                raise LinkNotValid
            tried = TaskLinkTried(right=right)
            return [tried] if right or link.wrong + 1 < TRIES else [tried, TaskLinkLocked()]
        case RenewLink(renewal=renewal, by=by):
            if renewal == link.renewal:
                return []
            return [TaskLinkRenewed(renewal=renewal, case=case, agency=agency, number=link.number + 1, by=by)]
        case _:
            assert_never(command)
