"""An in-process doorbell: an append rings it and wakes readers. It only shortens the wait; polling guarantees delivery (decision 9)."""

from __future__ import annotations

import asyncio


class Doorbell:
    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()
        self.rings = 0

    def ring(self) -> None:
        """Wakes all waiting readers, and those that read before the ring and are about to wait."""
        self.rings += 1
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
        self._waiting.clear()

    async def wait(self, timeout: float, heard: int) -> None:
        """Waits for a ring, at most `timeout` seconds. heard: the value of `rings` before the reader last read; a later ring returns at once."""
        await first_ring(timeout, (self, heard))


async def first_ring(timeout: float, *bells: tuple[Doorbell, int]) -> None:
    """Waits until one of several bells rings, each given with its `heard`."""
    if any(bell.rings != heard for bell, heard in bells):
        return
    waiter = asyncio.get_running_loop().create_future()
    for bell, _ in bells:
        bell._waiting.add(waiter)  # noqa: SLF001 - the same module
    try:
        await asyncio.wait((waiter,), timeout=timeout)
    finally:
        for bell, _ in bells:
            bell._waiting.discard(waiter)  # noqa: SLF001
