"""Measures the replay of 200,000 events in one process: read, decode, upcast and fold. Sealed fields are not opened."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from statistics import median
from uuid import uuid4

import uvloop

from bench import peer
from bench.notes import NOTES, NoteAdded, Notes
from bench.table import Row
from district.embedded.postgres import Postgres
from shared.database import Database
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.replaying import calm_collector, pages
from shared.eventstore.store import Item, Write
from shared.message import Occasion
from shared.sealed import Sealed

EVENTS = 200_000
AT_ONCE = 500
RUNS = 5

TEXT = Sealed(kid=str(uuid4()), context="bench", box="A" * 120)
"""The sealed value in every event, ours and the peer's."""


def items(count: int) -> Iterator[Item]:
    """Streams of ten events, with many in one item. Writing them is not measured."""
    for _ in range(count // AT_ONCE):
        writes = []
        for _ in range(AT_ONCE // 10):
            stream, cause = f"notes-{uuid4()}", uuid4()
            occasion = Occasion("bench", "s", datetime.now(UTC), cause, cause)
            encoded = (NOTES.codec.encode(NoteAdded(number=place, text=TEXT), stream, occasion, place) for place in range(10))
            writes.append(Write(stream, 0, tuple(encoded)))
        yield Item(tuple(writes))


async def fill(url: str) -> None:
    database = Database(url, "intake")
    await database.open()
    store = PostgresEventStore(database)
    for item in items(EVENTS):
        await store.append(item)
    await database.close()


async def rate(url: str) -> float:
    """Events per second."""
    database = Database(url, "intake")
    await database.open()
    store = PostgresEventStore(database)
    states: dict[str, Notes] = {}
    initial, evolve, decode = NOTES.initial, NOTES.evolve, NOTES.codec.decode_page
    started, seen = time.perf_counter(), 0
    async for page in pages(store, NOTES.codec.outdated):
        for stream, event in zip(page.streams, decode(page), strict=True):
            states[stream] = evolve(states.get(stream, initial), event)
        seen += len(page.bodies)
    took = time.perf_counter() - started
    await database.close()
    assert sum(state.count for state in states.values()) == seen
    return seen / took


def run(postgres: Postgres, url: str) -> list[Row]:
    """Measures our replay and the peer's in turns, so that a machine that slows down slows both. Each run begins with clean memory.

    url: the address of the service whose store is replayed.
    """
    uvloop.run(fill(url))
    app = peer.application(postgres)
    calm_collector()
    first = peer.fill(app, EVENTS, TEXT)
    ours, theirs = [], []
    for _ in range(RUNS):
        gc.collect()
        ours.append(uvloop.run(rate(url)))
        gc.collect()
        theirs.append(peer.replay_rate(app, first, EVENTS))
    app.close()
    return [Row(f"replay of {EVENTS:,} events", median(ours), "/s", ">= 100,000/s, >= 4x the peer", median(theirs))]
