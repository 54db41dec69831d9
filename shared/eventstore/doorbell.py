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
        if self.rings != heard:
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            await asyncio.wait((waiter,), timeout=timeout)
        finally:
            self._waiting.discard(waiter)
