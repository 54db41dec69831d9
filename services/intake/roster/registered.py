"""How somebody was registered last, opened again: to fill in what a bundle does not say, and to compare rows of the first release."""

from __future__ import annotations

from dataclasses import dataclass

from services.intake.domain.roster import ROSTER
from services.intake.roster.known import held
from services.intake.roster.person import Person
from shared.events import PersonRegistered
from shared.eventstore.store import EventStore
from shared.sealed import Erased, Sealed
from shared.sealing import Vault


@dataclass(frozen=True, slots=True)
class Registered:
    """Reads last registrations from the store."""

    store: EventStore
    vault: Vault

    async def last(self, person: str) -> Person | None:
        """person: our id. None for somebody who was never registered, or whose keys were destroyed; no address or number where only its key was."""
        events = ROSTER.codec.decode_many(await self.store.entries(f"person-{person}"))
        told = next((event for event in reversed(events) if isinstance(event, PersonRegistered)), None)
        return await self._opened(told) if told else None

    async def _opened(self, told: PersonRegistered) -> Person | None:
        boxes: list[Sealed | None] = [told.name, told.born, told.email, told.phone]
        opened = iter(await self.vault.open_many([box for box in boxes if box]))
        texts = [next(opened) if box else "" for box in boxes]
        if any(isinstance(text, Erased) for text in texts[:2]):
            return None
        name, born, email, phone = ("" if isinstance(text, Erased) else text for text in texts)
        roles, elsewhere = held(told.posts, told.school)
        return Person(told.person, told.kind, told.school, roles, name, born, email, phone, told.guardians, told.homeroom, elsewhere)
