"""Acts on the case itself that are no step of an activity: one table a subject, which says command, event and what forbids it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from services.cases.domain.steps.about import About
from services.cases.domain.steps.command import ActEvent, Command, recorded
from services.cases.domain.steps.offer import PLAIN, Offer
from services.cases.domain.steps.second import Second
from services.cases.domain.steps.tells import NOTHING, Tells
from shared.message import Event

S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=ActEvent)

Check = Callable[[C, S, About], None]
"""Raises a refusal where the act is forbidden."""


@dataclass(frozen=True, slots=True)
class Act(Generic[S]):
    """One row. done: the act would change nothing, so it is quiet. also: events that follow from it. tells: what its event tells.

    offer: how it is offered. confirms: what another person proposed.
    """

    command: type[Command]
    event: type[ActEvent]
    check: Callable[[Any, S, About], None] | None = None
    done: Callable[[Any, S], bool] | None = None
    also: Callable[[Any, S], Sequence[Event]] | None = None
    tells: Tells[Any] = NOTHING
    offer: Offer[S] = PLAIN
    confirms: Second[S] | None = None


def act(
    command: type[C],
    event: type[E],
    check: Callable[[C, S, About], None] | None = None,
    *,
    done: Callable[[C, S], bool] | None = None,
    also: Callable[[C, S], Sequence[Event]] | None = None,
    tells: Tells[E] | None = None,
    offer: Offer[S] = PLAIN,
    confirms: Second[S] | None = None,
) -> Act[S]:
    """A row whose functions take this very command."""
    return Act(command, event, check, done, also, tells or NOTHING, offer, confirms)


class Acts(Generic[S]):
    """The table of a part of the case. S: the part's state. awaits: the codes of what the part expects.

    following: events that belong to the part and to no one command, with what they tell.
    """

    def __init__(self, *rows: Act[S], awaits: tuple[str, ...] = (), following: Mapping[type[ActEvent], Tells[Any]] | None = None) -> None:
        self.rows = rows
        self._by_command = {row.command: row for row in rows}
        self.commands = tuple(self._by_command)
        self.events: tuple[type[ActEvent], ...] = (*(row.event for row in rows), *(following or ()))
        told: list[tuple[type[Event], Tells[Any]]] = [*((row.event, row.tells) for row in rows), *(following or {}).items()]
        self.tells: Mapping[type[Event], Tells[Any]] = dict(told)
        self.awaits = awaits
        self.offers: Mapping[type[Command], Offer[S]] = {row.command: row.offer for row in rows}

    def decide(self, command: Command, part: S, about: About) -> Sequence[Event]:
        """The act's event and what follows from it; nothing where it would change nothing. Raises: a refusal by name."""
        taken, row = self.taken(command, part, about), self._by_command[type(command)]
        return [*taken, *(row.also(command, part) if taken and row.also else ())]

    def taken(self, command: Command, part: S, about: About) -> Sequence[ActEvent]:
        """The act's event alone, or nothing. Raises: a refusal by name."""
        row = self._by_command[type(command)]
        if row.check:
            row.check(command, part, about)
        if row.done and row.done(command, part):
            return []
        if row.confirms:
            return [recorded(row.event, command, proposed_by=row.confirms.proposal(command, part).by)]
        return [recorded(row.event, command)]
