"""Recomputes every hash of a store and names the first event that does not fit (decision 5).

Finds an edited body or envelope, a deleted event in the middle or at the end, a deleted stream, swapped events, a recomputed stream, and, by the
signed heads, a recomputed tail of the whole store.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared.database import Database
from shared.eventstore.chain import START, content, link
from shared.eventstore.earlier_heads import FIRST_RELEASE, SignedHead, is_of_first_release
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.signing import fits, recorded_keys, trusted
from shared.keys import Keys
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
        return _broken(wrong, event) if wrong else None


@dataclass(frozen=True, slots=True)
class Verified:
    """How many events were checked, in how many streams, and what was found first. Where one stream was asked for: how many are in it."""

    service: str
    events: int
    streams: int
    broken: Broken | None


async def verify_store(database: Database, keys: Keys, *, stream: str | None = None) -> Verified:
    """Recomputes a whole store; with `stream`, reports only what touches that stream (the store's chain is walked all the same).

    keys: of the store's service.
    """
    heads = await _heads(database, keys)
    verifier = Verifier()
    broken: Broken | None = None
    async for event in _events(PostgresEventStore(database)):
        found = verifier.check(event) or heads.check(event)
        if found and (stream is None or event.stream == stream):
            broken = found
            break
    if broken is None:
        broken = await _check_end(database, verifier, heads)
    if stream is None:
        return Verified(database.service, verifier.count, len(verifier.streams), broken)
    version, _ = verifier.streams.get(stream, (0, b""))
    return Verified(database.service, version, int(version > 0), broken)


async def _events(store: PostgresEventStore) -> AsyncIterator[Recorded]:
    position = 0
    while events := await store.read_after(position, limit=PAGE):
        for event in events:
            yield event
        position = events[-1].position


@dataclass(frozen=True, slots=True)
class _Heads:
    """What was signed, by position; and whose signatures are believed. first: the first release's token key where it is still held."""

    service: str
    signed: dict[int, list[SignedHead]]
    public: dict[str, Ed25519PublicKey]
    first: bytes | None

    def check(self, event: Recorded) -> Broken | None:
        """What is wrong with the signatures of the head that this event was, if anything."""
        signed = self.signed.get(event.position, [])
        checked = [fitting for each in signed if (fitting := self._fits(each)) is not None]
        if signed and not checked:
            return _broken("the head up to here is signed with a key that nobody vouches for", event)
        if not all(checked) or any(each.store_hash != event.store_hash for each in signed):
            return _broken("the history up to here is not the one that was signed", event)
        return None

    def _fits(self, head: SignedHead) -> bool | None:
        """None where it cannot be known: the key is gone, or nobody vouches for it."""
        if head.key == FIRST_RELEASE:
            return is_of_first_release(self.first, self.service, head) if self.first else None
        public = self.public.get(head.key)
        return fits(public, self.service, head.position, head.store_hash, head.signature) if public else None


async def _heads(database: Database, keys: Keys) -> _Heads:
    async with database.connection() as connection:
        rows: Sequence[tuple[int, bytes, bytes, str]] = await (
            await connection.execute("SELECT position, store_hash, signature, key FROM signed_head")
        ).fetchall()
    signed: dict[int, list[SignedHead]] = defaultdict(list)
    for row in rows:
        signed[row[0]].append(SignedHead(*row))
    public = trusted(database.service, keys.held("head"), await recorded_keys(database))
    return _Heads(database.service, signed, public, keys.first_release())


def _broken(what: str, event: Recorded) -> Broken:
    return Broken(what, event.position, str(event.id), event.stream, event.version)


async def _check_end(database: Database, verifier: Verifier, heads: _Heads) -> Broken | None:
    """The last event must be where the store's head and the last signature say."""
    async with database.connection() as connection:
        row = await (await connection.execute("SELECT position, store_hash FROM store_head")).fetchone()
    head = int(row[0]) if row else 0
    newest = max([head, *heads.signed], default=0)
    if verifier.position < newest:
        return Broken(f"the last {newest - verifier.position} events are missing", verifier.position + 1, None, None, None)
    if row and head == verifier.position and bytes(row[1]) != verifier.store_hash:
        return Broken("the store's head does not fit its last event", head, None, None, None)
    return None
