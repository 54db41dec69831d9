"""Three services without what is theirs: each tells and keeps its journal, and hears whom it reads. Stores, relays, readers and Redis are the real ones."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import orjson
import psycopg

from services.notifications.domain.register import HomeMarkedUnsafe
from shared.clock import FixedClock
from shared.database import Database
from shared.delivery.feed import FeedClient
from shared.delivery.relay import Relay
from shared.delivery.subscription import Subscription
from shared.events import READERS
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.store import Checkpoint, EventStore, Item, Outcome, Stored, Write
from shared.heartbeat import Heartbeats
from shared.journal import Following, Journal
from shared.keys import SERVICES, Service
from shared.message import Recorded, derived_id
from shared.running import Part
from tests.backups import AT
from tests.delivery.rig import PARTITIONS, StoreFeed, event, keys_of, working
from tests.keys import keys, secrets
from tests.logins import login

SECRETS = secrets()
KEYS = tuple(next(keys_of(partition)) for partition in range(PARTITIONS))
OUTLIVING = str(HomeMarkedUnsafe.model_fields["type"].default)
"""A type of event that goes to the journal, whichever store tells it."""

PAIRS = tuple((cast("Service", reader), cast("Service", source)) for source, readers in READERS.items() for reader in readers)


class Side:
    """One of the three. journal: the folder of the journal."""

    def __init__(self, url: str, service: Service, journal: Path) -> None:
        self.service, self.database = service, Database(login(url, service), service, size=6)
        self.journal = Journal(journal, self.database, keys(service, SECRETS), FixedClock(AT))
        self.store = PostgresEventStore(self.database, partitions=PARTITIONS, journal=self.journal)
        self.heartbeats = Heartbeats(self.database)

    async def tell(self, key: str, *, outliving: bool = False) -> UUID:
        """A public event in a stream of its own; its id."""
        told = event(key, type=OUTLIVING if outliving else "thing-told")
        assert isinstance(await self.store.append(Item((Write(f"told-{told.id}", 0, (told,)),))), Stored)
        return told.id


class Ears:
    """Hears one source: an event for each that is told, once, with the checkpoint in the same item."""

    def __init__(self, source: str) -> None:
        self._source = source

    def over(self, store: EventStore) -> Any:
        """The handler over a store or a unit of work."""
        return lambda told, checkpoint: self._hear(told, checkpoint, store)

    async def _hear(self, told: Recorded, checkpoint: Checkpoint | None, store: EventStore) -> Outcome | None:
        stream = f"heard-{self._source}-{told.key}"
        before = await store.entries(stream)
        if any(orjson.loads(each.body)["of"] == str(told.id) for each in before):
            return None
        body = orjson.dumps({"of": str(told.id), "position": told.position, "partition": told.partition}).decode()
        heard = event(told.key, body, id=derived_id(told.id, "heard"), public=False)
        return await store.append(Item((Write(stream, len(before), (heard,)),), checkpoint=checkpoint))


class OwnFeed(StoreFeed):
    def __init__(self, side: Side) -> None:
        super().__init__(side.store)
        self.source = side.service


class Three:
    """All three, over one database and one Redis."""

    def __init__(self, url: str, redis_url: str, journal: Path) -> None:
        self._redis_url = redis_url
        self.sides = {service: Side(url, service, journal) for service in SERVICES}

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Three]:
        """Connected to the database, with nothing running."""
        for side in self.sides.values():
            await side.database.open()
        try:
            yield self
        finally:
            for side in self.sides.values():
                await side.database.close()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Three]:
        """Everybody reads, relays and keeps the journal."""
        async with self.connected(), working(*self._parts()):
            yield self

    def _parts(self) -> Iterable[Part]:
        for side in self.sides.values():
            yield side.heartbeats
            yield Relay(side.store, side.database, self._redis_url, side.heartbeats, READERS[side.service])
            yield Following(side.journal, side.store, side.heartbeats)
        for reader, source in PAIRS:
            yield self._reading(self.sides[reader], self.sides[source])

    def _reading(self, reader: Side, source: Side) -> Subscription:
        feed, ears = cast("FeedClient", OwnFeed(source)), Ears(source.service)
        return Subscription(reader.service, reader.store, reader.database, self._redis_url, feed, ears.over, reader.heartbeats)


# what is there ------------------------------------------------------------------------------------------------------


def rows(url: str, query: str, *wanted: object) -> Sequence[tuple[Any, ...]]:
    """What the administrator sees."""
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode(), wanted).fetchall()


def told_by(url: str, service: str) -> Mapping[str, int]:
    """Every public event of a store, and its position."""
    return dict(rows(url, f"SELECT id::text, position FROM {service}.event WHERE public"))


def stands(url: str, service: str) -> set[str]:
    """Every event and every epoch of a store."""
    return {each for (each,) in rows(url, f"SELECT id::text FROM {service}.event UNION SELECT id::text FROM {service}.epoch")}


def heard_by(url: str, reader: str, source: str) -> Sequence[tuple[str, int]]:
    """What a reader heard of a source, in order, as often as it did: which event, and at which position it was told."""
    query = f"SELECT body::jsonb ->> 'of', (body::jsonb ->> 'position')::bigint FROM {reader}.event WHERE stream LIKE %s ORDER BY position"
    return [(of, position) for of, position in rows(url, query, f"heard-{source}-%")]


def outliving_of(url: str, service: str) -> set[str]:
    return {each for (each,) in rows(url, f"SELECT id::text FROM {service}.event WHERE type = %s", OUTLIVING)}


def as_it_stands(url: str) -> Sequence[tuple[Any, ...]]:
    """What a healing changes: where each store is, and in which epoch."""
    queries = (f"SELECT '{service}', (SELECT position FROM {service}.store_head), array_agg(e.id) FROM {service}.epoch e" for service in SERVICES)
    return rows(url, " UNION ALL ".join(queries) + " ORDER BY 1")
