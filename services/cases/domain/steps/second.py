"""A step or an act that confirms what another person proposed: which proposal it is about. The tables ask for it in one way (ADR 22)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from services.cases.domain.steps.command import Command
from shared.errors import Refused
from shared.two_people import Proposal, SecondPersonNeeded, second_of

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Second(Generic[S]):
    """of: the proposal that a command confirms, from the part that it is about; None where there is none. refused: by which name."""

    of: Callable[[Any, S], Proposal | None]
    refused: type[Refused] = SecondPersonNeeded

    def proposal(self, command: Command, part: S) -> Proposal:
        """What is confirmed. Raises: the refusal: nothing was proposed, or by the same person."""
        return second_of(self.of(command, part), command.by, self.refused)
