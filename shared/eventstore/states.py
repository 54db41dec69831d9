"""The states that streams had when this process last folded them: whoever loads one again folds only what came since.

Nothing is decided on such a state alone: the store is always asked for what came after it, and an append expects its version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

S = TypeVar("S")

FOLDED = 4_000
"""Events that all remembered states were folded from, together. A state takes about a thousand bytes an event, so some four megabytes."""


@dataclass(frozen=True, slots=True)
class Loaded(Generic[S]):
    """A stream's state and the version it was folded to."""

    stream: str
    version: int
    state: S


class States:
    """The states that were used last. folded: events that they may have been folded from, together."""

    def __init__(self, folded: int = FOLDED) -> None:
        self._most, self._folded = folded, 0
        self._known: dict[str, Loaded[Any]] = {}

    def known(self, stream: str) -> Loaded[Any] | None:
        """The newest state of the stream that was kept."""
        return self._known.get(stream)

    def keep(self, loaded: Loaded[Any]) -> None:
        """An older state than the one that is known changes nothing, and a stream without events is not worth a place."""
        if loaded.version == 0:
            return
        before = self._known.pop(loaded.stream, None)
        newest = loaded if before is None or before.version < loaded.version else before
        self._known[loaded.stream] = newest
        self._folded += newest.version - (before.version if before else 0)
        while self._folded > self._most:
            self.forget(next(iter(self._known)))

    def forget(self, stream: str | None = None) -> None:
        """What is in the database may be something else now: in one stream, or in all."""
        if stream is None:
            self._known, self._folded = {}, 0
        elif stream in self._known:
            self._folded -= self._known.pop(stream).version
