"""The store's head, signed from time to time with a key that the database does not know (decision 5).

Whoever can write the tables could recompute every hash after a change; nobody without the key can sign the new head.
"""

from __future__ import annotations

import asyncio
import hmac
from hashlib import sha256

from shared.database import Database
from shared.delivery.heartbeat import Heartbeats
from shared.errors import Unavailable

EVERY = 5.0
"""Seconds between signatures: what is younger can be cut off unnoticed by an administrator of the database, what is older cannot."""


def sign(key: bytes, service: str, position: int, store_hash: bytes) -> bytes:
    """The signature of a head."""
    return hmac.digest(key, f"tanggap-head|{service}|{position}|".encode() + store_hash, sha256)


class HeadSigner:
    """A Part: signs the head whenever it has moved."""

    name = "head-signer"

    def __init__(self, database: Database, key: bytes, heartbeats: Heartbeats) -> None:
        self._database, self._key = database, key
        self._pulse = heartbeats.pulse(self.name)
        self._signed = -1

    async def run(self) -> None:
        while True:
            try:
                await self.sign_head()
                self._pulse.idle()
            except Unavailable:
                self._pulse.detail = "database does not answer"
            await asyncio.sleep(EVERY)

    async def sign_head(self) -> None:
        """Signs the head as it stands."""
        async with self._database.connection() as connection:
            row = await (await connection.execute("SELECT position, store_hash FROM store_head")).fetchone()
            if row is None or row[0] in (0, self._signed):
                return
            signature = sign(self._key, self._database.service, row[0], row[1])
            await connection.execute(
                "INSERT INTO signed_head (position, store_hash, signature) VALUES (%s, %s, %s) ON CONFLICT (position) DO NOTHING",
                (row[0], row[1], signature),
            )
        self._signed = row[0]
