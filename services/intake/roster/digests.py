"""Which rows of a roster are as they were: by a keyed hash of each row, under a key of the person it is about.

No rotation changes such a hash, and whoever was erased leaves none that a guess could be compared with. The first release made them under its token
key: what was sealed then is opened once, and its hash is made anew.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from services.intake.roster.known import Known
from services.intake.roster.person import Person
from services.intake.roster.registered import Registered
from shared.sealed import Erased
from shared.sealing import Vault

AT_ONCE = 500
"""People whose keys are asked for together."""

_OWN = "own:"
"""Begins a digest under the person's own key; the first release's had no beginning."""


@dataclass(frozen=True, slots=True)
class RowKeys:
    """Makes digests. keys: by person; nobody who was erased is among them."""

    keys: Mapping[str, bytes]

    def __contains__(self, person: str) -> bool:
        return person in self.keys

    def digest(self, person: Person) -> str:
        """Raises: KeyError: nobody asked for the key of this person, or it was destroyed."""
        return _OWN + hmac.digest(self.keys[person.id], person.said.encode(), sha256).hex()


async def read_keys(people: Sequence[str], vault: Vault) -> RowKeys:
    """people: our ids. Whoever has no key yet gets one."""
    keys: dict[str, bytes] = {}
    for batch in _batches(people):
        derived = await vault.derive_many(batch, "identity", "row-digest")
        keys |= {person: key for person, key in zip(batch, derived, strict=True) if not isinstance(key, Erased)}
    return RowKeys(keys)


async def contacts_of(people: Sequence[str], vault: Vault) -> set[str]:
    """Those of whom an address or telephone number can be kept: their key of it was not destroyed."""
    there: set[str] = set()
    for batch in _batches(people):
        derived = await vault.derive_many(batch, "contact", "row-digest")
        there |= {person for person, key in zip(batch, derived, strict=True) if not isinstance(key, Erased)}
    return there


async def of_the_first_release(people: Iterable[str], known: Known, registered: Registered) -> list[Person]:
    """How those were registered whose digest the first release made; without those who were erased. people: known ones."""
    wanted = [person for person in people if (kept := known.people[person].digest) and not kept.startswith(_OWN)]
    found: list[Person | None] = []
    for batch in _batches(wanted):
        found += await asyncio.gather(*(registered.last(person) for person in batch))
    return [person for person in found if person]


def with_digests(known: Known, renewed: Mapping[str, str]) -> Known:
    """The same, with these digests."""
    return replace(known, people={**known.people, **{person: replace(known.people[person], digest=digest) for person, digest in renewed.items()}})


def _batches(people: Sequence[str]) -> Iterable[Sequence[str]]:
    return (people[place : place + AT_ONCE] for place in range(0, len(people), AT_ONCE))
