"""The event store on PostgreSQL. One function writes; concurrent appends share one call, and concurrent loads one query (decision 3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, LiteralString, cast
from uuid import UUID

import psycopg
from psycopg import sql

from shared.database import Database
from shared.errors import Fault, Invalid, Unavailable
from shared.eventstore.appending import as_json, outcome_of
from shared.eventstore.batching import Batcher
from shared.eventstore.doorbell import Doorbell
from shared.eventstore.partition import PARTITIONS
from shared.eventstore.states import Loaded, States
from shared.eventstore.store import Conflict, Entry, Item, Journaling, Outcome, Page, Repeated, Stored
from shared.eventstore.tail import Tail
from shared.message import Recorded
from shared.tracing import traces

_COLUMNS = sql.SQL(
    "id, stream, version, position, partition, previous, key, type, schema_version, body, public, school, actor, happened_at, recorded_at, "
    "correlation, causation, previous_hash, hash, previous_store_hash, store_hash"
)
_STREAM = sql.SQL(
    "SELECT {} FROM event WHERE stream = %s AND version > %s AND (%s::int IS NULL OR version <= %s)"
    " AND (%s::timestamptz IS NULL OR recorded_at <= %s) ORDER BY version"
).format(_COLUMNS)
_EVENT = sql.SQL("SELECT {} FROM event WHERE id = %s").format(_COLUMNS)
_OF_TYPES = sql.SQL("SELECT {} FROM event WHERE position > %s AND position <= %s AND type = ANY (%s) ORDER BY position").format(_COLUMNS)
_ENTRIES = (
    "SELECT kept.* FROM unnest(%s::text[], %s::int[]) AS wanted (name, after), LATERAL ("
    "SELECT stream, version, position, type, schema_version, body FROM event"
    " WHERE stream = wanted.name AND version > wanted.after ORDER BY version) kept"
)
_PAGE: LiteralString = (
    "SELECT max(position), array_agg(stream ORDER BY position), array_agg(CASE WHEN type = ANY(%(types)s) THEN type END ORDER BY position), "
    "array_agg(CASE WHEN type = ANY(%(types)s) THEN schema_version END ORDER BY position), array_agg(body ORDER BY position) "
    "FROM (SELECT position, stream, type, schema_version, body FROM event WHERE position > %(position)s ORDER BY position LIMIT %(limit)s) page"
)
_entry, _recorded = partial(tuple.__new__, Entry), partial(tuple.__new__, Recorded)
"""`_make` without its Python frame, because every event that is loaded or read makes one."""

_OUTAGES = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.InsufficientResources,
)


class PostgresEventStore:
    """`EventStore` over `Database`. partitions: fixed per deployment. journal: has what must outlive a restore before it is acknowledged."""

    def __init__(self, database: Database, *, partitions: int = PARTITIONS, journal: Journaling | None = None) -> None:
        self.database, self.partitions, self._journal = database, partitions, journal
        self.doorbell, self._tail, self._states = Doorbell(), Tail(partitions), States()
        self._appends: Batcher[Item, Outcome] = Batcher(self._append_batch, most=128, halved=8)
        self._loads: Batcher[tuple[str, int], list[Entry]] = Batcher(self._load_batch, most=128)

    async def append(self, item: Item) -> Outcome:
        self._refuse_unstorable(item)
        outcome = await self._appends.submit(item)
        if isinstance(outcome, Stored):
            for write in item.writes:
                traces.stored(self.database.service, write.stream, write.events)
        if isinstance(outcome, Stored) and not item.quiet:
            self.doorbell.ring()
        if self._journal:
            await self._journal.acknowledge(self, item, outcome)
        return outcome

    @property
    def outages(self) -> int:
        return self.database.outages

    def known(self, stream: str) -> Loaded[Any] | None:
        found = self._states.known(stream)
        return found if found and found.outages == self.outages else None

    async def to_build_on(self, stream: str) -> Loaded[Any] | None:
        if self._journal:
            await self._journal.require(self, stream)
        return self.known(stream)

    def remember(self, loaded: Loaded[Any]) -> None:
        self._states.keep(loaded)

    async def entries(self, stream: str, *, after: int = 0) -> list[Entry]:
        if self._journal:
            await self._journal.require(self, stream)
        before = self.outages
        found = await self._loads.submit((stream, after))
        if after and self.outages != before:
            raise Unavailable(f"the database of {self.database.service} went away meanwhile; try again")
        return found

    async def entries_of(self, after: Mapping[str, int]) -> dict[str, list[Entry]]:
        if self._journal:
            for stream in after:
                await self._journal.require(self, stream)
        before = self.outages
        found = dict(zip(after, await self._load_batch(list(after.items())), strict=True))
        if any(after.values()) and self.outages != before:
            raise Unavailable(f"the database of {self.database.service} went away meanwhile; try again")
        return found

    async def streams(self, prefix: str) -> list[str]:
        query: LiteralString = "SELECT DISTINCT stream FROM event WHERE stream >= %s AND stream < %s ORDER BY stream"
        async with self.database.statement() as connection:
            rows = await (await connection.execute(query, (prefix, prefix[:-1] + chr(ord(prefix[-1]) + 1)))).fetchall()
        return [row[0] for row in rows]

    async def replay(self, position: int, *, types: Collection[str] = (), limit: int = 5000) -> Page | None:
        """Fetches the page as one row with an array for each column. This takes the driver less than half of the work of many rows, and the server
        prepares the whole page while the previous one is folded; rows would wait for the socket.
        """
        async with self.database.statement() as connection:
            wanted = {"position": position, "types": list(types), "limit": limit}
            columns = await (await connection.cursor(binary=True).execute(_PAGE, wanted)).fetchone()
        return Page(*columns) if columns and columns[0] else None

    async def read_stream(
        self, stream: str, *, after: int = 0, until_version: int | None = None, recorded_by: datetime | None = None
    ) -> list[Recorded]:
        return await self._read(_STREAM, (stream, after, until_version, until_version, recorded_by, recorded_by))

    async def read_after(self, position: int, *, limit: int = 500, partition: int | None = None, public: bool = False) -> list[Recorded]:
        wanted = (position,) if partition is None else (position, partition)
        return await self._read(_after(limit, one_partition=partition is not None, public=public), wanted)

    async def read_types(self, types: Collection[str], after: int, upto: int) -> list[Recorded]:
        return await self._read(_OF_TYPES, (after, upto, list(types)))

    async def follow(self, position: int, *, limit: int = 500, public: bool = False) -> list[Recorded]:
        known = self._tail.after(position, limit=limit, public=public)
        return await self.read_after(position, limit=limit, public=public) if known is None else known

    async def head(self, *, partition: int | None = None, public: bool = False) -> int:
        if partition is not None and public:
            query: LiteralString = "SELECT position FROM partition_head WHERE partition = %s"
            found = await self._one(query, (partition,))
        else:
            wanted = (partition,) if partition is not None else ()
            found = await self._one(_head(one_partition=partition is not None, public=public), wanted)
        return int(found[0]) if found and found[0] else 0

    async def find(self, event_id: UUID) -> Recorded | None:
        found = await self._read(_EVENT, (event_id,))
        return found[0] if found else None

    async def repeated(self, scope: str, key: str) -> Repeated | None:
        query: LiteralString = "SELECT position, recorded_at, fingerprint, answer FROM idempotency WHERE scope = %s AND key = %s"
        found = await self._one(query, (scope, key))
        return Repeated(*found) if found else None

    async def checkpoint(self, consumer: str, source: str, partition: int) -> int:
        query: LiteralString = "SELECT position FROM checkpoint WHERE consumer = %s AND source = %s AND partition = %s"
        found = await self._one(query, (consumer, source, partition))
        return int(found[0]) if found else 0

    async def _read(self, query: bytes | sql.Composed, wanted: Sequence[object]) -> list[Recorded]:
        async with self.database.statement() as connection:
            rows = await (await connection.cursor(binary=True).execute(query, wanted)).fetchall()
        return [_recorded(row) for row in rows]

    async def _one(self, query: LiteralString | bytes, wanted: Sequence[object]) -> Any:
        async with self.database.statement() as connection:
            return await (await connection.execute(query, wanted)).fetchone()

    async def _load_batch(self, wanted: Sequence[tuple[str, int]]) -> list[list[Entry]]:
        """Reads each stream through its own index entries, whatever the planner assumes about a table that has just begun to grow."""
        least: dict[str, int] = {}
        for stream, after in wanted:
            least[stream] = min(after, least.get(stream, after))
        async with self.database.statement() as connection:
            rows = await (await connection.cursor(binary=True).execute(_ENTRIES, (list(least), list(least.values())))).fetchall()
        found: dict[str, list[Entry]] = {}
        for row in rows:
            found.setdefault(row[0], []).append(_entry(row))
        return [found.get(stream, [])[after - least[stream] :] for stream, after in wanted]

    async def _append_batch(self, items: Sequence[Item]) -> list[Outcome | BaseException]:
        try:
            return list(await self._call(items))
        except _OUTAGES:
            return [await self._after_outage(item) for item in items]
        except psycopg.Error:
            return [await self._alone(item) for item in items]  # one bad item must not fail the others

    async def _call(self, items: Sequence[Item]) -> list[Outcome]:
        text = as_json(items, self.partitions)
        async with self.database.raw() as connection:
            found = await (await connection.execute("SELECT append_batch(%s::text::jsonb)", (text,))).fetchone()
        return [self._told(item, result) for item, result in zip(items, cast("Any", found)[0], strict=True)]

    def _told(self, item: Item, result: dict[str, Any]) -> Outcome:
        outcome = outcome_of(result)
        if isinstance(outcome, Stored):
            self._tail.add(item, outcome, result["previous"])
            for write in item.writes:
                if write.after:
                    self.remember(write.after)
        elif isinstance(outcome, Conflict):
            self._states.forget(outcome.stream)
        return outcome

    async def _alone(self, item: Item) -> Outcome | BaseException:
        try:
            return (await self._call([item]))[0]
        except _OUTAGES:
            return await self._after_outage(item)
        except psycopg.Error as error:
            return Invalid(Fault("", "not-storable"), message=f"the store refuses this item: {type(error).__name__}")

    async def _after_outage(self, item: Item) -> Outcome | BaseException:
        """The outcome is unknown. If the first event of every write is found, the whole item was stored."""
        self._tail.forget()  # after a restore or a failover, other events may have these positions
        unknown = Unavailable(f"the database of {self.database.service} does not answer; nothing was acknowledged, try again")
        try:
            kept = [await self.find(write.events[0].id) for write in item.writes if write.events]
        except (Unavailable, psycopg.Error):
            return unknown
        found = [each for each in kept if each]
        return Stored(found[0].position, found[0].recorded_at) if found and len(found) == len(kept) else unknown

    @staticmethod
    def _refuse_unstorable(item: Item) -> None:
        """Refuses NUL and lone surrogates, because one would fail the whole batch."""
        for write in item.writes:
            for event in write.events:
                text = f"{write.stream}{event.body}{event.key}{event.actor}{event.school}"
                if "\x00" in text or (not text.isascii() and _lone_surrogate(text)):
                    raise Invalid(Fault("", "unstorable-character"))


@lru_cache
def _after(limit: int, *, one_partition: bool, public: bool) -> bytes:
    """The limit is a literal, because the planner would sort all public events each time if it did not know it."""
    query = sql.SQL("SELECT {} FROM event WHERE position > %s {} ORDER BY position LIMIT {}")
    return query.format(_COLUMNS, _narrowed(one_partition=one_partition, public=public), limit).as_bytes()


@lru_cache
def _head(*, one_partition: bool, public: bool) -> bytes:
    query = sql.SQL("SELECT max(position) FROM event WHERE true {}")
    return query.format(_narrowed(one_partition=one_partition, public=public)).as_bytes()


def _narrowed(*, one_partition: bool, public: bool) -> sql.Composed:
    """Takes the partition as a value where one is wanted."""
    return sql.SQL("{}{}").format(sql.SQL("AND public " if public else ""), sql.SQL("AND partition = %s" if one_partition else ""))


def _lone_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
