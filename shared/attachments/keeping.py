"""Where sealed files lie: rows of PostgreSQL behind a port, so that a store of objects may take over. Without its key nobody reads one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from psycopg.types.json import Jsonb

from shared.attachments.boxes import Part
from shared.attachments.checks import CHECKS, FileWithheld
from shared.database import Database
from shared.sealed import Sealed

Verdict = Literal["clean", "infected", "unscanned", "unasked"]
"""What the scanner of viruses said. unscanned: it is still to answer. unasked: the district has none. infected: or one of today's
checks finds something in a file that was taken before; nobody gets it.
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """One file with its parts, each as sealed chunks that are made as they are kept. owner: whose end is its end, such as `concern-<id>`.

    key: of the file, sealed; None where it travels in events.
    """

    attachment: str
    owner: str
    verdict: Verdict
    parts: dict[Part, Iterable[bytes]]
    key: Sealed | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Of files. before: that passed older checks alone. unscanned: that wait for the scanner. withheld: that nobody gets."""

    before: int
    unscanned: int
    withheld: int

    def told(self) -> str:
        """For an operator."""
        return (
            f"{self.before} to look through again, {self.unscanned} wait for the scanner of viruses,"
            f" {self.withheld} withheld because they would not be taken today"
        )


class Waiting(Protocol):
    """What a scanner of viruses still has to look at. Raises `Unavailable` while it does not answer."""

    async def boxes(self, attachment: str, part: Part) -> list[bytes]: ...
    async def judge(self, attachment: str, verdict: Verdict) -> None: ...
    async def unscanned(self, most: int, after: str) -> list[tuple[str, str]]: ...
    async def drop(self, attachments: Sequence[str]) -> None: ...


class Looked(Protocol):
    """What passed older checks alone. Raises `Unavailable` while it does not answer."""

    async def boxes(self, attachment: str, part: Part) -> list[bytes]: ...
    async def looked_before(self, checks: int, most: int, after: str) -> list[tuple[str, str, Verdict]]: ...
    async def look_passed(self, attachment: str, verdict: Verdict, checks: int) -> None: ...
    async def drop(self, attachments: Sequence[str]) -> None: ...


class Unsettled(Protocol):
    """Files of which nobody knows yet whether an event names them. Raises `Unavailable` while it does not answer."""

    async def unsettled(self, most: int, after: str) -> list[tuple[str, str]]: ...
    async def settle(self, attachment: str) -> None: ...
    async def drop_unnamed(self, attachment: str, now: datetime, since: datetime) -> bool: ...


class Store(Waiting, Looked, Unsettled, Protocol):
    """Keeps sealed files. Raises `Unavailable` while it does not answer."""

    async def keep(self, file: Stored) -> None: ...
    async def may_leave(self, attachment: str) -> bool: ...
    async def key(self, attachment: str) -> Sealed | None: ...
    async def forget(self, owners: Sequence[str]) -> int: ...


_KEEP = "INSERT INTO attachment (attachment, owner, verdict, key, checks) VALUES (%s, %s, %s, %s, %s)"
_FORGET_ENDED = (
    "DELETE FROM attachment WHERE owner = ANY (%s) AND (key ->> 'kid')::uuid NOT IN (SELECT kid FROM keyring.open_wrapped("
    "ARRAY(SELECT DISTINCT (key ->> 'kid')::uuid FROM attachment WHERE owner = ANY (%s) AND key IS NOT NULL)) WHERE wrapped IS NOT NULL)"
)
_LOOKED_BEFORE = (
    "SELECT attachment, owner, verdict FROM attachment WHERE checks < %s AND verdict <> 'unscanned' AND attachment > %s ORDER BY attachment LIMIT %s"
)
_COUNTS = (
    "SELECT (SELECT count(*) FROM attachment WHERE checks < %s AND verdict <> 'unscanned'),"
    " (SELECT count(*) FROM attachment WHERE verdict = 'unscanned'), (SELECT count(*) FROM attachment WHERE verdict = 'infected')"
)
_UNSETTLED = "SELECT attachment, owner FROM attachment WHERE NOT settled AND attachment > %s ORDER BY attachment LIMIT %s"
_SETTLE = "UPDATE attachment SET settled = true, unnamed_at = NULL WHERE attachment = %s"
_NOTE_UNNAMED = "UPDATE attachment SET unnamed_at = %s WHERE attachment = %s AND unnamed_at IS NULL"
_DROP_UNNAMED = "DELETE FROM attachment WHERE attachment = %s AND NOT settled AND unnamed_at <= %s"


class PostgresStore:
    """`Store` in the tables `attachment` and `attachment_chunk` of a service's own schema."""

    def __init__(self, database: Database) -> None:
        self._database = database.acting_as("attachments")

    async def keep(self, file: Stored) -> None:
        """All of it or nothing. It is written before the event that tells of it: without one it is never shown."""
        async with self._database.connection() as connection:
            key = Jsonb(file.key.model_dump()) if file.key else None
            await connection.execute(_KEEP, (file.attachment, file.owner, file.verdict, key, CHECKS))
            for part, boxes in file.parts.items():
                for place, box in enumerate(boxes):  # one at a time, so that the file is not held twice
                    await connection.execute("INSERT INTO attachment_chunk VALUES (%s, %s, %s, %b)", (file.attachment, part, place, box))

    async def boxes(self, attachment: str, part: Part) -> list[bytes]:
        """In order; none where the file ended or has no such part."""
        query = "SELECT box FROM attachment_chunk WHERE attachment = %s AND part = %s ORDER BY place"
        async with self._database.statement() as connection:
            cursor = connection.cursor(binary=True)
            rows = await (await cursor.execute(query, (attachment, part))).fetchall()
        return [bytes(box) for (box,) in rows]

    async def verdict(self, attachment: str) -> Verdict | None:
        """None where there is no such file."""
        async with self._database.statement() as connection:
            row = await (await connection.execute("SELECT verdict FROM attachment WHERE attachment = %s", (attachment,))).fetchone()
        return row[0] if row else None

    async def may_leave(self, attachment: str) -> bool:
        """Whether its sealed chunks go to whoever may read it; not yet, where the scanner is still to answer. Raises: FileWithheld."""
        verdict = await self.verdict(attachment)
        if verdict == "infected":
            raise FileWithheld
        return verdict != "unscanned"

    async def counts(self) -> Counts:
        """How many files wait, and how many nobody gets."""
        async with self._database.statement() as connection:
            row = await (await connection.execute(_COUNTS, (CHECKS,))).fetchone()
        return Counts(*row) if row else Counts(0, 0, 0)

    async def looked_before(self, checks: int, most: int, after: str) -> list[tuple[str, str, Verdict]]:
        """Files that passed older checks alone, each with its owner and verdict, in the order of their ids. after: the id before the first."""
        async with self._database.statement() as connection:
            rows: list[tuple[str, str, Verdict]] = await (await connection.execute(_LOOKED_BEFORE, (checks, after, most))).fetchall()
        return rows

    async def look_passed(self, attachment: str, verdict: Verdict, checks: int) -> None:
        """It was looked through with these checks. verdict: what became of it."""
        async with self._database.statement() as connection:
            await connection.execute("UPDATE attachment SET verdict = %s, checks = %s WHERE attachment = %s", (verdict, checks, attachment))

    async def judge(self, attachment: str, verdict: Verdict) -> None:
        async with self._database.statement() as connection:
            await connection.execute("UPDATE attachment SET verdict = %s WHERE attachment = %s", (verdict, attachment))

    async def unscanned(self, most: int, after: str) -> list[tuple[str, str]]:
        """Files that wait for the scanner, each with its owner, in the order of their ids. after: the id before the first."""
        query = "SELECT attachment, owner FROM attachment WHERE verdict = 'unscanned' AND attachment > %s ORDER BY attachment LIMIT %s"
        async with self._database.statement() as connection:
            rows: list[tuple[str, str]] = await (await connection.execute(query, (after, most))).fetchall()
        return rows

    async def drop(self, attachments: Sequence[str]) -> None:
        """Of which no event tells."""
        async with self._database.statement() as connection:
            await connection.execute("DELETE FROM attachment WHERE attachment = ANY (%s)", (list(attachments),))

    async def key(self, attachment: str) -> Sealed | None:
        """The file's own key; None where it travels in events, or where there is no such file."""
        async with self._database.statement() as connection:
            row = await (await connection.execute("SELECT key FROM attachment WHERE attachment = %s", (attachment,))).fetchone()
        return Sealed.model_validate(row[0]) if row and row[0] else None

    async def unsettled(self, most: int, after: str) -> list[tuple[str, str]]:
        """Files of which no event is known yet, each with its owner, in the order of their ids. after: the id before the first."""
        async with self._database.statement() as connection:
            rows: list[tuple[str, str]] = await (await connection.execute(_UNSETTLED, (after, most))).fetchall()
        return rows

    async def settle(self, attachment: str) -> None:
        """An event names it: it is never asked about again."""
        async with self._database.statement() as connection:
            await connection.execute(_SETTLE, (attachment,))

    async def drop_unnamed(self, attachment: str, now: datetime, since: datetime) -> bool:
        """No event names it: whether it is gone, because it was so at `since` already. When that was seen first is kept, of nothing else a time."""
        async with self._database.connection() as connection:
            await connection.execute(_NOTE_UNNAMED, (now, attachment))
            return (await connection.execute(_DROP_UNNAMED, (attachment, since))).rowcount > 0

    async def forget_ended(self, owners: Sequence[str]) -> int:
        """Of these owners what lies beside a key that nobody can open any more; how many files there were."""
        async with self._database.connection() as connection:
            return (await connection.execute(_FORGET_ENDED, (list(owners), list(owners)))).rowcount

    async def forget(self, owners: Sequence[str]) -> int:
        """Everything of these owners; how many files there were."""
        async with self._database.connection() as connection:
            return (await connection.execute("DELETE FROM attachment WHERE owner = ANY (%s)", (list(owners),))).rowcount
