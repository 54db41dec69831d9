"""The partition of an ordering key, by a stable hash (decision 12)."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

PARTITIONS = 8
"""Default number of partitions, fixed per deployment. Changing it for a store with events is an offline step."""


@lru_cache(maxsize=65_536)
def partition_of(key: str, partitions: int = PARTITIONS) -> int:
    """The partition of `key`: 0 to `partitions` - 1, the same in every process and release."""
    return int.from_bytes(sha256(key.encode()).digest()[:4]) % partitions
