"""Whether a report comes faster than people can read. Such a one is held, never refused (ADR 59). Counted in memory alone."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from services.intake.buckets import Buckets, Rate
from services.intake.domain.concern import Flooded

OF_A_NETWORK = Rate(a_second=0.5, at_once=60)
"""Two classes may write from one room at once."""
OF_EVERYBODY = Rate(a_second=5, at_once=500)
"""Of a whole district, a hundred times what a bad day brings."""
_MOST_WORDS = 50_000
"""Different reports that are remembered, as hashes under a random key of the process."""


@dataclass(slots=True)
class Flooding:
    """clock: seconds, monotonic."""

    clock: Callable[[], float] = time.monotonic
    _buckets: Buckets = field(init=False, repr=False)
    _key: bytes = field(default_factory=lambda: os.urandom(32), repr=False)
    _words: Counter[bytes] = field(default_factory=Counter, repr=False)

    def __post_init__(self) -> None:
        self._buckets = Buckets(OF_A_NETWORK, OF_EVERYBODY, self.clock)

    def judged(self, network: str, words: str, at: datetime) -> Flooded | None:
        """None: people keep up with it. network: kept nowhere. A network that floods takes nothing of what everybody may send."""
        alike, (own, everybody) = self._seen(words), self._buckets.of(network)
        crowd = own.taken(self.clock())
        for bucket in (own, everybody):
            if bucket.take(self.clock()):
                bucket.give_back()
                return Flooded(alike=alike, crowd=crowd, at=at)
        return None

    def _seen(self, words: str) -> int:
        """How often the same words came before, whatever stands between their letters."""
        if len(self._words) > _MOST_WORDS:
            self._words.clear()
        letters = "".join(each for each in words.casefold() if each.isalpha())
        known = blake2b(letters.encode(), key=self._key, digest_size=16).digest()
        self._words[known] += 1
        return self._words[known] - 1
