"""Seals people and appends their registrations. Somebody whose keys were destroyed is set aside, and the others come in all the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from services.intake.domain.roster import ROSTER, Command, RegisterPerson
from services.intake.roster.digests import RowKeys, contacts_of, read_keys
from services.intake.roster.person import Person
from services.intake.roster.reasons import SetAside
from shared.decider import execute_all
from shared.events import PersonRegistered
from shared.message import Occasion
from shared.sealed import Sealed
from shared.sealing import ToSeal
from shared.service import Kernel


@dataclass(frozen=True, slots=True)
class SealedBatch:
    """registrations: by stream. erased: whose keys were destroyed."""

    registrations: Sequence[tuple[str, Command]]
    erased: Sequence[SetAside]


@dataclass(frozen=True, slots=True)
class Registering:
    """Registers for one import."""

    kernel: Kernel
    occasion: Occasion

    async def sealed(self, people: Sequence[Person]) -> SealedBatch:
        """What is to be appended about them. Nothing new is kept about whoever was erased, also where their ways of contact alone were."""
        keys = await read_keys([person.id for person in people], self.kernel.vault)
        reached = await contacts_of([person.id for person in people if _is_reached(person)], self.kernel.vault)
        there = [person for person in people if person.id in keys and (person.id in reached or not _is_reached(person))]
        taken = {person.id for person in there}
        return SealedBatch(await self._sealed(there, keys), [erased(person) for person in people if person.id not in taken])

    async def append(self, commands: Sequence[tuple[str, Command]]) -> None:
        """All of them or none."""
        if commands:
            told = self.occasion
            cause = UUID(bytes=sha256(f"{told.cause}{commands[0][0]}".encode()).digest()[:16])
            await execute_all(self.kernel.store, ROSTER, commands, Occasion(told.actor, None, told.happened_at, told.correlation, cause))

    async def _sealed(self, people: Sequence[Person], keys: RowKeys) -> list[tuple[str, Command]]:
        wanted = [part for person in people for part in _to_seal(person)]
        boxes = {box.context: box for box in await self.kernel.vault.seal_many(wanted)}
        return [(f"person-{person.id}", _registration(person, boxes, keys.digest(person))) for person in people]


def erased(person: Person) -> SetAside:
    """The row of somebody whose keys were destroyed."""
    return SetAside(person.file, person.row, "", "erased", person.id)


def _is_reached(person: Person) -> bool:
    return bool(person.email or person.phone)


def _registration(person: Person, boxes: Mapping[str, Sealed], digest: str) -> RegisterPerson:
    context = f"person-{person.id}"
    registered = PersonRegistered(
        person=person.id,
        kind=person.kind,
        school=person.school,
        posts=person.posts,
        name=boxes[f"{context}/name"],
        born=boxes.get(f"{context}/born"),
        email=boxes.get(f"{context}/email"),
        phone=boxes.get(f"{context}/phone"),
        guardians=person.guardians,
        homeroom=person.homeroom,
    )
    return RegisterPerson(person=registered, digest=digest)


def _to_seal(person: Person) -> Iterable[ToSeal]:
    """What is there of a person; nothing that is empty, which would ask for a key."""
    context = f"person-{person.id}"
    yield ToSeal(person.id, "identity", person.name, f"{context}/name")
    if person.born:
        yield ToSeal(person.id, "identity", person.born, f"{context}/born")
    if person.email:
        yield ToSeal(person.id, "contact", person.email, f"{context}/email")
    if person.phone:
        yield ToSeal(person.id, "contact", person.phone, f"{context}/phone")
