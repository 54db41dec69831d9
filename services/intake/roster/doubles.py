"""Students of a school who are likely one child under two ids, those who were matched, and what the school's people say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import uuid4

from services.intake.domain.doubles import DOUBLES, STREAM, DoubleCommand, Doubles, MatchPersons, TellApart, UnmatchPersons
from services.intake.roster.likeness import likely, of_one_name
from services.intake.roster.person import Person
from services.intake.roster.registered import Registered
from services.intake.views import Directory
from shared.access import Principal
from shared.decider import execute, load
from shared.errors import NotFound
from shared.message import Occasion
from shared.sealed import Erased, Sealed
from shared.service import Kernel

SAYS = ("school-operator", "coordinator")
"""Who says whether two records are one child, each of the own school."""

Answer = Literal["one", "two", "undo"]


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a child, to compare by. told: when the roster named it last."""

    person: str
    name: str
    homeroom: str
    born: date | None
    guardians: int
    told: datetime


@dataclass(frozen=True, slots=True)
class Pair:
    """goes_on, other: of a match. In a likely pair, the one first that was named last."""

    goes_on: Record
    other: Record


@dataclass(frozen=True, slots=True)
class OfSchool:
    school: str
    name: str
    likely: Sequence[Pair]
    matched: Sequence[Pair]


@dataclass(frozen=True, slots=True)
class DoublesDesk:
    """Finds and records. Raises: StillBuilding, BehindWrite, Unavailable."""

    kernel: Kernel
    directory: Directory

    async def of(self, principal: Principal) -> Sequence[OfSchool]:
        """Each school of which the principal may say it, by name. Names are opened for this page and not kept."""
        mine, doubles = _schools_of(principal), await self._doubles()
        named = [(str(each["school"]), each["name"] or "") for each in await self.directory.schools() if each["school"] in mine]
        return [await self._of_school(school, name, doubles) for school, name in named]

    async def say(self, principal: Principal, person: str, other: str, answer: Answer) -> None:
        """person: what goes on, goes on as this one.

        Raises: NotFound: no two students who look alike, of whom one is of the principal's school; a refusal.
        """
        school = await self._school_of(principal, person, other, both=answer != "undo")
        if answer != "undo":
            await self._require_alike(person, other)
        wanted: dict[Answer, type[DoubleCommand]] = {"one": MatchPersons, "two": TellApart, "undo": UnmatchPersons}
        command, now, cause = wanted[answer](person=person, other=other, by=principal.id), self.kernel.clock.now(), uuid4()
        await execute(self.kernel.store, DOUBLES, STREAM, command, Occasion(principal.id, school, now, cause, cause))

    async def _school_of(self, principal: Principal, person: str, other: str, *, both: bool) -> str:
        mine = _schools_of(principal)
        known = [await self.directory.person(each) for each in (person, other)]
        own = [each.school for each in known if each and each.kind == "student" and each.school in mine]
        if len(own) < (2 if both else 1) or own[0] is None:
            raise NotFound("no student of your school has this id")
        return own[0]

    async def _require_alike(self, person: str, other: str) -> None:
        """Only what the page asks is answered: nobody puts one child's case into that of another one. Raises: NotFound."""
        known = [last for each in dict.fromkeys((person, other)) if (last := await self._last(each))]
        if person != other and not (of_one_name({each.id: each.name for each in known}) and likely(known)):
            raise NotFound("no two students of your school who look alike have these ids")

    async def _doubles(self) -> Doubles:
        return (await load(self.kernel.store, DOUBLES, STREAM)).state

    async def _of_school(self, school: str, name: str, doubles: Doubles) -> OfSchool:
        names = await self._names(school)
        pairs = [pair for people in of_one_name(names) for pair in await self._likely(people, doubles)]
        matched = [(person, other) for other, person in doubles.matched.items() if not names.keys().isdisjoint({person, other})]
        shown = [await self._pair(person, other) for person, other in matched]
        return OfSchool(school, name, pairs, [each for each in shown if each])

    async def _names(self, school: str) -> dict[str, str]:
        people = await self.directory.people("student", school, schools=school)
        boxes = {str(each["person"]): each["name"] for each in people if isinstance(each["name"], Sealed)}
        opened = await self.kernel.vault.open_many(list(boxes.values()))
        return {person: name for person, name in zip(boxes, opened, strict=True) if not isinstance(name, Erased)}

    async def _likely(self, people: Sequence[str], doubles: Doubles) -> list[Pair]:
        found = [last for person in people if (last := await self._last(person))]
        told = [(one.id, other.id) for one, other in likely(found) if not doubles.is_told(one.id, other.id)]
        pairs = [await self._pair(one, other) for one, other in told]
        return [_newest_first(each) for each in pairs if each]

    async def _pair(self, person: str, other: str) -> Pair | None:
        one, two = await self._record(person), await self._record(other)
        return Pair(one, two) if one and two else None

    async def _last(self, person: str) -> Person | None:
        return await Registered(self.kernel.store, self.kernel.vault).last(person)

    async def _record(self, person: str) -> Record | None:
        """None of somebody whose keys were destroyed."""
        last, recorded = await self._last(person), await self.kernel.store.read_stream(f"person-{person}")
        told = [each.recorded_at for each in recorded if each.type == "person-registered"]
        return Record(person, last.name, last.homeroom or "", last.birthday, len(last.guardians), told[-1]) if last else None


def _schools_of(principal: Principal) -> frozenset[str]:
    """Whoever is on leave from a school says nothing of its students meanwhile."""
    return principal.schools(*SAYS) - principal.away


def _newest_first(pair: Pair) -> Pair:
    return pair if pair.goes_on.told >= pair.other.told else Pair(pair.other, pair.goes_on)
