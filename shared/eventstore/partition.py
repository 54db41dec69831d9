"""Which partition an ordering key belongs to: a stable hash, fixed per deployment (decision 12)."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

PARTITIONS = 8
"""Default number of partitions; changing it for a store that holds events is an offline step."""


@lru_cache(maxsize=65_536)
def partition_of(key: str, partitions: int = PARTITIONS) -> int:
    """The partition of `key`, the same in every process and release."""
    return int.from_bytes(sha256(key.encode()).digest()[:4]) % partitions
