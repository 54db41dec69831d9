"""A challenge is answered once. Nothing is stored for challenges that nobody answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from services.intake.accounts.passkeys.ceremonies import PasskeyNotProved
from shared.database import Database

_FORGET = "DELETE FROM spent_challenge WHERE hash IN (SELECT hash FROM spent_challenge WHERE until < %s FOR UPDATE SKIP LOCKED)"
_SPEND = "INSERT INTO spent_challenge (hash, until) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING hash"


@dataclass(frozen=True, slots=True)
class Challenges:
    """The table of those that were answered."""

    database: Database

    async def spend(self, challenge: bytes, until: datetime, now: datetime) -> None:
        """until: when its cookie holds no more. Raises: PasskeyNotProved: it was answered before; Unavailable."""
        async with self.database.statement() as connection:
            cursor = await connection.execute(_SPEND, (sha256(challenge).digest(), until))
            first = await cursor.fetchone()
        if first is None:
            raise PasskeyNotProved("answered-before")
        async with self.database.statement() as connection:
            await connection.execute(_FORGET, (now,))
