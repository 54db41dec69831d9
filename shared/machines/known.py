"""Which keys of machines hold, as this process knows it: never from longer ago than a second (ADR 43).

What is known a second is asked for again, so an ended key is refused everywhere a second after its ending was stored, and nobody needs to be told.
While intake does not answer, no key holds: a machine gets 503 and tries again.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

from shared.clock import Clock
from shared.eventstore.batching import Batcher
from shared.machines.key import ApiKey, KeyWord, ShownKey, shown_key

BEHIND = 1.0
"""Seconds for which an answer is good."""

MOST = 2_000
"""Keys that are remembered at once, those that do not hold among them."""

AT_ONCE = 100
"""Keys in one question."""


class KnownKeys:
    """The look-up. ticks: seconds that only grow."""

    def __init__(self, word: KeyWord, clock: Clock, ticks: Callable[[], float] = time.monotonic) -> None:
        self._word, self._clock, self._ticks = word, clock, ticks
        self._known: OrderedDict[ShownKey, tuple[float, ApiKey | None]] = OrderedDict()
        self._asking: Batcher[ShownKey, ApiKey | None] = Batcher(self._ask, most=AT_ONCE)

    async def of(self, value: str) -> ApiKey | None:
        """As `KeyLookUp.of`. Raises: Unavailable."""
        shown = shown_key(value)
        if shown is None:
            return None
        found = await self._found(shown)
        return found if found and self._clock.now() < found.until else None

    async def _found(self, shown: ShownKey) -> ApiKey | None:
        asked_at, found = self._known.get(shown, (-BEHIND, None))
        return found if self._ticks() - asked_at < BEHIND else await self._asking.submit(shown)

    async def _ask(self, shown: Sequence[ShownKey]) -> Sequence[ApiKey | BaseException | None]:
        asked_at, wanted = self._ticks(), list(dict.fromkeys(shown))
        told = await self._word.look(wanted)
        for each in wanted:
            self._known.pop(each, None)
            self._known[each] = (asked_at, told.get(each))
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return [told.get(each) for each in shown]
