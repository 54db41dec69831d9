"""Recomputes every hash of a store and names the first event that does not fit (decision 5).

Finds an edited body or envelope, a deleted event in the middle or at the end, a deleted stream, swapped events, a recomputed stream, and, by the
signed heads, a recomputed tail of the whole store.
"""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from shared.database import Database
from shared.eventstore.chain import START, content, link
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.signing import sign
from shared.message import Recorded

PAGE = 2000


@dataclass(frozen=True, slots=True)
class Broken:
    """The first thing that does not fit. event: its id, None where it is missing altogether."""

    what: str
    position: int
    event: str | None
    stream: str | None
    version: int | None

    def __str__(self) -> str:
        where = f"event {self.event} ({self.stream} version {self.version}, position {self.position})" if self.event else f"position {self.position}"
        return f"{self.what}: {where}"


@dataclass(slots=True)
class Verifier:
    """Checks events one after another, in position order."""

    position: int = 0
    store_hash: bytes = START
    streams: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    count: int = 0

    def check(self, event: Recorded) -> Broken | None:
        """What is wrong with this event, if anything."""
        digest = content(event)
        version, stream_hash = self.streams.get(event.stream, (0, START))
        reasons = (
            (event.position != self.position + 1, "an event before this one is missing"),
            (event.version != version + 1, "an event of this stream before this one is missing or swapped"),
            (event.hash != link(event.previous_hash, digest), "the event was edited"),
            (event.previous_hash != stream_hash, "the event does not follow its stream's event before"),
            (event.store_hash != link(event.previous_store_hash, digest), "the event was edited and its stream recomputed"),
            (event.previous_store_hash != self.store_hash, "the event does not follow the store's event before"),
        )
        wrong = next((reason for is_wrong, reason in reasons if is_wrong), None)
        self.position, self.store_hash = event.position, event.store_hash
        self.streams[event.stream] = (event.version, event.hash)
        self.count += 1
        return Broken(wrong, event.position, str(event.id), event.stream, event.version) if wrong else None


@dataclass(frozen=True, slots=True)
class Verified:
    """How many events were checked, in how many streams, and what was found first."""

    service: str
    events: int
    streams: int
    broken: Broken | None


async def verify_store(database: Database, key: bytes, *, stream: str | None = None) -> Verified:
    """Recomputes a whole store; with `stream`, reports only what touches that stream (the store's chain is walked all the same)."""
    signatures = await _signatures(database)
    verifier = Verifier()
    broken: Broken | None = None
    async for event in _events(PostgresEventStore(database)):
        found = verifier.check(event) or _check_signature(event, signatures, key, database.service)
        if found and (stream is None or event.stream == stream):
            broken = found
            break
    if broken is None:
        broken = await _check_end(database, verifier, signatures)
    return Verified(database.service, verifier.count, len(verifier.streams), broken)


async def _events(store: PostgresEventStore) -> AsyncIterator[Recorded]:
    position = 0
    while events := await store.read_after(position, limit=PAGE):
        for event in events:
            yield event
        position = events[-1].position


async def _signatures(database: Database) -> dict[int, tuple[bytes, bytes]]:
    async with database.connection() as connection:
        rows: Sequence[tuple[int, bytes, bytes]] = await (
            await connection.execute("SELECT position, store_hash, signature FROM signed_head ORDER BY position")
        ).fetchall()
    return {position: (store_hash, signature) for position, store_hash, signature in rows}


def _check_signature(event: Recorded, signatures: dict[int, tuple[bytes, bytes]], key: bytes, service: str) -> Broken | None:
    if event.position not in signatures:
        return None
    store_hash, signature = signatures[event.position]
    ours = hmac.compare_digest(signature, sign(key, service, event.position, store_hash))
    if ours and store_hash == event.store_hash:
        return None
    return Broken("the history up to here is not the one that was signed", event.position, str(event.id), event.stream, event.version)


async def _check_end(database: Database, verifier: Verifier, signatures: dict[int, tuple[bytes, bytes]]) -> Broken | None:
    """The last event must be where the store's head and the last signature say."""
    async with database.connection() as connection:
        row = await (await connection.execute("SELECT position, store_hash FROM store_head")).fetchone()
    head = int(row[0]) if row else 0
    newest = max([head, *signatures], default=0)
    if verifier.position < newest:
        return Broken(f"the last {newest - verifier.position} events are missing", verifier.position + 1, None, None, None)
    if row and head == verifier.position and bytes(row[1]) != verifier.store_hash:
        return Broken("the store's head does not fit its last event", head, None, None, None)
    return None
