"""A poison message parks its ordering key only. Later events of the key queue behind it in a table; all others go on (decision 13).

A row identifies the event and never holds its content.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.database import Database
from shared.message import Recorded


@dataclass(frozen=True, slots=True)
class ParkedEvent:
    """A parked event. tries: attempts before it was parked; 0 if it queues behind another event of its key."""

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
        """Parked events in order, of one source and one key if given."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                "SELECT consumer, source, partition, key, position, event_id, type, tries, error, parked_at FROM parked"
                " WHERE (%s::text IS NULL OR source = %s) AND (%s::text IS NULL OR key = %s) ORDER BY source, position",
                (source, source, key, key),
            )
            return [ParkedEvent(*row) for row in await cursor.fetchall()]

    async def keys(self, consumer: str, source: str) -> set[str]:
        """Keys with parked events."""
        async with self._database.statement() as connection:
            cursor = await connection.execute("SELECT DISTINCT key FROM parked WHERE consumer = %s AND source = %s", (consumer, source))
            return {row[0] for row in await cursor.fetchall()}

    async def park(self, consumer: str, source: str, event: Recorded, tries: int, error: str) -> None:
        """Parks an event. Parking it again changes nothing."""
        async with self._database.statement() as connection:
            await connection.execute(
                "INSERT INTO parked VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (consumer, source, event.partition, event.key, event.position, event.id, event.type, tries, error),
            )

    async def queue_behind(self, consumer: str, source: str, event: Recorded) -> bool:
        """Parks the event if its key still has parked events. Returns whether it is parked now, also by a run that was killed."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                "WITH queued AS (INSERT INTO parked SELECT %s, %s, %s, %s, %s, %s, %s, 0, 'behind'"
                " WHERE EXISTS (SELECT FROM parked WHERE consumer = %s AND source = %s AND key = %s) ON CONFLICT DO NOTHING)"
                " SELECT FROM parked WHERE consumer = %s AND source = %s AND key = %s LIMIT 1",
                (consumer, source, event.partition, event.key, event.position, event.id, event.type, *(consumer, source, event.key) * 2),
            )
            return cursor.rowcount > 0

    async def release(self, parked: ParkedEvent) -> None:
        """Removes an event that was applied."""
        async with self._database.statement() as connection:
            await connection.execute(
                "DELETE FROM parked WHERE consumer = %s AND source = %s AND position = %s",
                (parked.consumer, parked.source, parked.position),
            )
