"""Tests that read like the specification: given(decider, *events).when(command).then(*events), or .refuses(error)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from shared.decider import Decider
from shared.message import Event

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E", bound=Event)


@dataclass
class Given(Generic[C, S, E]):
    """A decider whose state has been folded."""

    decider: Decider[C, S, E]
    state: S
    command: Any = None

    def when(self, command: C) -> Self:
        """The command to decide."""
        self.command = command
        return self

    def then(self, *events: E) -> Self:
        """Asserts exactly these events; none means that the command is quiet. Returns itself with the state after them."""
        decided = list(self.decider.decide(self.command, self.state))
        assert decided == list(events), f"decided {[event.type for event in decided]}"
        self.state = self.decider.fold(decided, self.state)
        return self

    def says(self, *types: str) -> Self:
        """Asserts events of these types in this order; their fields are not compared."""
        decided = list(self.decider.decide(self.command, self.state))
        assert [event.type for event in decided] == list(types), f"decided {[event.type for event in decided]}"
        self.state = self.decider.fold(decided, self.state)
        return self

    def refuses(self, error: type[Exception]) -> Self:
        """Asserts that the command is refused with this error and changes nothing."""
        try:
            decided = self.decider.decide(self.command, self.state)
        except error:
            return self
        raise AssertionError(f"not refused; decided {[event.type for event in decided]}")


def given(decider: Decider[C, S, E], *events: E) -> Given[C, S, E]:
    """The decider with these events folded."""
    return Given(decider, decider.fold(events))


async def eventually(condition: Callable[[], Awaitable[bool]], *, within: float = 30.0) -> None:
    """Waits until a condition is true. within: seconds. Raises: AssertionError: it did not become true in time."""
    deadline = time.monotonic() + within
    while not await condition():
        assert time.monotonic() < deadline, f"not within {within} s"
        await asyncio.sleep(0.02)
