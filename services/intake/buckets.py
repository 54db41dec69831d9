"""Buckets that let so many through in a time, one for each network and one for everybody. Counted in memory alone, and forgotten with the process.

A network is known by a hash under a random key of the process: no address is written down anywhere.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b

_MOST_NETWORKS = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """a_second: how many are let through each second. at_once: before anybody waits."""

    a_second: float
    at_once: int


@dataclass(slots=True)
class Bucket:
    rate: Rate
    left: float
    at: float

    def taken(self, now: float) -> int:
        """How many were taken shortly before."""
        return self.rate.at_once - int(self._filled(now))

    def take(self, now: float) -> float:
        """Takes one; seconds until it is let through."""
        self.left, self.at = self._filled(now) - 1, now
        return max(0.0, -self.left / self.rate.a_second)

    def give_back(self) -> None:
        """What was taken does not count."""
        self.left += 1

    def _filled(self, now: float) -> float:
        return min(self.rate.at_once, self.left + (now - self.at) * self.rate.a_second)


@dataclass(slots=True)
class Buckets:
    """clock: seconds, monotonic."""

    of_a_network: Rate
    of_everybody: Rate
    clock: Callable[[], float]
    _key: bytes = field(default_factory=lambda: os.urandom(32), repr=False)
    _networks: dict[bytes, Bucket] = field(default_factory=dict, repr=False)
    _everybody: Bucket | None = field(default=None, repr=False)

    def of(self, network: str) -> tuple[Bucket, Bucket]:
        """The network's own, and everybody's."""
        now, known = self.clock(), blake2b(network.encode(), key=self._key, digest_size=16).digest()
        if len(self._networks) > _MOST_NETWORKS:
            self._networks.clear()
        self._everybody = self._everybody or Bucket(self.of_everybody, self.of_everybody.at_once, now)
        return self._networks.setdefault(known, Bucket(self.of_a_network, self.of_a_network.at_once, now)), self._everybody
