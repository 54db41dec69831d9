"""Seals people and appends their registrations. Somebody whose keys were destroyed is set aside, and the others come in all the same."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from uuid import UUID

from services.intake.domain.roster import ROSTER, Command, RegisterPerson
from services.intake.roster.person import Person
from services.intake.roster.reasons import SetAside
from shared.decider import execute_all
from shared.errors import NotAllowed
from shared.events import PersonRegistered
from shared.message import Occasion
from shared.sealed import Sealed
from shared.sealing import ToSeal
from shared.service import Kernel


@dataclass(frozen=True, slots=True)
class Registering:
    """Registers for one import."""

    kernel: Kernel
    occasion: Occasion

    async def register(self, people: Sequence[Person]) -> list[SetAside]:
        """All in one append. Returns who could not be registered."""
        erased: list[SetAside] = []
        try:
            commands = await self._sealed(people)
        except NotAllowed:
            commands = []
            for person in people:
                commands += await self._one(person, erased)
        await self.append(commands)
        return erased

    async def append(self, commands: Sequence[tuple[str, Command]]) -> None:
        """All of them or none."""
        if commands:
            told = self.occasion
            cause = UUID(bytes=sha256(f"{told.cause}{commands[0][0]}".encode()).digest()[:16])
            await execute_all(self.kernel.store, ROSTER, commands, Occasion(told.actor, None, told.happened_at, told.correlation, cause))

    async def _one(self, person: Person, erased: list[SetAside]) -> list[tuple[str, Command]]:
        try:
            return await self._sealed([person])
        except NotAllowed:
            erased.append(SetAside("users.csv", person.row, "", "erased", person.id))
            return []

    async def _sealed(self, people: Sequence[Person]) -> list[tuple[str, Command]]:
        wanted = [part for person in people for part in _to_seal(person)]
        boxes = iter(await self.kernel.vault.seal_many(wanted))
        return [(f"person-{person.id}", self._registration(person, list(islice(boxes, 4)))) for person in people]

    def _registration(self, person: Person, boxes: Sequence[Sealed]) -> RegisterPerson:
        name, born, email, phone = boxes
        registered = PersonRegistered(
            person=person.id,
            kind=person.kind,
            school=person.school,
            roles=person.roles,
            name=name,
            born=born if person.born else None,
            email=email if person.email else None,
            phone=phone if person.phone else None,
            guardians=person.guardians,
            homeroom=person.homeroom,
        )
        return RegisterPerson(person=registered, digest=digest(self.kernel, person))


def digest(kernel: Kernel, person: Person) -> str:
    """A keyed hash of everything that the roster says of a person: it shows a change without keeping the row."""
    return hmac.digest(kernel.settings.key("token_key"), repr(person).encode(), sha256).hex()


def _to_seal(person: Person) -> Iterable[ToSeal]:
    context = f"person-{person.id}"
    yield ToSeal(person.id, "identity", person.name, f"{context}/name")
    yield ToSeal(person.id, "identity", person.born, f"{context}/born")
    yield ToSeal(person.id, "contact", person.email, f"{context}/email")
    yield ToSeal(person.id, "contact", person.phone, f"{context}/phone")
