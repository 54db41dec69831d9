"""The store's head, signed from time to time with a key that the database does not know (decision 5).

Whoever can write the tables could recompute every hash after a change; nobody without the key can sign the new head. A head must be verifiable for
ever, its key is not: the public keys stand in the store, and each new key vouches for those before it, so that trust never needs an old secret.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.database import Database
from shared.errors import Unavailable
from shared.eventstore.earlier_heads import is_of_first_release, unsigned
from shared.heartbeat import Heartbeats
from shared.keys import Key, Keys

EVERY = 5.0
"""Seconds between signatures: what is younger can be cut off unnoticed by an administrator of the database, what is older cannot."""

TOGETHER = 500


class Vouched(NamedTuple):
    """key: whose public key this is. by: the key that says so. signature: its word."""

    key: str
    public: bytes
    by: str
    signature: bytes


class HeadSigner:
    """A Part: signs the head whenever it has moved, and vouches for the keys before the active one."""

    name = "head-signer"

    def __init__(self, database: Database, keys: Keys, heartbeats: Heartbeats) -> None:
        self._database, self._keys = database, keys
        self._pulse = heartbeats.pulse(self.name)
        self._signed = (-1, "")
        self._vouched: frozenset[str] = frozenset()
        self._resigned: int | None = 0

    async def run(self) -> None:
        while True:
            try:
                await self.vouch()
                await self.sign_head()
                await self.sign_earlier()
                self._pulse.idle()
            except Unavailable:
                self._pulse.detail = "database does not answer"
            await asyncio.sleep(EVERY)

    async def vouch(self) -> None:
        """Records the active key, and its word for every key that is trusted."""
        active, service, held = self._keys.active("head"), self._database.service, self._keys.held("head")
        ids = frozenset((active.id, *(f"held {each.id}" for each in held)))
        if ids == self._vouched:
            return
        recorded = await recorded_keys(self._database)
        known = trusted(service, held, recorded)
        missing = known.keys() - {each.key for each in recorded if each.by == active.id}
        rows = [_word(service, active, key, public_bytes(known[key])) for key in sorted(missing)]
        if rows:
            async with self._database.connection() as connection, connection.cursor() as cursor:
                await cursor.executemany("INSERT INTO head_key VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING", rows)
        self._vouched = ids

    async def sign_head(self) -> None:
        """Signs the head as it stands."""
        active = self._keys.active("head")
        async with self._database.connection() as connection:
            row = await (await connection.execute("SELECT position, store_hash FROM store_head")).fetchone()
        if row is not None and row[0] and (row[0], active.id) != self._signed:
            await self._sign(active, [(row[0], row[1])])
            self._signed = (row[0], active.id)

    async def sign_earlier(self) -> int:
        """Signs anew, page by page, the heads that the first release signed with its token key; how many fitted. Once in a process: none is added.

        One that does not fit is left as it is: `audit verify` names it.
        """
        first, done = self._keys.first_release(), 0
        while first and self._resigned is not None:
            page = await unsigned(self._database, self._resigned, TOGETHER)
            good = [(each.position, each.store_hash) for each in page if is_of_first_release(first, self._database.service, each)]
            await self._sign(self._keys.active("head"), good)
            self._resigned, done = page[-1].position if page else None, done + len(good)
            self._pulse.alive()
        return done

    async def _sign(self, key: Key, heads: Sequence[tuple[int, bytes]]) -> None:
        rows = [(position, store_hash, sign(key, self._database.service, position, store_hash), key.id) for position, store_hash in heads]
        async with self._database.connection() as connection, connection.cursor() as cursor:
            await cursor.executemany(
                "INSERT INTO signed_head (position, store_hash, signature, key) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING", rows
            )


async def recorded_keys(database: Database) -> list[Vouched]:
    """What the store says of its public keys; to be believed only as far as `trusted` goes."""
    async with database.connection() as connection:
        rows = await (await connection.execute("SELECT key, public_key, vouched_by, signature FROM head_key")).fetchall()
    return [Vouched(*row) for row in rows]


def trusted(service: str, held: Iterable[Key], recorded: Iterable[Vouched]) -> dict[str, Ed25519PublicKey]:
    """The public keys of the secrets at hand, and of every key that one of the trusted vouches for."""
    known = {each.id: _private(each).public_key() for each in held}
    pending = list(recorded)
    while believed := [each for each in pending if each.key not in known and _vouches(service, known, each)]:
        known |= {each.key: Ed25519PublicKey.from_public_bytes(each.public) for each in believed}
    return known


def sign(key: Key, service: str, position: int, store_hash: bytes) -> bytes:
    """The signature of a head."""
    return _private(key).sign(_head(service, position, store_hash))


def fits(public: Ed25519PublicKey, service: str, position: int, store_hash: bytes, signature: bytes) -> bool:
    """The signature of a head is this key's."""
    return _verified(public, signature, _head(service, position, store_hash))


def sign_statement(key: Key, what: str, content: bytes) -> bytes:
    """The signature of something that a service says once and that must be checkable for ever, as its heads are. what: which kind of statement."""
    return _private(key).sign(_statement(what, content))


def statement_fits(public: Ed25519PublicKey, what: str, content: bytes, signature: bytes) -> bool:
    """The signature of a statement is this key's."""
    return _verified(public, signature, _statement(what, content))


def public_bytes(public: Ed25519PublicKey) -> bytes:
    return public.public_bytes_raw()


def _word(service: str, active: Key, key: str, public: bytes) -> Vouched:
    return Vouched(key, public, active.id, _private(active).sign(_claim(service, key, active.id, public)))


def _vouches(service: str, known: Mapping[str, Ed25519PublicKey], each: Vouched) -> bool:
    return each.by in known and _verified(known[each.by], each.signature, _claim(service, each.key, each.by, each.public))


def _claim(service: str, key: str, by: str, public: bytes) -> bytes:
    return f"tanggap-head-key|{service}|{key}|{by}|".encode() + public


def _head(service: str, position: int, store_hash: bytes) -> bytes:
    return f"tanggap-head|{service}|{position}|".encode() + store_hash


def _statement(what: str, content: bytes) -> bytes:
    return f"tanggap-statement|{what}|".encode() + content


def _private(key: Key) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(key.value)


def _verified(public: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    try:
        public.verify(signature, content)
    except InvalidSignature:
        return False
    return True
