"""A guardian's link: 128 bits that say nothing, made when the notice leaves. Only its hash is kept, so it holds whatever key made it."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256

from shared.database import Database
from shared.keys import Keys


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links and finds their notices. Several may lead to one notice: an attempt after a rotation gives another."""

    database: Database
    keys: Keys

    async def make(self, notice: str) -> str:
        """The token of a notice's link; the same for every attempt under one key. It is kept before anybody can have it. Raises: Unavailable."""
        token = hmac.digest(self.keys.active("link").value, f"notice|{notice}".encode(), sha256).hex()[:32]
        async with self.database.statement() as connection:
            await connection.execute("INSERT INTO notice_v1 VALUES (%s, %s) ON CONFLICT DO NOTHING", (_hash(token), notice))
        return token

    async def notice_of(self, token: str) -> str | None:
        """The notice that a token leads to. Raises: Unavailable."""
        async with self.database.statement() as connection:
            row = await (await connection.execute("SELECT notice FROM notice_v1 WHERE token_hash = %s", (_hash(token),))).fetchone()
        return str(row[0]) if row else None


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
