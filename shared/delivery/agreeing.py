"""Whether a source still tells what was read of it: a history that was cut, and then written anew, has other events at positions that were read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from shared.database import Database
from shared.delivery.feed import FeedClient

_READ = """
SELECT partition, position, event, event_recorded_at FROM checkpoint
WHERE consumer = %s AND source = %s AND event_position = position AND event IS NOT NULL ORDER BY partition
"""


class LastRead(NamedTuple):
    """The event at a checkpoint. recorded_at: by its owner. An id alone does not tell two histories apart, because ids are derived from causes."""

    partition: int
    position: int
    event: UUID
    recorded_at: datetime


async def last_read(database: Database, consumer: str, source: str) -> Sequence[LastRead]:
    """Of each partition where the checkpoint knows it. Raises: Unavailable."""
    async with database.statement() as connection:
        rows = await (await connection.execute(_READ, (consumer, source))).fetchall()
    return [LastRead(*row) for row in rows]


async def told_otherwise(feed: FeedClient, read: Sequence[LastRead], epoch: UUID) -> bool | None:
    """Whether the source has another event where one of these was; None where it is in another epoch, whose positions say nothing of these.

    Raises: Unavailable.
    """
    for each in read:
        page = await feed.at(each.partition, each.position)
        if page.epoch != epoch:
            return None
        there = [(found.id, found.recorded_at) for found in page.events]
        if page.head >= each.position and there != [(each.event, each.recorded_at)]:
            return True
    return False
