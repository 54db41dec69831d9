"""The peer: the `eventsourcing` library 9.5 on the same PostgreSQL, threaded and pooled. Neither hashes nor seals."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

LENGTH = 10


class PeerNotes(Aggregate):
    """The same note."""

    def __init__(self) -> None:
        self.count = 0

    @event("Noted")
    def note(self, text: str) -> None:
        self.count += len(text) > 0


class PeerApplication(Application[Any]):
    """Loads, decides, saves."""

    def work(self, times: int, text: str) -> None:
        notes = PeerNotes()
        self.save(notes)
        for number in range(times):
            if number % LENGTH == LENGTH - 1:
                notes = PeerNotes()
                self.save(notes)
            loaded: PeerNotes = self.repository.get(notes.id)
            loaded.note(text)
            self.save(loaded)


def application(sockets: str) -> PeerApplication:
    """Over the socket folder of our PostgreSQL."""
    return PeerApplication(
        env={
            "PERSISTENCE_MODULE": "eventsourcing.postgres", "POSTGRES_DBNAME": "postgres", "POSTGRES_HOST": sockets, "POSTGRES_PORT": "5432",
            "POSTGRES_USER": "postgres", "POSTGRES_PASSWORD": "x", "POSTGRES_POOL_SIZE": "32", "POSTGRES_MAX_OVERFLOW": "0",
        }
    )  # fmt: skip


def fill(app: PeerApplication, events: int) -> None:
    """As many events as ours, in aggregates of the same length, many in one save: only filling, not measured."""
    for _ in range(events // 1000):
        batch = []
        for _ in range(1000 // LENGTH):
            notes = PeerNotes()
            for _ in range(LENGTH - 1):
                notes.note("x" * 80)
            batch.append(notes)
        app.save(*batch)


def append_rate(app: PeerApplication, callers: int, times: int) -> float:
    """Operations in a second."""
    started = time.perf_counter()
    with ThreadPoolExecutor(callers) as pool:
        list(pool.map(lambda _: app.work(times, "x" * 80), range(callers)))
    return callers * times / (time.perf_counter() - started)


def replay_rate(app: PeerApplication, events: int) -> float:
    """Events read from the log, mapped and folded, in a second."""
    aggregates: dict[Any, Any] = {}
    started, seen, start = time.perf_counter(), 0, 1
    while seen < events:
        notifications = app.recorder.select_notifications(start=start, limit=5000)
        if not notifications:
            break
        for notification in notifications:
            mapped: Any = app.mapper.to_domain_event(notification)
            aggregates[mapped.originator_id] = mapped.mutate(aggregates.get(mapped.originator_id))
        seen += len(notifications)
        start = notifications[-1].id + 1
    return seen / (time.perf_counter() - started)
