"""How fast somebody may try receipts: the rest wait, and a right one costs nothing. Counted in memory alone, and forgotten with the process.

A network is known by a hash under a random key of the process: no address is written down anywhere.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import blake2b

from shared.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Rate:
    """a_second: tries that are let through each second. at_once: before anybody waits."""

    a_second: float
    at_once: int


OF_A_NETWORK = Rate(a_second=5, at_once=40)
"""A whole school may stand behind one address."""
OF_EVERYBODY = Rate(a_second=200, at_once=1_000)
LONGEST_WAIT = 10.0
"""Seconds. Whoever would wait longer is asked to come again in a moment."""
_MOST_NETWORKS = 10_000


@dataclass(slots=True)
class _Bucket:
    rate: Rate
    left: float
    at: float

    def take(self, now: float) -> float:
        """Takes one try; seconds until it is let through."""
        self.left = min(self.rate.at_once, self.left + (now - self.at) * self.rate.a_second) - 1
        self.at = now
        return max(0.0, -self.left / self.rate.a_second)


@dataclass(slots=True)
class Guessing:
    """Lets tries through. clock: seconds, monotonic."""

    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    _key: bytes = field(default_factory=lambda: os.urandom(32), repr=False)
    _networks: dict[bytes, _Bucket] = field(default_factory=dict, repr=False)
    _everybody: _Bucket | None = field(default=None, repr=False)

    async def turn(self, network: str) -> None:
        """Returns when a receipt may be looked at. Raises: Unavailable: too many wait before."""
        buckets = self._buckets(network)
        wait = max(each.take(self.clock()) for each in buckets)
        if wait > LONGEST_WAIT:
            _give_back(buckets)
            raise Unavailable("many receipts are asked for at this moment: send it again in a minute")
        if wait:
            await self.pause(wait)

    def right(self, network: str) -> None:
        """The receipt exists: it was no guess."""
        _give_back(self._buckets(network))

    def _buckets(self, network: str) -> tuple[_Bucket, _Bucket]:
        now, known = self.clock(), blake2b(network.encode(), key=self._key, digest_size=16).digest()
        if len(self._networks) > _MOST_NETWORKS:
            self._networks.clear()
        self._everybody = self._everybody or _Bucket(OF_EVERYBODY, OF_EVERYBODY.at_once, now)
        return self._networks.setdefault(known, _Bucket(OF_A_NETWORK, OF_A_NETWORK.at_once, now)), self._everybody


def _give_back(buckets: tuple[_Bucket, _Bucket]) -> None:
    for each in buckets:
        each.left += 1
