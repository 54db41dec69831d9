"""Remembers the states of streams that this process folded, so that loading a stream again folds only newer events.

No decision rests on a remembered state alone: the store is asked for newer events, or an append that expects the state's version proves that there
were none (ADR 88).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

S = TypeVar("S")

FOLDED = 4_000
"""Most events behind all remembered states together. With texts of 300 characters an event takes about 1,500 bytes: six megabytes."""


@dataclass(frozen=True, slots=True)
class Loaded(Generic[S]):
    """A stream's state and version. outages: outages of the store before it was loaded (see `EventStore`)."""

    stream: str
    version: int
    state: S
    outages: int = field(default=0, compare=False)


class States:
    """The most recently used states. folded: most events behind all of them together."""

    def __init__(self, folded: int = FOLDED) -> None:
        self._most, self._folded = folded, 0
        self._known: dict[str, Loaded[Any]] = {}

    def known(self, stream: str) -> Loaded[Any] | None:
        """The newest remembered state of the stream: after the most outages, with the highest version."""
        return self._known.get(stream)

    def keep(self, loaded: Loaded[Any]) -> None:
        """Remembers a state, unless a newer one is known. Streams without events, and those that are too long, are not remembered."""
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
        """Forgets a stream, because the database holds other events now."""
        if stream in self._known:
            self._folded -= self._known.pop(stream).version
