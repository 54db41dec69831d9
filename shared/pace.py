"""How long a reader waits so that events can gather. Waking up costs more than applying one event, and as much for one as for ten."""

from __future__ import annotations

import math
from dataclasses import dataclass

_MEMORY = 1.0
"""Seconds over which the rate of events is averaged."""


@dataclass(slots=True)
class Pace:
    """A pause after each batch, until the next beat. Readers with the same pace wake at the same moment and share statements.

    together: how many events make a pause worthwhile. beat: seconds; if fewer than `together` events arrive per beat, there is no pause, so a quiet
    day is not slowed. always: pause on a quiet day too; for readers on whose work nobody waits. phase: fraction of a beat by which this reader wakes
    later than others, so that a reader of another's events wakes between two of its beats.
    """

    together: int
    beat: float
    always: bool = False
    phase: float = 0.0
    _rate: float = 0.0
    _at: float = 0.0

    def pause(self, events: int, now: float) -> float:
        """Seconds to wait after a batch of `events`. now: seconds of a monotonic clock."""
        self._rate = self._rate * math.exp((self._at - now) / _MEMORY) + events / _MEMORY
        self._at = now
        worth_it = self._rate > 0 and self._rate * self.beat >= self.together
        return self.beat - (now - self.phase * self.beat) % self.beat if self.beat and (self.always or worth_it) else 0.0
