"""How fast somebody may try receipts: the rest wait, and a right one costs nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from services.intake.buckets import Buckets, Rate
from shared.errors import Unavailable

OF_A_NETWORK = Rate(a_second=5, at_once=40)
"""A whole school may stand behind one address."""
OF_EVERYBODY = Rate(a_second=200, at_once=1_000)
LONGEST_WAIT = 10.0
"""Seconds. Whoever would wait longer is asked to come again in a moment."""


@dataclass(slots=True)
class Guessing:
    """Lets tries through. clock: seconds, monotonic."""

    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    _buckets: Buckets = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._buckets = Buckets(OF_A_NETWORK, OF_EVERYBODY, self.clock)

    async def turn(self, network: str) -> None:
        """Returns when a receipt may be looked at. Raises: Unavailable: too many wait before."""
        buckets = self._buckets.of(network)
        wait = max(each.take(self.clock()) for each in buckets)
        if wait > LONGEST_WAIT:
            for each in buckets:
                each.give_back()
            raise Unavailable("many receipts are asked for at this moment: send it again in a minute")
        if wait:
            await self.pause(wait)

    def right(self, network: str) -> None:
        """The receipt exists: it was no guess."""
        for each in self._buckets.of(network):
            each.give_back()
