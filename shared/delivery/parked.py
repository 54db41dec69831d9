"""Poison parks an ordering key, not the world: that key's later events queue behind it in a table, all others flow (decision 13).

A row says which event it is, never what it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.database import Database
from shared.message import Recorded


@dataclass(frozen=True, slots=True)
class ParkedEvent:
    """One parked event. tries: attempts before it was parked; 0 for one that queues behind another of its key."""

    consumer: str
    source: str
    partition: int
    key: str
    position: int
    event_id: UUID
    type: str
    tries: int
    error: str
    parked_at: datetime


class ParkingLot:
    """The parked events of one service."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, *, source: str | None = None, key: str | None = None) -> list[ParkedEvent]:
        """In order; of one source and key where asked."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                "SELECT consumer, source, partition, key, position, event_id, type, tries, error, parked_at FROM parked"
                " WHERE (%s::text IS NULL OR source = %s) AND (%s::text IS NULL OR key = %s) ORDER BY source, position",
                (source, source, key, key),
            )
            return [ParkedEvent(*row) for row in await cursor.fetchall()]

    async def keys(self, consumer: str, source: str) -> set[str]:
        """Keys that have something parked."""
        async with self._database.statement() as connection:
            cursor = await connection.execute("SELECT DISTINCT key FROM parked WHERE consumer = %s AND source = %s", (consumer, source))
            return {row[0] for row in await cursor.fetchall()}

    async def park(self, consumer: str, source: str, event: Recorded, tries: int, error: str) -> None:
        """Parks the event; parking it again changes nothing."""
        async with self._database.statement() as connection:
            await connection.execute(
                "INSERT INTO parked VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (consumer, source, event.partition, event.key, event.position, event.id, event.type, tries, error),
            )

    async def queue_behind(self, consumer: str, source: str, event: Recorded) -> bool:
        """Parks the event if its key has something parked still; says whether it stands there, also from before a kill."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                "WITH queued AS (INSERT INTO parked SELECT %s, %s, %s, %s, %s, %s, %s, 0, 'behind'"
                " WHERE EXISTS (SELECT FROM parked WHERE consumer = %s AND source = %s AND key = %s) ON CONFLICT DO NOTHING)"
                " SELECT FROM parked WHERE consumer = %s AND source = %s AND key = %s LIMIT 1",
                (consumer, source, event.partition, event.key, event.position, event.id, event.type, *(consumer, source, event.key) * 2),
            )
            return cursor.rowcount > 0

    async def release(self, parked: ParkedEvent) -> None:
        """The event was applied."""
        async with self._database.statement() as connection:
            await connection.execute(
                "DELETE FROM parked WHERE consumer = %s AND source = %s AND position = %s",
                (parked.consumer, parked.source, parked.position),
            )
