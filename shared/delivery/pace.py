"""How long to let events come together: waking up costs as much for one event as for ten, and more than applying it."""

from __future__ import annotations

import math
from dataclasses import dataclass

_MEMORY = 1.0
"""Seconds over which the rate is told."""


@dataclass(slots=True)
class Pace:
    """A pause after each batch.

    together: events that are worth waiting for. longest: seconds; where `together` events need more than that at today's rate nobody waits, so a
    quiet day is not slowed. least: seconds to wait in any case, where nobody waits for what the events bring.
    """

    together: int
    longest: float
    least: float = 0.0
    _rate: float = 0.0
    _at: float = 0.0

    def pause(self, events: int, now: float) -> float:
        """Seconds to wait after a batch of `events` at `now` (of a monotonic clock)."""
        self._rate = self._rate * math.exp((self._at - now) / _MEMORY) + events / _MEMORY
        self._at = now
        soon = self._rate * self.longest >= self.together
        return max(self.least, self.together / self._rate if soon and self._rate else 0.0)
