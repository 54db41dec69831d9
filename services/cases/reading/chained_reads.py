"""The record of reads as a chain: its head is signed as the store's is, and a row that is missing, changed or put in between is found."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from shared.database import Database
from shared.errors import Unavailable
from shared.eventstore.signing import recorded_keys, sign_statement, statement_fits, trusted
from shared.heartbeat import Heartbeats
from shared.keys import Keys

EVERY = 5.0
"""Seconds between two signatures: what is younger can be cut off unnoticed by an administrator of the database, what is older cannot."""

STATEMENT = "reads-head"
PAGE = 2000

_HEAD = "SELECT number, hash FROM read_log ORDER BY number DESC LIMIT 1"
_KEEP = "INSERT INTO read_head (number, hash, key, signature) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
_ROWS = "SELECT l.number, l.previous_hash, l.hash, read_hash(l.previous_hash, l) FROM read_log l WHERE l.number > %s ORDER BY l.number LIMIT %s"
_SIGNED = "SELECT number, hash, key, signature FROM read_head ORDER BY number"


class ReadSigner:
    """A Part: signs the head of the record whenever it has moved."""

    name = "read-signer"

    def __init__(self, database: Database, keys: Keys, heartbeats: Heartbeats) -> None:
        self._database, self._keys = database.acting_as("reads"), keys
        self._pulse = heartbeats.pulse(self.name)
        self._signed: tuple[int, str] = (0, "")

    async def run(self) -> None:
        while True:
            try:
                await self.sign()
                self._pulse.idle()
            except Unavailable:
                self._pulse.detail = "database does not answer"
            await asyncio.sleep(EVERY)

    async def sign(self) -> None:
        """Raises: Unavailable."""
        key = self._keys.active("head")
        async with self._database.connection() as connection:
            row = await (await connection.execute(_HEAD)).fetchone()
            if row is None or (row[0], key.id) == self._signed:
                return
            await connection.execute(_KEEP, (row[0], row[1], key.id, sign_statement(key, STATEMENT, content(row[0], row[1]))))
        self._signed = (row[0], key.id)


@dataclass(frozen=True, slots=True)
class ReadsVerified:
    """broken: what does not fit first, and where; empty: all of it does."""

    reads: int
    broken: str = ""


async def verify_reads(database: Database, keys: Keys) -> ReadsVerified:
    """Walks the whole record. keys: of cases. Raises: Unavailable."""
    acting = database.acting_as("reads")
    signed = await _signed(acting)
    public = trusted("cases", keys.held("head"), await recorded_keys(acting))
    count, before = 0, bytes(32)
    async for number, previous, found, computed in _rows(acting):
        told = [each for each in signed.get(number, ()) if each[1] in public]
        if number != count + 1 or bytes(previous) != before:
            return ReadsVerified(count, f"a read before number {number} is missing")
        if bytes(found) != bytes(computed):
            return ReadsVerified(count, f"read number {number} was changed")
        if not all(bytes(each[0]) == bytes(found) and statement_fits(public[each[1]], STATEMENT, content(number, each[0]), each[2]) for each in told):
            return ReadsVerified(count, f"the reads up to number {number} are not those that were signed")
        count, before = number, bytes(found)
    last = max(signed, default=0)
    return ReadsVerified(count, f"the last {last - count} reads are missing" if last > count else "")


def content(number: int, digest: bytes) -> bytes:
    """What a head's signature is over."""
    return f"{number}|".encode() + bytes(digest)


async def _rows(database: Database) -> AsyncIterator[tuple[int, bytes, bytes, bytes]]:
    after = 0
    while True:
        async with database.connection() as connection:
            page: Sequence[tuple[int, bytes, bytes, bytes]] = await (await connection.execute(_ROWS, (after, PAGE))).fetchall()
        for row in page:
            yield row
        if len(page) < PAGE:
            return
        after = page[-1][0]


async def _signed(database: Database) -> dict[int, list[tuple[bytes, str, bytes]]]:
    """What was signed, by number: hash, key, signature."""
    async with database.connection() as connection:
        rows: Sequence[Any] = await (await connection.execute(_SIGNED)).fetchall()
    found: dict[int, list[tuple[bytes, str, bytes]]] = {}
    for number, digest, key, signature in rows:
        found.setdefault(number, []).append((digest, key, signature))
    return found
