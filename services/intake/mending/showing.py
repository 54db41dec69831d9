"""What stands on the page of mends: who has something set aside, and what stands mended. Names are opened for the page and not kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from services.intake.domain.mends import FaultOfPerson, Mended
from services.intake.mending.holding import opened
from services.intake.mending.office import MendingOffice
from services.intake.roster.person import Person
from services.intake.roster.registered import Registered
from services.intake.roster.report import sentence_of

MOST = 200
"""People whose faults a page shows; the first are mended first."""


@dataclass(frozen=True, slots=True)
class Faulty:
    """Somebody with what was set aside of them, as place, column and sentence."""

    person: Person
    faults: Sequence[tuple[FaultOfPerson, tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Standing:
    """A mend that goes before the source. value: as people read it."""

    person: Person
    field: Mended
    value: str


@dataclass(frozen=True, slots=True)
class OfSchool:
    """more: people who have something set aside and are not shown."""

    name: str
    faulty: Sequence[Faulty]
    standing: Sequence[Standing]
    more: int


async def of_school(office: MendingOffice, school: str, name: str) -> OfSchool:
    """Whoever left, moved or was erased is not shown."""
    mends = await office.of(school)
    people = list(dict.fromkeys(each.person for each in mends.faults))
    faulty = [
        Faulty(person, [(each, _sentence(each)) for each in mends.faults if each.person == person.id])
        for person in await _there(office, people[:MOST], school)
    ]
    told = await opened(list(mends.standing.values()), office.importing.kernel.vault)
    there = {each.id: each for each in await _there(office, [each.told.person for each in told], school)}
    guardians = {each.id: each.name for each in await _registered(office, [each.value for each in told if each.told.field == "guardian"])}
    standing = [
        Standing(there[each.told.person], each.told.field, guardians.get(each.value, "") if each.told.field == "guardian" else each.value)
        for each in told
        if each.told.person in there
    ]
    return OfSchool(name, faulty, standing, max(0, len(people) - MOST))


async def _there(office: MendingOffice, people: Sequence[str], school: str) -> list[Person]:
    return [each for each in await _registered(office, people) if each.school == school]


async def _registered(office: MendingOffice, people: Sequence[str]) -> list[Person]:
    registered = Registered(office.importing.kernel.store, office.importing.kernel.vault)
    return [each for each in await asyncio.gather(*(registered.last(each) for each in dict.fromkeys(people))) if each]


def _sentence(fault: FaultOfPerson) -> tuple[str, str]:
    told = sentence_of(fault.reason)
    return told.id, told.en
