"""An in-process doorbell: whoever appends rings, whoever reads wakes. Polling decides; the bell only spares waiting (decision 9)."""

from __future__ import annotations

import asyncio


class Doorbell:
    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        """Wakes everybody who waits now."""
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
        self._waiting.clear()

    async def wait(self, timeout: float) -> None:
        """Until the next ring, or `timeout` seconds."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            await asyncio.wait((waiter,), timeout=timeout)
        finally:
            self._waiting.discard(waiter)
