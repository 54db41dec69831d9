"""The peer: the `eventsourcing` library 9.5 on the same PostgreSQL, threaded and pooled. Neither hashes nor seals.

For appending it notes plain text. For replaying its events carry what ours carry (a number and a sealed value), so that both read and decode
the same amount.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import JSONTranscoder, Transcoding

from district.embedded.postgres import Postgres
from shared.sealed import Sealed

LENGTH = 10

PAGE = 5000
"""How many events a replay reads at once. The library's own default is ten, with which it would mostly wait for the server."""


class PeerNotes(Aggregate):
    """The peer's aggregate: it notes one plain text."""

    def __init__(self) -> None:
        self.count = 0

    @event("Noted")
    def note(self, text: str) -> None:
        self.count += len(text) > 0


class PeerSealedNotes(Aggregate):
    """The aggregate that is replayed. Its created event carries a note, too, because every event of ours carries one."""

    @event("Opened")
    def __init__(self, number: int, text: Sealed) -> None:  # noqa: ARG002 - only counted, as ours are
        self.count = 1

    @event("Noted")
    def note(self, number: int, text: Sealed) -> None:  # noqa: ARG002
        self.count += 1


class SealedAsDict(Transcoding):
    """Tells the library how to store the value type. Read back, it is the same validated class as ours."""

    type = Sealed
    name = "sealed"

    def encode(self, obj: Sealed) -> dict[str, str]:
        return dict(obj)

    def decode(self, data: dict[str, str]) -> Sealed:
        return Sealed.model_validate(data)


class PeerApplication(Application[Any]):
    """Loads, decides and saves."""

    def register_transcodings(self, transcoder: JSONTranscoder) -> None:
        super().register_transcodings(transcoder)
        transcoder.register(SealedAsDict())

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


def application(postgres: Postgres) -> PeerApplication:
    """Connects over the socket of our PostgreSQL, as its administrator."""
    return PeerApplication(
        env={
            "PERSISTENCE_MODULE": "eventsourcing.postgres", "POSTGRES_DBNAME": "postgres", "POSTGRES_HOST": str(postgres.sockets),
            "POSTGRES_PORT": "5432",
            "POSTGRES_USER": "postgres", "POSTGRES_PASSWORD": postgres.password, "POSTGRES_POOL_SIZE": "32", "POSTGRES_MAX_OVERFLOW": "0",
        }
    )  # fmt: skip


def fill(app: PeerApplication, events: int, text: Sealed) -> int:
    """Writes as many events as ours, in aggregates of the same length. This is not measured. Gives the position of the first one."""
    first = (app.recorder.max_notification_id() or 0) + 1
    for _ in range(events // 1000):
        batch = []
        for _ in range(1000 // LENGTH):
            notes = PeerSealedNotes(0, text)
            for number in range(1, LENGTH):
                notes.note(number, text)
            batch.append(notes)
        app.save(*batch)
    return first


def append_rate(app: PeerApplication, callers: int, times: int) -> float:
    """Operations per second."""
    started = time.perf_counter()
    with ThreadPoolExecutor(callers) as pool:
        list(pool.map(lambda _: app.work(times, "x" * 80), range(callers)))
    return callers * times / (time.perf_counter() - started)


def replay_rate(app: PeerApplication, start: int, events: int) -> float:
    """Events per second that are read from the log, mapped and folded. start: the position that `fill` gave."""
    aggregates: dict[Any, Any] = {}
    started, seen = time.perf_counter(), 0
    while seen < events:
        notifications = app.recorder.select_notifications(start=start, limit=PAGE)
        if not notifications:
            break
        for notification in notifications:
            mapped: Any = app.mapper.to_domain_event(notification)
            aggregates[mapped.originator_id] = mapped.mutate(aggregates.get(mapped.originator_id))
        seen += len(notifications)
        start = notifications[-1].id + 1
    took = time.perf_counter() - started
    assert sum(notes.count for notes in aggregates.values()) == seen
    return seen / took
