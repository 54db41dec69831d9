"""Which streams a store has."""

from __future__ import annotations

from shared.database import Database

_AFTER_ALL = "\x7f"
"""Comes after every character of a stream's name."""


async def streams_beginning(database: Database, beginning: str, *, limit: int) -> list[str]:
    """The names of the streams that begin so, in order, at most `limit` of them. Raises: Unavailable."""
    async with database.connection() as connection:
        rows = await connection.execute(
            "SELECT DISTINCT stream FROM event WHERE stream >= %s AND stream < %s ORDER BY stream LIMIT %s",
            (beginning, beginning + _AFTER_ALL, limit),
        )
        return [str(stream) for (stream,) in await rows.fetchall()]
