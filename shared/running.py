"""Parts of a service that run beside its HTTP server. They are started, watched, and restarted when they fail."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

import structlog

log = structlog.get_logger()

LONGEST_PAUSE = 5.0
"""Seconds between two starts of a part that keeps failing, at most."""


class Part(Protocol):
    """Something that runs until it is cancelled."""

    @property
    def name(self) -> str: ...
    async def run(self) -> None: ...


CLOSING = 4.0
"""Seconds that a part has for what it closes, before it is cancelled again: a second cancellation would cut that off."""


async def ended(task: asyncio.Task[object], again_after: float = 1.0) -> None:
    """Cancels a task and waits until it has ended. Waiting for a pool connection may swallow a cancellation, so it is repeated.

    A task that failed meanwhile has ended, too: nobody waits for its result any more. again_after: seconds between two cancellations.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait((task,), timeout=again_after)
    if not task.cancelled():
        task.exception()  # taken, or the loop would report it as one that nobody looked at


async def run_parts(parts: Sequence[Part]) -> None:
    """Runs all parts until cancelled, and then ends every one of them. A part that ends or fails is restarted after a growing pause."""
    running = [asyncio.create_task(keep_running(part), name=part.name) for part in parts]
    try:
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_EXCEPTION)  # one part that is cancelled stops no other
        for task in done:
            if not task.cancelled():
                task.result()
    finally:
        await asyncio.gather(*(ended(task, CLOSING) for task in running))  # a group would cancel each only once, which one may swallow


async def keep_running(part: Part) -> None:
    """Runs one part for ever. Logs only the class of an error, because its message may quote content."""
    pause = 0.1
    while True:
        started = asyncio.get_running_loop().time()
        try:
            await part.run()
        except Exception as error:  # noqa: BLE001 - supervision is this function's purpose
            log.warning("part-failed", part=part.name, error=type(error).__name__)
        if asyncio.get_running_loop().time() - started > LONGEST_PAUSE * 4:
            pause = 0.1
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
