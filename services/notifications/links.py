"""A guardian's link: 128 bits that say nothing, made when the notice leaves. Only its hash is kept, so it holds whatever key made it.

It is bound to one notice and one guardian, and ends by itself after some days.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from shared.database import Database
from shared.keys import Keys

_KEEP = "INSERT INTO notice_v1 (token_hash, notice, guardian, until) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
_FIND = "SELECT notice, guardian, until FROM notice_v1 WHERE token_hash = %s"


@dataclass(frozen=True, slots=True)
class Link:
    """guardian: None of a link that an earlier release made; it was for the notice's one guardian. until: when it ends."""

    notice: str
    guardian: str | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links and finds their notices. Several may lead to one notice: an attempt after a rotation gives another."""

    database: Database
    keys: Keys

    async def make(self, notice: str, guardian: str, until: datetime) -> str:
        """The token of a link; the same for every attempt under one key. It is kept before anybody can have it. Raises: Unavailable."""
        told = f"notice|{notice}|{guardian}"
        token = hmac.digest(self.keys.active("link").value, told.encode(), sha256).hex()[:32]
        async with self.database.acting_as("links").statement() as connection:
            await connection.execute(_KEEP, (hash_of(token), notice, guardian, until))
        return token

    async def find(self, token: str) -> Link | None:
        """Where a token leads. Raises: Unavailable."""
        async with self.database.acting_as("links").statement() as connection:
            row = await (await connection.execute(_FIND, (hash_of(token),))).fetchone()
        return Link(*row) if row else None


def hash_of(token: str) -> bytes:
    """What is kept of it."""
    return sha256(token.encode()).digest()
