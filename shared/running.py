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


async def ended(task: asyncio.Task[object]) -> None:
    """Cancels a task and waits until it has ended. Repeats the cancellation each second: waiting for a pool connection may swallow one."""
    while not task.done():
        task.cancel()
        await asyncio.wait((task,), timeout=1)


async def run_parts(parts: Sequence[Part]) -> None:
    """Runs all parts until cancelled, and then ends every one of them. A part that ends or fails is restarted after a growing pause."""
    running = [asyncio.create_task(keep_running(part), name=part.name) for part in parts]
    try:
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        await asyncio.gather(*(ended(task) for task in running))  # a group would cancel each only once, which one may swallow


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
