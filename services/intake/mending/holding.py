"""A mend takes precedence over an export that is still wrong, and ends by itself once the export is right (ADR 79)."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from services.intake.domain.mends import MENDS, FaultOfPerson, Key, MendCommand, Mends, RosterFieldMended, TellFaults, mends_stream
from services.intake.mending.putting import is_said, is_with, put
from services.intake.roster.known import Known
from services.intake.roster.people import Roster, people_of
from services.intake.roster.person import Person
from services.intake.roster.reasons import SetAside
from shared.decider import folded
from shared.eventstore.store import EventStore
from shared.sealed import Erased
from shared.sealing import Vault

AT_ONCE = 50
"""Schools whose mends are looked up together."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A mend that still holds, with its texts opened. was: empty where the roster had no value."""

    told: RosterFieldMended
    value: str
    was: str


@dataclass(frozen=True, slots=True)
class Held:
    """The mends of each school in a bundle, and those that its rows ended."""

    mends: dict[str, Mends] = field(default_factory=dict)
    ended: dict[str, tuple[Key, ...]] = field(default_factory=dict)

    def add(self, other: Held) -> None:
        """What another portion of the bundle found."""
        self.mends.update(other.mends)
        for school, ended in other.ended.items():
            self.ended[school] = (*self.ended.get(school, ()), *ended)

    @property
    def people(self) -> frozenset[str]:
        """About whom faults stand open."""
        return frozenset(each.person for mends in self.mends.values() for each in mends.faults)

    def commands(
        self, faults: Mapping[str, Sequence[FaultOfPerson]], named: AbstractSet[str], refused: AbstractSet[str]
    ) -> list[tuple[str, MendCommand]]:
        """What is to be recorded once the roster is stored, by stream. faults: of this import, by school. named: of whom the bundle has a row.

        refused: schools of which a part was not applied: there no mend ends.
        """
        found: list[tuple[str, MendCommand]] = []
        for school, mends in self.mends.items():
            kept = [each for each in mends.faults if each.person not in named]
            ended = () if school in refused else self.ended.get(school, ())
            told = TellFaults(school=school, faults=(*kept, *faults.get(school, ())), ended=ended)
            if told.ended or told.faults != mends.faults:
                found.append((mends_stream(school), told))
        return found


async def hold_mends(roster: Roster, known: Known, there: Callable[[Iterable[str]], AbstractSet[str]], store: EventStore, vault: Vault) -> Held:
    """Applies the mends to the people of a roster. A person who is at another school now is left to that school.

    there: those of the people who stand in the whole bundle or are known.
    """
    places = {person.id: place for place, person in enumerate(roster.people)}
    held = Held()
    schools = sorted({person.school for person in roster.people} | {known.people[each].school for each in people_of(roster) if each in known.people})
    for start in range(0, len(schools), AT_ONCE):
        batch = schools[start : start + AT_ONCE]
        held.mends.update(zip(batch, await asyncio.gather(*(_mends(store, each) for each in batch)), strict=True))
    for school, told in held.mends.items():
        here = [each for key, each in told.standing.items() if key.person in places and roster.people[places[key.person]].school == school]
        found = await opened(here, vault)
        guardians = there(each.value for each in found if each.told.field == "guardian")
        held.ended[school] = tuple(_put(roster, places, known, [each for each in found if each.told.field != "guardian" or each.value in guardians]))
    return held


async def opened(mends: Sequence[RosterFieldMended], vault: Vault) -> list[Opened]:
    """Without those about somebody whose keys were destroyed."""
    values = await vault.open_many([each.value for each in mends])
    before = iter(await vault.open_many([each.was for each in mends if each.was]))
    found = [(each, value, next(before) if each.was else "") for each, value in zip(mends, values, strict=True)]
    return [Opened(each, value, was) for each, value, was in found if not isinstance(value, Erased) and not isinstance(was, Erased)]


async def _mends(store: EventStore, school: str) -> Mends:
    """Read for one import, and not remembered: a district has a thousand."""
    stream = mends_stream(school)
    return folded(MENDS, stream, await store.entries(stream)).state


def _put(roster: Roster, places: Mapping[str, int], known: Known, mends: Iterable[Opened]) -> list[Key]:
    """Returns the mends that are needed no longer."""
    ended = []
    for each in mends:
        told, place = each.told, places[each.told.person]
        person = roster.people[place]
        if (person.kind != "student" and told.field != "name") or _is_over(each, person, known):
            ended.append(Key(told.person, told.field))
        else:
            roster.people[place] = put(_with_known_guardians(person, known, each), told.field, each.value)
    return ended


def _is_over(mend: Opened, person: Person, known: Known) -> bool:
    """The source says the same. Of a class, also where it says a third one, or where somebody has moved the student on meanwhile: that is news."""
    mended = mend.told.field
    if is_said(person, mended) and is_with(person, mended, mend.value):
        return True
    if mended != "homeroom":
        return False
    expected, was = {mend.value, mend.was}, known.people.get(person.id)
    return (is_said(person, mended) and (person.homeroom or "") not in expected) or (was is not None and (was.homeroom or "") not in expected)


def _with_known_guardians(person: Person, known: Known, mend: Opened) -> Person:
    """Where a source says nothing about guardians, the mend adds one to those we know."""
    was = known.people.get(person.id)
    return replace(person, guardians=was.guardians) if was and mend.told.field == "guardian" and not is_said(person, "guardian") else person


def faults_of(set_aside: Iterable[SetAside], schools: Mapping[str, str]) -> dict[str, list[FaultOfPerson]]:
    """By school. schools: of those who are in the roster, or come in now."""
    found: dict[str, list[FaultOfPerson]] = defaultdict(list)
    for each in set_aside:
        if each.person and (school := schools.get(each.person)):
            found[school].append(FaultOfPerson(person=each.person, file=each.file, row=each.row, field=each.field, reason=each.reason))
    return found
