"""Heads that the first release signed: by a keyed hash under its token key, which only who holds that secret can check."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import NamedTuple

from shared.database import Database

FIRST_RELEASE = "first-release"
"""What stands where a later head has the id of its key."""


class SignedHead(NamedTuple):
    """key: the id of the key that signed, or `FIRST_RELEASE`."""

    position: int
    store_hash: bytes
    signature: bytes
    key: str


def is_of_first_release(token_key: bytes, service: str, head: SignedHead) -> bool:
    """The head was signed under this token key."""
    content = f"tanggap-head|{service}|{head.position}|".encode() + head.store_hash
    return hmac.compare_digest(head.signature, hmac.digest(token_key, content, sha256))


async def unsigned(database: Database, after: int, most: int) -> list[SignedHead]:
    """Heads of the first release that no later key has signed, in order."""
    async with database.statement() as connection:
        cursor = await connection.execute(
            "SELECT position, store_hash, signature, key FROM signed_head h WHERE key = %s AND position > %s"
            " AND NOT EXISTS (SELECT FROM signed_head s WHERE s.position = h.position AND s.key <> h.key) ORDER BY position LIMIT %s",
            (FIRST_RELEASE, after, most),
        )
        return [SignedHead(*row) for row in await cursor.fetchall()]


async def count_unsigned(database: Database) -> int:
    """How many heads still need the first release's token key."""
    async with database.statement() as connection:
        cursor = await connection.execute(
            "SELECT count(*) FROM signed_head h WHERE key = %s"
            " AND NOT EXISTS (SELECT FROM signed_head s WHERE s.position = h.position AND s.key <> h.key)",
            (FIRST_RELEASE,),
        )
        row = await cursor.fetchone()
    return int(row[0]) if row else 0
