"""Who read content, when and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from shared.database import Database

SUMMONS_READ = "summons"
"""What a guardian opened on their own page: a letter to them, and nothing else of the case."""


async def record_read(database: Database, reader: str, subject: str, what: str, version: int, reason: str | None = None) -> None:
    """Every read of content is itself recorded, before the content leaves (domain.md, Who is who).

    subject: id of the case or the group. reason: of whoever had to say why.
    """
    async with database.acting_as("reads").statement() as connection:
        await connection.execute(
            "INSERT INTO read_log (reader, case_id, what, version, reason) VALUES (%s, %s, %s, %s, %s)", (reader, subject, what, version, reason)
        )


async def record_reads(database: Database, reader: str, subjects: Mapping[str, int], what: str) -> None:
    """The same for many cases at once, such as a list that leaves as a file. subjects: ids of cases, each with its version."""
    async with database.acting_as("reads").statement() as connection:
        await connection.execute(
            "INSERT INTO read_log (reader, case_id, what, version)"
            " SELECT %s, t.case_id, %s, t.version FROM unnest(%s::text[], %s::int[]) t(case_id, version)",
            (reader, what, list(subjects), list(subjects.values())),
        )


async def reads_of(database: Database, subject: str, most: int) -> list[tuple[str, datetime, str | None, str]]:
    """Who read content, when last, why if they had to say so, and what it was: each person once, the newest first."""
    query = (
        "SELECT reader, read_at, reason, what FROM (SELECT DISTINCT ON (reader) reader, read_at, reason, what FROM read_log WHERE case_id = %s"
        " ORDER BY reader, read_at DESC) AS each ORDER BY read_at DESC LIMIT %s"
    )
    async with database.acting_as("reads").statement() as connection:
        cursor = await connection.execute(query, (subject, most))
        rows: list[tuple[str, datetime, str | None, str]] = await cursor.fetchall()
    return rows
