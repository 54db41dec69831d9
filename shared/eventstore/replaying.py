"""Reads a whole store fast: the next page is fetched while the current one is folded."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Collection, Iterator

from shared.eventstore.store import EventStore, Page

FETCHED = 4_000
"""Events per query: enough that the query itself costs little."""

FOLDED = 250
"""Events decoded and folded at once. Small parts stay in the processor's cache; decoding a whole page at once took about a third longer."""

ALLOCATIONS = 50_000
"""Allocations between two runs of the garbage collector. Folding creates millions of objects that reference counting frees."""


def calm_collector() -> None:
    """Excludes all current objects from garbage collection and makes it rarer. Called once in each process of a service or benchmark."""
    gc.freeze()
    gc.set_threshold(ALLOCATIONS, 20, 50)


async def pages(store: EventStore, types: Collection[str] = (), *, position: int = 0, limit: int = FETCHED) -> AsyncIterator[Page]:
    """All events after a position, in order, as small pages. types: the types to give with their versions (see `Page`).

    A page's `position` is the one up to which all events have been given; it moves with the last page of each query. Raises: Unavailable.
    """
    reading = asyncio.ensure_future(store.replay(position, types=types, limit=limit))
    try:
        while page := await reading:
            reading = asyncio.ensure_future(store.replay(page.position, types=types, limit=limit))
            for part in _parts(page, position):
                await asyncio.sleep(0)  # sends the next query, receives its answer while this one is folded, and lets other tasks run
                yield part
            position = page.position
    finally:
        reading.cancel()


def _parts(page: Page, before: int) -> Iterator[Page]:
    for start in range(0, len(page.bodies), FOLDED):
        part = slice(start, start + FOLDED)
        position = page.position if part.stop >= len(page.bodies) else before
        yield Page(position, page.streams[part], page.types[part], page.schema_versions[part], page.bodies[part])
