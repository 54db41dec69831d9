"""How long to let events come together: waking up costs as much for one event as for ten, and more than applying it."""

from __future__ import annotations

import math
from dataclasses import dataclass

_MEMORY = 1.0
"""Seconds over which the rate is told."""


@dataclass(slots=True)
class Pace:
    """A pause after each batch, until the next beat: whoever keeps the same pace wakes at the same moment and shares statements.

    together: events that are worth waiting for. beat: seconds; where at today's rate fewer than `together` events come in that time nobody waits, so
    a quiet day is not slowed. always: waits on a quiet day too, where nobody waits for what the events bring. phase: part of a beat by which this one
    comes after the others': whoever reads what another writes wakes between two beats of that one.
    """

    together: int
    beat: float
    always: bool = False
    phase: float = 0.0
    _rate: float = 0.0
    _at: float = 0.0

    def pause(self, events: int, now: float) -> float:
        """Seconds to wait after a batch of `events` at `now` (of a monotonic clock)."""
        self._rate = self._rate * math.exp((self._at - now) / _MEMORY) + events / _MEMORY
        self._at = now
        worth_it = self._rate > 0 and self._rate * self.beat >= self.together
        return self.beat - (now - self.phase * self.beat) % self.beat if self.beat and (self.always or worth_it) else 0.0
