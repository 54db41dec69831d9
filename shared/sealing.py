"""Personal text under keys of its own: seal, open, erase (architecture, decision 8).

AES-256-GCM under the key of (person, purpose); that key lies in the keyring, wrapped by a master key which only the process knows. Erasing a
person destroys the keys: what was sealed stays where it is, and nobody can read it. Every box is bound to its key and its context.
"""

from __future__ import annotations

import os
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString, NamedTuple, Protocol, TypeVar
from uuid import UUID, uuid4

import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.database import Database
from shared.errors import HistoryBroken, NotAllowed
from shared.eventstore.batching import Batcher
from shared.sealed import Erased, Purpose, Sealed

Owner = tuple[str, str]
"""Person and purpose."""

Name = TypeVar("Name")

REMEMBERED = 60.0
"""Seconds a key may be used from memory; after an erasure a field is unreadable everywhere within this time."""

_MOST_REMEMBERED = 20_000
_NONCE = 12


class ToSeal(NamedTuple):
    """person: whose key (`concern-<id>` for a concern's own). context: where the box will stand."""

    person: str
    purpose: Purpose
    text: str
    context: str


class KeyWrapping(Protocol):
    """The port to whatever holds the master key: a file, the environment, or a key management service."""

    def wrap(self, key: bytes, bound_to: bytes) -> bytes: ...
    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes: ...


class MasterKey:
    """`KeyWrapping` with a key of 32 bytes that the process was given."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def wrap(self, key: bytes, bound_to: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, key, bound_to)

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes:
        try:
            return self._cipher.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], bound_to)
        except (InvalidTag, ValueError) as error:
            raise HistoryBroken("a key of the keyring does not open: TANGGAP_MASTER_KEY is not the one it was made with") from error


@dataclass(frozen=True, slots=True)
class _Key:
    """cipher is None where the key was destroyed."""

    kid: str
    cipher: AESGCM | None
    read_at: float


class Vault(Protocol):
    """Seals and opens. Raises `Unavailable` while the keyring does not answer."""

    async def seal(self, person: str, purpose: Purpose, text: str, context: str) -> Sealed: ...
    async def seal_many(self, wanted: Sequence[ToSeal]) -> list[Sealed]: ...
    async def open(self, sealed: Sealed) -> str | Erased: ...
    async def open_many(self, sealed: Sequence[Sealed]) -> list[str | Erased]: ...
    async def erase(self, person: str) -> int: ...


class KeyringVault:
    """`Vault` over the schema `keyring`."""

    def __init__(self, database: Database, wrapping: KeyWrapping) -> None:
        self._database, self._wrapping = database, wrapping
        self._by_owner: dict[Owner, _Key] = {}
        self._by_kid: dict[str, _Key] = {}
        self._obtaining: Batcher[set[Owner], dict[Owner, _Key]] = Batcher(self._obtain, most=64)
        self._opening: Batcher[set[str], dict[str, _Key]] = Batcher(self._open_keys, most=64)

    async def seal(self, person: str, purpose: Purpose, text: str, context: str) -> Sealed:
        return (await self.seal_many([ToSeal(person, purpose, text, context)]))[0]

    async def seal_many(self, wanted: Sequence[ToSeal]) -> list[Sealed]:
        """Seals in order. A person whose key was destroyed gets no new one. Raises: NotAllowed: the person was erased."""
        self._forget_oldest()
        oldest = time.monotonic() - REMEMBERED
        owners: set[tuple[str, str]] = {(each.person, each.purpose) for each in wanted}
        known = {owner: key for owner in owners if (key := self._by_owner.get(owner)) and key.read_at >= oldest}
        missing = owners - set(known)
        if missing:
            known |= await self._obtaining.submit(missing)  # what was remembered may be forgotten meanwhile
        return [_seal(known[each.person, each.purpose], each) for each in wanted]

    async def open(self, sealed: Sealed) -> str | Erased:
        return (await self.open_many([sealed]))[0]

    async def open_many(self, sealed: Sequence[Sealed]) -> list[str | Erased]:
        """Opens in order; `Erased` where the key is gone. Raises: HistoryBroken: a box was changed or moved."""
        oldest = time.monotonic() - REMEMBERED
        wanted = {each.kid for each in sealed}
        known = {kid: key for kid in wanted if (key := self._by_kid.get(kid)) and key.read_at >= oldest}
        missing = wanted - set(known)
        if missing:
            known |= await self._opening.submit(missing)
        return [_open(known.get(each.kid), each) for each in sealed]

    async def erase(self, person: str) -> int:
        """Destroys the person's keys, for good; how many there were."""
        async with self._database.statement() as connection:
            found = await (await connection.execute("SELECT keyring.destroy(%s)", (person,))).fetchone()
        self._by_owner.clear()
        self._by_kid.clear()
        return int(found[0]) if found else 0

    def _forget_oldest(self) -> None:
        if len(self._by_owner) > _MOST_REMEMBERED:
            self._by_owner.clear()
        if len(self._by_kid) > _MOST_REMEMBERED:
            self._by_kid.clear()

    async def _obtain(self, asked: Sequence[set[Owner]]) -> list[dict[Owner, _Key] | BaseException]:
        owners = sorted(set().union(*asked))
        fresh = [self._wrapping.wrap(os.urandom(32), _bound(*owner)) for owner in owners]
        wanted = ([person for person, _ in owners], [purpose for _, purpose in owners], fresh)
        found: dict[Owner, _Key | HistoryBroken] = {}
        for person, purpose, kid, wrapped in await self._ask("SELECT * FROM keyring.obtain(%s, %s, %s)", wanted):
            key = found[person, purpose] = self._remember(kid, person, purpose, wrapped)
            if isinstance(key, _Key):
                self._by_owner[person, purpose] = key
        return [_of(found, each) for each in asked]

    async def _open_keys(self, asked: Sequence[set[str]]) -> list[dict[str, _Key] | BaseException]:
        kids = sorted(set().union(*asked))
        rows = await self._ask("SELECT * FROM keyring.open(%s::uuid[])", (kids,))
        found = {str(kid): self._remember(kid, person, purpose, wrapped) for kid, person, purpose, wrapped in rows}
        return [_of(found, each) for each in asked]

    async def _ask(self, query: LiteralString, wanted: Sequence[object]) -> list[Any]:
        try:
            async with self._database.statement() as connection:
                return await (await connection.execute(query, wanted)).fetchall()
        except psycopg.errors.InsufficientPrivilege as error:
            raise NotAllowed("this service may not use keys of that purpose") from error

    def _remember(self, kid: UUID | str, person: str, purpose: str, wrapped: bytes | None) -> _Key | HistoryBroken:
        """The key, or why it does not open: that stops only those who asked for it."""
        try:
            cipher = AESGCM(self._wrapping.unwrap(wrapped, _bound(person, purpose))) if wrapped else None
        except HistoryBroken as error:
            return error
        key = _Key(str(kid), cipher, time.monotonic())
        self._by_kid[key.kid] = key
        return key


class MemoryVault:
    """`Vault` for unit tests: real encryption, keys in a dictionary."""

    def __init__(self) -> None:
        self._keys: dict[tuple[str, str], _Key] = {}

    async def seal(self, person: str, purpose: Purpose, text: str, context: str) -> Sealed:
        return (await self.seal_many([ToSeal(person, purpose, text, context)]))[0]

    async def seal_many(self, wanted: Sequence[ToSeal]) -> list[Sealed]:
        return [_seal(self._key(each.person, each.purpose), each) for each in wanted]

    async def open(self, sealed: Sealed) -> str | Erased:
        return (await self.open_many([sealed]))[0]

    async def open_many(self, sealed: Sequence[Sealed]) -> list[str | Erased]:
        known = {key.kid: key for key in self._keys.values()}
        return [_open(known.get(each.kid), each) for each in sealed]

    async def erase(self, person: str) -> int:
        mine = [owner for owner, key in self._keys.items() if owner[0] == person and key.cipher]
        for owner in mine:
            self._keys[owner] = _Key(self._keys[owner].kid, None, 0)
        return len(mine)

    def _key(self, person: str, purpose: str) -> _Key:
        return self._keys.setdefault((person, purpose), _Key(str(uuid4()), AESGCM(os.urandom(32)), 0))


def _of(found: Mapping[Name, _Key | HistoryBroken], asked: set[Name]) -> dict[Name, _Key] | BaseException:
    """Those of the keys that one caller asked for."""
    keys: dict[Name, _Key] = {}
    for name in asked & found.keys():
        key = found[name]
        if isinstance(key, HistoryBroken):
            return key
        keys[name] = key
    return keys


def _bound(person: str, purpose: str) -> bytes:
    return f"{person}|{purpose}".encode()


def _seal(key: _Key, wanted: ToSeal) -> Sealed:
    if key.cipher is None:
        raise NotAllowed("the person was erased: nothing new can be kept about them")
    nonce = os.urandom(_NONCE)
    box = nonce + key.cipher.encrypt(nonce, wanted.text.encode(), f"{key.kid}|{wanted.context}".encode())
    return Sealed(kid=key.kid, context=wanted.context, box=b64encode(box).decode())


def _open(key: _Key | None, sealed: Sealed) -> str | Erased:
    if key is None or key.cipher is None:
        return Erased(kid=sealed.kid)
    try:
        box = b64decode(sealed.box)
        return key.cipher.decrypt(box[:_NONCE], box[_NONCE:], f"{sealed.kid}|{sealed.context}".encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise HistoryBroken(f"a sealed field ({sealed.context}) was changed or moved") from error
