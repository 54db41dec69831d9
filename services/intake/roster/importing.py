"""Bringing a roster in: seal, decide, append in batches; people who are gone leave, unless too many would."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

from pydantic import BaseModel

from services.intake.domain.roster import ROSTER, Command, KeepRow, LetGo, RegisterPerson, RegisterSchool
from services.intake.roster.digests import RowDigests
from services.intake.roster.people import Person, Roster, SetAside, interpret
from services.intake.roster.reading import read_bundle
from services.intake.views import Directory
from shared.decider import execute_all
from shared.errors import Fault, Invalid, NotAllowed, Unavailable
from shared.events import DISTRICT_ROLES, PersonRegistered, Post
from shared.eventstore.projection import Projection
from shared.message import Occasion
from shared.sealed import Sealed
from shared.sealing import ToSeal
from shared.service import Kernel

AT_ONCE = 100
"""People in one append: all of them or none."""

MOST_DROPPED = 0.05
"""Share of a school's students that a bundle may drop without being asked (issue: a bundle that would drop more is refused)."""

Progress = Callable[[int, int], None]
"""Called with how many people are done, and of how many."""

T = TypeVar("T")

_Digests = Mapping[str, str | None]
"""By person; None where there is none, or for somebody who was erased."""


def _quiet(done: int, of: int) -> None:
    """No progress is shown."""
    del done, of


class QuarantinedRow(BaseModel):
    file: str
    row: int
    reason: str


class ImportReport(BaseModel):
    """What became of a bundle."""

    applied: int
    unchanged: int
    left: int
    schools: int
    quarantined: list[QuarantinedRow]


@dataclass(frozen=True, slots=True)
class RosterImport:
    """Imports bundles. view: what fills the directory; it must have seen the last import before the next is compared with it."""

    kernel: Kernel
    view: Projection
    directory: Directory

    async def run(self, bundle: Path, actor: str, *, allow_drop: bool = False, progress: Progress = _quiet) -> ImportReport:
        """Raises: Invalid: the bundle as a whole cannot be trusted; then nothing was changed."""
        roster = interpret(await asyncio.to_thread(read_bundle, bundle))
        known = await self._known()
        leaving = self._leaving(roster, known)
        if not allow_drop:
            _refuse_large_drop(leaving, known)
        occasion = Occasion(actor, None, self.kernel.clock.now(), cause := uuid4(), cause)
        changed, digests = await self._changed(roster.people, {person: digest for person, (_, _, digest) in known.items()}, occasion)
        await self._append([(f"school-{each.school}", RegisterSchool(school=each)) for each in roster.schools], occasion)
        done = 0
        for batch in _batches(changed, AT_ONCE):
            await self._append(await self._registrations(batch, roster, digests), occasion)
            progress(done := done + len(batch), len(changed))
        for gone in _batches(leaving, AT_ONCE):
            await self._append([(f"person-{person}", LetGo(person=person, school=school)) for person, school in gone], occasion)
        await self._caught_up()
        return ImportReport(
            applied=len(changed),
            unchanged=len(roster.people) - len(changed),
            left=len(leaving),
            schools=len(roster.schools),
            quarantined=[QuarantinedRow(file=each.file, row=each.row, reason=each.reason) for each in roster.set_aside],
        )

    async def _changed(self, people: Sequence[Person], known: _Digests, occasion: Occasion) -> tuple[list[Person], _Digests]:
        """Whose row is not the known one, and everybody's digest now. What only has an earlier release's digest gets a new one on the way."""
        rows = RowDigests(self.kernel.store, self.kernel.vault)
        changed: list[Person] = []
        digests: dict[str, str | None] = {}
        for batch in _batches(people, AT_ONCE):
            digests |= await rows.of(batch)
            others = [person for person in batch if digests[person.id] is None or known.get(person.id) != digests[person.id]]
            same = await rows.same_as_sealed(others, known)
            await self._append([(f"person-{each.id}", KeepRow(digest=digests[each.id] or "")) for each in same], occasion)
            changed += [person for person in others if person not in same]
        return changed, digests

    async def _caught_up(self) -> None:
        """Raises: Unavailable: the directory does not follow, so nothing could be compared with it."""
        if not await self.view.caught_up(await self.kernel.store.head(), within=30):
            raise Unavailable("the directory of people does not follow the store: see /intake/readyz, then import again")

    async def _append(self, commands: Sequence[tuple[str, Command]], occasion: Occasion) -> None:
        if commands:
            cause = UUID(bytes=sha256(f"{occasion.cause}{commands[0][0]}".encode()).digest()[:16])
            await execute_all(self.kernel.store, ROSTER, commands, Occasion(occasion.actor, None, occasion.happened_at, occasion.correlation, cause))

    async def _known(self) -> dict[str, tuple[str, str, str | None]]:
        """Everybody we have: id to (kind, school, digest)."""
        await self._caught_up()
        return await self.directory.digests()

    def _leaving(self, roster: Roster, known: dict[str, tuple[str, str, str | None]]) -> list[tuple[str, str]]:
        """A bundle is a full snapshot of its schools: who is not in it any more has left."""
        schools = {school.school for school in roster.schools}
        present = {person.id for person in roster.people} | {each.person for each in roster.set_aside if each.person}
        return [(person, school) for person, (_, school, _) in known.items() if school in schools and person not in present]

    async def _registrations(self, people: Sequence[Person], roster: Roster, digests: _Digests) -> list[tuple[str, Command]]:
        """Somebody whose keys were destroyed is set aside: nothing new can be kept about them, and the others come in all the same."""
        try:
            return await self._sealed(people, digests)
        except NotAllowed:
            found: list[tuple[str, Command]] = []
            for person in people:
                try:
                    found += await self._sealed([person], digests)
                except NotAllowed:
                    roster.set_aside.append(SetAside("users.csv", 0, "erased: nothing new is kept about this person", person.id))
            return found

    async def _sealed(self, people: Sequence[Person], digests: _Digests) -> list[tuple[str, Command]]:
        wanted = [part for person in people for part in _to_seal(person)]
        boxes = iter(await self.kernel.vault.seal_many(wanted))
        return [(f"person-{person.id}", _registration(person, list(islice(boxes, 4)), digests[person.id] or "")) for person in people]


def _registration(person: Person, boxes: Sequence[Sealed], digest: str) -> RegisterPerson:
    name, born, email, phone = boxes
    registered = PersonRegistered(
        person=person.id,
        kind=person.kind,
        school=person.school,
        posts=tuple(Post(role, person.school) for role in person.roles if role not in DISTRICT_ROLES),
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


def _refuse_large_drop(leaving: Sequence[tuple[str, str]], known: dict[str, tuple[str, str, str | None]]) -> None:
    students = Counter(school for kind, school, _ in known.values() if kind == "student")
    dropped = Counter(school for person, school in leaving if known[person][0] == "student")
    for school, count in dropped.items():
        if count > MOST_DROPPED * students[school]:
            raise Invalid(
                Fault("/users.csv", "drops-too-many"),
                message=f"the bundle would drop {count} of {students[school]} students of school {school}: check that it is whole, or say allow_drop",
            )


def _batches(items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    return (items[place : place + size] for place in range(0, len(items), size))
