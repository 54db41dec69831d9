"""Seals people and appends their registrations. Somebody whose keys were destroyed is set aside, and the others come in all the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from uuid import UUID

from services.intake.domain.roster import ROSTER, Command, RegisterPerson
from services.intake.roster.digests import RowKeys, read_keys
from services.intake.roster.person import Person
from services.intake.roster.reasons import SetAside
from shared.decider import execute_all
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
        """All in one append. Returns who was erased: nothing new is kept about them."""
        keys = await read_keys([person.id for person in people], self.kernel.vault)
        await self.append(await self._sealed([person for person in people if person.id in keys], keys))
        return [erased(person) for person in people if person.id not in keys]

    async def append(self, commands: Sequence[tuple[str, Command]]) -> None:
        """All of them or none."""
        if commands:
            told = self.occasion
            cause = UUID(bytes=sha256(f"{told.cause}{commands[0][0]}".encode()).digest()[:16])
            await execute_all(self.kernel.store, ROSTER, commands, Occasion(told.actor, None, told.happened_at, told.correlation, cause))

    async def _sealed(self, people: Sequence[Person], keys: RowKeys) -> list[tuple[str, Command]]:
        wanted = [part for person in people for part in _to_seal(person)]
        boxes = iter(await self.kernel.vault.seal_many(wanted))
        return [(f"person-{person.id}", _registration(person, list(islice(boxes, 4)), keys.digest(person))) for person in people]


def erased(person: Person) -> SetAside:
    """The row of somebody whose keys were destroyed."""
    return SetAside("users.csv", person.row, "", "erased", person.id)


def _registration(person: Person, boxes: Sequence[Sealed], digest: str) -> RegisterPerson:
    name, born, email, phone = boxes
    registered = PersonRegistered(
        person=person.id,
        kind=person.kind,
        school=person.school,
        posts=person.posts,
        name=name,
        born=born if person.born else None,
        email=email if person.email else None,
        phone=phone if person.phone else None,
        guardians=person.guardians,
        homeroom=person.homeroom,
    )
    return RegisterPerson(person=registered, digest=digest)


def _to_seal(person: Person) -> Iterable[ToSeal]:
    context = f"person-{person.id}"
    yield ToSeal(person.id, "identity", person.name, f"{context}/name")
    yield ToSeal(person.id, "identity", person.born, f"{context}/born")
    yield ToSeal(person.id, "contact", person.email, f"{context}/email")
    yield ToSeal(person.id, "contact", person.phone, f"{context}/phone")
