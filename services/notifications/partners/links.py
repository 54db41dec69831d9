"""The links of referrals: 128 bits that say nothing, each for one task. Only hashes are kept."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from services.notifications.links import hash_of
from shared.database import Database
from shared.keys import Keys

UNDER = "/notifications/r/"
"""Where a link leads, before its token."""

HOLDS = timedelta(days=30)
LETTER_HOLDS = timedelta(days=180)
"""A letter is answered from a desk where it lies for a while; the code that it needs stands nowhere on it."""

_KEEP = (
    "INSERT INTO task_link_v1 (token_hash, task, number, until) VALUES (%s, %s, %s, %s) ON CONFLICT (token_hash)"
    " DO UPDATE SET until = greatest(task_link_v1.until, excluded.until)"
)
"""The token of a letter is always the same one: followed again it holds anew, and nothing makes it end earlier."""

_FIND = "SELECT task, number, until FROM task_link_v1 WHERE token_hash = %s"


@dataclass(frozen=True, slots=True)
class TaskLinkRow:
    """number: of the mailed link, None of the one on the letter. until: when it ends by itself."""

    task: str
    number: int | None
    until: datetime


@dataclass(frozen=True, slots=True)
class TaskLinks:
    """Makes links and finds their tasks."""

    database: Database
    keys: Keys

    async def make(self, task: str, number: int, now: datetime) -> str:
        """The token of a mailed link; the same for every attempt under one key. It is kept before anybody can have it. Raises: Unavailable."""
        token = hmac.digest(self.keys.active("link").value, f"task|{task}|{number}".encode(), sha256).hex()[:32]
        await self.keep(hash_of(token), TaskLinkRow(task, number, now + HOLDS))
        return token

    async def make_for_letter(self, task: str, now: datetime) -> str:
        """The token behind the letter's QR code; no mailed link replaces it. Raises: Unavailable."""
        token = hmac.digest(self.keys.active("link").value, f"letter|{task}".encode(), sha256).hex()[:32]
        await self.keep(hash_of(token), TaskLinkRow(task, None, now + LETTER_HOLDS))
        return token

    async def keep(self, token_hash: bytes, row: TaskLinkRow) -> None:
        """Raises: Unavailable."""
        async with self.database.acting_as("links").statement() as connection:
            await connection.execute(_KEEP, (token_hash, row.task, row.number, row.until))

    async def find(self, token: str) -> TaskLinkRow | None:
        """Where a token leads. Raises: Unavailable."""
        async with self.database.acting_as("links").statement() as connection:
            row = await (await connection.execute(_FIND, (hash_of(token),))).fetchone()
        return TaskLinkRow(*row) if row else None
