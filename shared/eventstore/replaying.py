"""Reading a whole store fast: the next page is fetched while this one is folded."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Collection, Iterator

from shared.eventstore.store import EventStore, Page

FETCHED = 4_000
"""Events read at once: enough that asking costs little."""

FOLDED = 250
"""Events decoded and folded at once: what one part was decoded into is still in the processor's cache when the next one takes its place.
All at once took about a third longer.
"""

ALLOCATIONS = 50_000
"""Objects between two looks of the garbage collector: folding makes millions that are freed by counting alone."""


def calm_collector() -> None:
    """What is loaded by now stays; the collector looks less often. Called once a process, by services and benchmarks alike."""
    gc.freeze()
    gc.set_threshold(ALLOCATIONS, 20, 50)


async def pages(store: EventStore, types: Collection[str] = (), *, position: int = 0, limit: int = FETCHED) -> AsyncIterator[Page]:
    """All events after a position, in order, in parts of what is read at once. types: those that are told with their version (see `Page`).

    A part's `position` says up to where everything has been given: it moves on with the last part of what was read. Raises: Unavailable.
    """
    reading = asyncio.ensure_future(store.replay(position, types=types, limit=limit))
    try:
        while page := await reading:
            reading = asyncio.ensure_future(store.replay(page.position, types=types, limit=limit))
            for part in _parts(page, position):
                await asyncio.sleep(0)  # the next query leaves, its answer is drained while this one is folded, and others have their turn
                yield part
            position = page.position
    finally:
        reading.cancel()


def _parts(page: Page, before: int) -> Iterator[Page]:
    for start in range(0, len(page.bodies), FOLDED):
        part = slice(start, start + FOLDED)
        position = page.position if part.stop >= len(page.bodies) else before
        yield Page(position, page.streams[part], page.types[part], page.schema_versions[part], page.bodies[part])
