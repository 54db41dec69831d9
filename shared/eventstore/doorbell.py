"""An in-process doorbell: whoever appends rings, whoever reads wakes. Polling decides; the bell only spares waiting (decision 9)."""

from __future__ import annotations

import asyncio


class Doorbell:
    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()
        self.rings = 0

    def ring(self) -> None:
        """Wakes everybody who waits now, and everybody who looked before and is about to wait."""
        self.rings += 1
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
        self._waiting.clear()

    async def wait(self, timeout: float, heard: int) -> None:
        """Until a ring after `heard` (`rings` as it was before the reader last looked), or `timeout` seconds."""
        await first_ring(timeout, (self, heard))


async def first_ring(timeout: float, *bells: tuple[Doorbell, int]) -> None:
    """The same for several bells, each with what was heard of it: until one of them rings."""
    if any(bell.rings != heard for bell, heard in bells):
        return
    waiter = asyncio.get_running_loop().create_future()
    for bell, _ in bells:
        bell._waiting.add(waiter)  # noqa: SLF001 - of the same make
    try:
        await asyncio.wait((waiter,), timeout=timeout)
    finally:
        for bell, _ in bells:
            bell._waiting.discard(waiter)  # noqa: SLF001
