"""Acts on the case itself that are no step of an activity: one table a subject, which says command, event and what forbids it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from services.cases.domain.steps.about import About
from services.cases.domain.steps.command import ActEvent, Command, recorded
from services.cases.domain.steps.offer import PLAIN, Offer
from shared.message import Event

S = TypeVar("S")
C = TypeVar("C", bound=Command)

Check = Callable[[C, S, About], None]
"""Raises a refusal where the act is forbidden."""


@dataclass(frozen=True, slots=True)
class Act(Generic[S]):
    """One row. done: the act would change nothing, so it is quiet. also: events that follow from it. offer: how it is offered."""

    command: type[Command]
    event: type[ActEvent]
    check: Callable[[Any, S, About], None] | None = None
    done: Callable[[Any, S], bool] | None = None
    also: Callable[[Any, S], Sequence[Event]] | None = None
    offer: Offer[S] = PLAIN


def act(
    command: type[C],
    event: type[ActEvent],
    check: Callable[[C, S, About], None] | None = None,
    *,
    done: Callable[[C, S], bool] | None = None,
    also: Callable[[C, S], Sequence[Event]] | None = None,
    offer: Offer[S] = PLAIN,
) -> Act[S]:
    """A row whose functions take this very command."""
    return Act(command, event, check, done, also, offer)


class Acts(Generic[S]):
    """The table of a part of the case. S: the part's state."""

    def __init__(self, *rows: Act[S]) -> None:
        self._by_command = {row.command: row for row in rows}
        self.commands = tuple(self._by_command)
        self.events = tuple(row.event for row in rows)
        self.offers = {row.command: row.offer for row in rows}

    def decide(self, command: Command, part: S, about: About) -> Sequence[Event]:
        """The act's event; nothing where it would change nothing. Raises: a refusal by name."""
        row = self._by_command[type(command)]
        if row.check:
            row.check(command, part, about)
        if row.done and row.done(command, part):
            return []
        return [recorded(row.event, command), *(row.also(command, part) if row.also else ())]
