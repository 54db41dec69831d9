"""The states that streams had when this process last folded them: whoever loads one again folds only what came since.

Nothing is decided on such a state alone: the store is always asked for what came after it, and an append expects its version.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

S = TypeVar("S")

FOLDED = 4_000
"""Events that all remembered states were folded from, together. With texts of 300 characters an event takes about 1,500 bytes, so six megabytes."""


@dataclass(frozen=True, slots=True)
class Loaded(Generic[S]):
    """A stream's state and the version it was folded to. outages: of the store, before it was loaded (see `EventStore`)."""

    stream: str
    version: int
    state: S
    outages: int = field(default=0, compare=False)


class States:
    """The states that were used last. folded: events that they may have been folded from, together."""

    def __init__(self, folded: int = FOLDED) -> None:
        self._most, self._folded = folded, 0
        self._known: dict[str, Loaded[Any]] = {}

    def known(self, stream: str) -> Loaded[Any] | None:
        """The newest state of the stream that was kept: after the most outages, with the highest version."""
        return self._known.get(stream)

    def keep(self, loaded: Loaded[Any]) -> None:
        """An older state than the one that is known changes nothing. A stream without events is not worth a place, one that is too long gets none."""
        if not 0 < loaded.version <= self._most:
            self.forget(loaded.stream)
            return
        before = self._known.pop(loaded.stream, None)
        newest = loaded if before is None or (before.outages, before.version) < (loaded.outages, loaded.version) else before
        self._known[loaded.stream] = newest
        self._folded += newest.version - (before.version if before else 0)
        while self._folded > self._most:
            self.forget(next(iter(self._known)))

    def forget(self, stream: str) -> None:
        """What is in the database is something else now."""
        if stream in self._known:
            self._folded -= self._known.pop(stream).version
