"""Which rows of a roster are as they were: by a keyed hash of each row, under a key of the person it is about.

No rotation changes such a hash, and whoever was erased leaves none that a guess could be compared with. The first release made them under its token
key: those are compared by opening what was sealed then, once, and made anew.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import cast

from services.intake.roster.people import Person
from shared.events import PersonRegistered, StaffRole, read_public
from shared.eventstore.store import EventStore
from shared.sealed import Erased, Sealed
from shared.sealing import Vault

_OWN = "own:"
"""Begins a digest under the person's own key; the first release's had no beginning."""


@dataclass(frozen=True, slots=True)
class RowDigests:
    """Makes digests and compares with them."""

    store: EventStore
    vault: Vault

    async def of(self, people: Sequence[Person]) -> dict[str, str | None]:
        """By id; None for somebody who was erased: nothing new is kept about them."""
        keys = await self.vault.derive_many([person.id for person in people], "identity", "row-digest")
        return {person.id: None if isinstance(key, Erased) else _digest(key, person) for person, key in zip(people, keys, strict=True)}

    async def same_as_sealed(self, people: Sequence[Person], known: Mapping[str, str | None]) -> list[Person]:
        """Those whose known digest is the first release's, and whose row says what was sealed with it."""
        old = [person for person in people if (digest := known.get(person.id)) and not digest.startswith(_OWN)]
        registered = await asyncio.gather(*(self._registered(person.id) for person in old))
        return [person for person, before in zip(old, registered, strict=True) if person == before]

    async def _registered(self, person: str) -> Person | None:
        events = await self.store.read_stream(f"person-{person}")
        told = [known for event in events if isinstance(known := read_public(event.type, event.body), PersonRegistered)]
        return await self._opened(told[-1]) if told else None

    async def _opened(self, told: PersonRegistered) -> Person | None:
        boxes: list[Sealed | None] = [told.name, told.born, told.email, told.phone]
        opened = iter(await self.vault.open_many([box for box in boxes if box]))
        texts = [next(opened) if box else "" for box in boxes]
        if any(isinstance(text, Erased) for text in texts):
            return None
        name, born, email, phone = (str(text) for text in texts)
        roles = cast("tuple[StaffRole, ...]", tuple(post.role for post in told.posts))
        return Person(told.person, told.kind, told.school, roles, name, born, email, phone, told.guardians, told.homeroom)


def _digest(key: bytes, person: Person) -> str:
    return _OWN + hmac.digest(key, repr(person).encode(), sha256).hex()
