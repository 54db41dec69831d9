"""Measures the sealing of files in chunks, without the database: megabytes a second on one core."""

from __future__ import annotations

import os
import time

from bench.table import Row, medians
from shared.attachments.boxes import fresh_key, opened, sealed
from shared.attachments.kinds import MOST_OCTETS

_TIMES = 20


def rate() -> float:
    """Of files of the largest size that is taken. What is sealed opens again, or the figure would be of something else."""
    key, content = fresh_key(), os.urandom(MOST_OCTETS)
    started = time.perf_counter()
    for _ in range(_TIMES):
        boxes = list(sealed(key, "bench", "original", content))
    took = time.perf_counter() - started
    assert opened(key, "bench", "original", boxes) == content
    return _TIMES * MOST_OCTETS / took / 1_000_000


def run() -> list[Row]:
    return [Row("files sealed in chunks, one core", medians(rate), "MB/s", ">= 100 MB/s")]
