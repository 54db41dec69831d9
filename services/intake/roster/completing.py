"""Fills in what a bundle does not say about people whom we know, so that a missing file, column or cell takes nothing away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from services.intake.domain.roster import ROSTER
from services.intake.roster.known import Known
from services.intake.roster.person import Person
from shared.events import PersonRegistered
from shared.eventstore.store import EventStore
from shared.sealed import Sealed
from shared.sealing import Vault

AT_ONCE = 50
"""People whose last registration is looked up together."""

_SEALED = frozenset({"born", "email", "phone"})


async def complete(people: Sequence[Person], known: Known, store: EventStore, vault: Vault) -> list[Person]:
    """The same people in the same order."""
    done: list[Person] = []
    for place in range(0, len(people), AT_ONCE):
        batch = people[place : place + AT_ONCE]
        done += await asyncio.gather(*(_completed(person, known, store, vault) for person in batch))
    return done


async def _completed(person: Person, known: Known, store: EventStore, vault: Vault) -> Person:
    was = known.people.get(person.id)
    if was is None:
        return person
    if "homeroom" in person.untold:
        person = replace(person, homeroom=was.homeroom)
    if "guardians" in person.untold:
        person = replace(person, guardians=was.guardians)
    last = await _last(person.id, store) if person.untold & _SEALED else None
    if last is None:
        return person
    return replace(
        person,
        born=await _opened(last.born, vault) if "born" in person.untold else person.born,
        email=await _opened(last.email, vault) if "email" in person.untold else person.email,
        phone=await _opened(last.phone, vault) if "phone" in person.untold else person.phone,
    )


async def _last(person: str, store: EventStore) -> PersonRegistered | None:
    """How the person was registered last."""
    events = ROSTER.codec.decode_many(await store.entries(f"person-{person}"))
    return next((event for event in reversed(events) if isinstance(event, PersonRegistered)), None)


async def _opened(sealed: Sealed | None, vault: Vault) -> str:
    opened = await vault.open(sealed) if sealed else ""
    return opened if isinstance(opened, str) else ""
