"""Reading a whole store fast: the next page is fetched while this one is folded."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator

from shared.eventstore.store import Entry, EventStore

PAGE = 2_000
"""Events read at once: few enough to stay in the processor's cache from decoding to folding. 10,000 at once took about twice as long each."""

ALLOCATIONS = 50_000
"""Objects between two looks of the garbage collector: folding makes millions that are freed by counting alone."""


def calm_collector() -> None:
    """What is loaded by now stays; the collector looks less often. Called once a process, by services and benchmarks alike."""
    gc.freeze()
    gc.set_threshold(ALLOCATIONS, 20, 50)


async def pages(store: EventStore, position: int = 0, *, limit: int = PAGE) -> AsyncIterator[list[Entry]]:
    """All events after a position, in order, page by page. Raises: Unavailable."""
    reading = asyncio.ensure_future(store.replay(position, limit=limit))
    try:
        while page := await reading:
            if len(page) == limit:
                reading = asyncio.ensure_future(store.replay(page[-1].position, limit=limit))
                await asyncio.sleep(0)  # the query leaves before the folding begins
            yield page
            if len(page) < limit:
                return
    finally:
        reading.cancel()
