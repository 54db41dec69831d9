"""Personal text under keys of its own: seal and open (architecture, decision 8).

AES-256-GCM under the key of (person, purpose); that key lies in the keyring, wrapped by a master key which only the process knows. Erasing a
person destroys the keys: what was sealed stays where it is, and nobody can read it. Every box is bound to its key and its context.
"""

from __future__ import annotations

import os
import time
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString, NamedTuple, Protocol, TypeVar
from uuid import UUID, uuid4

import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.database import Database
from shared.errors import HistoryBroken, NotAllowed, Unavailable
from shared.eventstore.batching import Batcher
from shared.keys import PersonalUse, personal_key
from shared.sealed import Erased, Purpose, Sealed
from shared.wrapping import NONCE, KeyWrapping, Wrapped

Owner = tuple[str, str]
"""Person and purpose."""

Unopened = HistoryBroken | Unavailable
"""Why a key of the keyring is not to be had: it does not open, or this process has not been given its master key yet."""

Name = TypeVar("Name")

REMEMBERED = 60.0
"""Seconds a key may be used from memory; after an erasure a field is unreadable everywhere within this time."""

_MOST_REMEMBERED = 20_000


class ToSeal(NamedTuple):
    """person: whose key (`concern-<id>` for a concern's own). context: where the box will stand."""

    person: str
    purpose: Purpose
    text: str
    context: str


@dataclass(frozen=True, slots=True)
class _Key:
    """material: None where the key was destroyed. Its cipher is made where something is sealed or opened: it takes forty times the memory."""

    kid: str
    material: bytes | None = field(repr=False)
    read_at: float


class Vault(Protocol):
    """Seals and opens. Raises `Unavailable` while the keyring does not answer."""

    async def seal(self, person: str, purpose: Purpose, text: str, context: str) -> Sealed: ...
    async def seal_many(self, wanted: Sequence[ToSeal]) -> list[Sealed]: ...
    async def open(self, sealed: Sealed) -> str | Erased: ...
    async def open_many(self, sealed: Sequence[Sealed]) -> list[str | Erased]: ...
    def forget(self) -> None: ...
    async def derive_many(self, persons: Sequence[str], purpose: Purpose, use: PersonalUse) -> list[bytes | Erased]: ...


class KeyringVault:
    """`Vault` over the schema `keyring`."""

    def __init__(self, database: Database, wrapping: KeyWrapping) -> None:
        self._database, self._wrapping = database, wrapping
        self._by_owner: dict[Owner, _Key] = {}
        self._by_kid: dict[str, _Key] = {}
        self._forgotten = 0
        self._obtaining: Batcher[set[Owner], dict[Owner, _Key]] = Batcher(self._obtain, most=64)
        self._opening: Batcher[set[str], dict[str, _Key]] = Batcher(self._open_keys, most=64)

    async def seal(self, person: str, purpose: Purpose, text: str, context: str) -> Sealed:
        return (await self.seal_many([ToSeal(person, purpose, text, context)]))[0]

    async def seal_many(self, wanted: Sequence[ToSeal]) -> list[Sealed]:
        """Seals in order. A person whose key was destroyed gets no new one. Raises: NotAllowed: the person was erased."""
        known = await self._keys_of({(each.person, each.purpose) for each in wanted})
        return [_seal(known[each.person, each.purpose], each) for each in wanted]

    async def derive_many(self, persons: Sequence[str], purpose: Purpose, use: PersonalUse) -> list[bytes | Erased]:
        """A key for one use from each person's own key, in order; `Erased` where that key was destroyed.

        No rotation changes it, because the person's key stays the same under a new master key.
        """
        known = await self._keys_of({(person, purpose) for person in persons})
        return [_derived(known[person, purpose], use) for person in persons]

    async def _keys_of(self, owners: set[Owner]) -> dict[Owner, _Key]:
        self._forget_oldest()
        oldest = time.monotonic() - REMEMBERED
        known = {owner: key for owner in owners if (key := self._by_owner.get(owner)) and key.read_at >= oldest}
        missing = owners - set(known)
        if missing:
            known |= await self._obtaining.submit(missing)  # what was remembered may be forgotten meanwhile
        return known

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

    def forget(self) -> None:
        """Keys are read anew from now on: some may have been destroyed, which is another login's work (ADR 50).

        An answer that is on its way was given before, and is not remembered.
        """
        self._forgotten += 1
        self._by_owner.clear()
        self._by_kid.clear()

    def _forget_oldest(self) -> None:
        if len(self._by_owner) > _MOST_REMEMBERED:
            self._by_owner.clear()
        if len(self._by_kid) > _MOST_REMEMBERED:
            self._by_kid.clear()

    async def _obtain(self, asked: Sequence[set[Owner]]) -> list[dict[Owner, _Key] | BaseException]:
        owners = sorted(set().union(*asked))
        fresh = [self._wrapping.wrap(os.urandom(32), bound(*owner)) for owner in owners]
        wanted = (*(list(column) for column in zip(*owners, strict=True)), [each.box for each in fresh], [each.master for each in fresh])
        found: dict[Owner, _Key | Unopened] = {}
        asked_at, forgotten = time.monotonic(), self._forgotten
        for person, purpose, kid, master, box in await self._ask("SELECT * FROM keyring.obtain(%s, %s, %s, %s)", wanted):
            found[person, purpose] = self._read(kid, person, purpose, Wrapped(master, box) if box else None, asked_at)
        if forgotten == self._forgotten:
            self._by_owner |= {owner: key for owner, key in found.items() if isinstance(key, _Key)}
            self._remember(found.values())
        return [_of(found, each) for each in asked]

    async def _open_keys(self, asked: Sequence[set[str]]) -> list[dict[str, _Key] | BaseException]:
        kids = sorted(set().union(*asked))
        asked_at, forgotten = time.monotonic(), self._forgotten
        rows = await self._ask("SELECT * FROM keyring.open_wrapped(%s::uuid[])", (kids,))
        found = {
            str(kid): self._read(kid, person, purpose, Wrapped(master, box) if box else None, asked_at) for kid, person, purpose, master, box in rows
        }
        if forgotten == self._forgotten:
            self._remember(found.values())
        return [_of(found, each) for each in asked]

    async def _ask(self, query: LiteralString, wanted: Sequence[object]) -> list[Any]:
        try:
            async with self._database.statement() as connection:
                return await (await connection.execute(query, wanted)).fetchall()
        except psycopg.errors.InsufficientPrivilege as error:
            raise NotAllowed("this service may not use keys of that purpose") from error

    def _remember(self, keys: Iterable[_Key | Unopened]) -> None:
        self._by_kid |= {key.kid: key for key in keys if isinstance(key, _Key)}

    def _read(self, kid: UUID | str, person: str, purpose: str, wrapped: Wrapped | None, asked_at: float) -> _Key | Unopened:
        """The key, or why it does not open: that stops only those who asked for it."""
        try:
            material = self._wrapping.unwrap(wrapped, bound(person, purpose)) if wrapped else None
        except (HistoryBroken, Unavailable) as error:
            return error
        return _Key(str(kid), material, asked_at)


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

    def forget(self) -> None:
        """Its dictionary is always right."""

    async def erase(self, person: str) -> int:
        """Destroys a person's keys, as the login of erasures does in the keyring; how many there were."""
        mine = [owner for owner, key in self._keys.items() if owner[0] == person and key.material]
        for owner in mine:
            self._keys[owner] = _Key(self._keys[owner].kid, None, 0)
        return len(mine)

    async def derive_many(self, persons: Sequence[str], purpose: Purpose, use: PersonalUse) -> list[bytes | Erased]:
        return [_derived(self._key(person, purpose), use) for person in persons]

    def _key(self, person: str, purpose: str) -> _Key:
        return self._keys.setdefault((person, purpose), _Key(str(uuid4()), os.urandom(32), 0))


def _of(found: Mapping[Name, _Key | Unopened], asked: set[Name]) -> dict[Name, _Key] | BaseException:
    """Those of the keys that one caller asked for."""
    keys: dict[Name, _Key] = {}
    for name in asked & found.keys():
        key = found[name]
        if isinstance(key, HistoryBroken | Unavailable):
            return key
        keys[name] = key
    return keys


def bound(person: str, purpose: str) -> bytes:
    """What a wrapped key is bound to: in another row it does not open."""
    return f"{person}|{purpose}".encode()


def _derived(key: _Key, use: PersonalUse) -> bytes | Erased:
    return personal_key(key.material, use) if key.material else Erased(kid=key.kid)


def _seal(key: _Key, wanted: ToSeal) -> Sealed:
    if key.material is None:
        raise NotAllowed("the person was erased: nothing new can be kept about them")
    nonce = os.urandom(NONCE)
    box = nonce + AESGCM(key.material).encrypt(nonce, wanted.text.encode(), f"{key.kid}|{wanted.context}".encode())
    return Sealed(kid=key.kid, context=wanted.context, box=b64encode(box).decode())


def _open(key: _Key | None, sealed: Sealed) -> str | Erased:
    if key is None or key.material is None:
        return Erased(kid=sealed.kid)
    try:
        box = b64decode(sealed.box)
        return AESGCM(key.material).decrypt(box[:NONCE], box[NONCE:], f"{sealed.kid}|{sealed.context}".encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise HistoryBroken(f"a sealed field ({sealed.context}) was changed or moved") from error
