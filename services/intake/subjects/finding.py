"""Finds the person whom an erasure or a request is about, by school and name: an officer of the district knows no ids."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.intake.domain.roster import ROSTER
from services.intake.erasure.routes import is_theirs
from services.intake.erasure.view import Erasures
from services.intake.roster.likeness import spelled
from services.intake.roster.registered import Registered
from services.intake.views import Directory
from shared.access import EVERYWHERE, Principal
from shared.decider import load
from shared.pages import Text, say
from shared.sealed import Erased, Sealed
from shared.service import Kernel

MOST = 30
"""How many people a page offers. With more matches, the reader writes more of the name."""

DISTRICT = "dinas"
"""In place of a school: whoever was appointed by the district and stands in no school's roster."""

KINDS: Mapping[str, Text] = {"student": say("murid"), "guardian": say("orang tua/wali"), "staff": say("petugas")}

_DIGITS = 3
"""Digits of a telephone number that are shown."""

_TOGETHER = 20
"""Histories that are read at once."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody typed. school: id, or `DISTRICT`. number: in place of both. gone: look among those who left the school."""

    school: str = ""
    name: str = ""
    number: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody as a page names them, told apart from others of the same name: an erasure cannot be undone.

    name: empty where its key was destroyed. kind: student, guardian or staff; empty where the roster never had the person. children: names of a
    guardian's children. phone: the last digits of the number.
    """

    person: str
    name: str
    kind: str = ""
    homeroom: str = ""
    born: date | None = None
    children: tuple[str, ...] = ()
    phone: str = ""


@dataclass(frozen=True, slots=True)
class SubjectFinder:
    """Names are opened for a page and not kept."""

    kernel: Kernel
    directory: Directory
    erasures: Erasures

    async def schools(self, principal: Principal) -> list[tuple[str, Text | str]]:
        """The officer's schools, by name. An officer for all schools may also choose the district's own people. Raises: StillBuilding."""
        mine = principal.schools("district-officer")
        told = [(str(each["school"]), each["name"] or "") for each in await self.directory.schools() if mine == EVERYWHERE or each["school"] in mine]
        return [*told, (DISTRICT, say("Dinas (orang kabupaten)"))] if mine == EVERYWHERE else list(told)

    async def of(self, principal: Principal, wanted: Wanted) -> list[Match]:
        """At most one more than `MOST`, by name. Raises: StillBuilding, BehindWrite."""
        if wanted.number:
            return [await self.match(wanted.number)] if await is_theirs(self.erasures, principal, wanted.number) else []
        if wanted.school not in dict(await self.schools(principal)):
            return []
        found: list[Match] = []
        async for person, name in self._named(wanted):
            if _fits(name, wanted.name):
                found.append(await self.match(person))
            if len(found) > MOST:
                break
        return sorted(found, key=lambda each: each.name.casefold())

    async def match(self, person: str) -> Match:
        """Somebody as a page names them."""
        last = await self._registered.last(person)
        if last is None:
            return Match(person, await self.name(person))
        children = await self._children(person) if last.kind == "guardian" else ()
        return Match(person, last.name, last.kind, last.homeroom or "", last.birthday, children, last.phone[-_DIGITS:])

    async def _children(self, guardian: str) -> tuple[str, ...]:
        names = await self.kernel.vault.open_many(await self.directory.children_of(guardian))
        return tuple(sorted(name for name in names if not isinstance(name, Erased)))

    async def name(self, person: str) -> str:
        """Empty where nobody is known, or the key was destroyed."""
        known = (await load(self.kernel.store, ROSTER, f"person-{person}")).state.person
        opened = await self.kernel.vault.open(known.name) if known else ""
        return "" if isinstance(opened, Erased) else opened

    @property
    def _registered(self) -> Registered:
        return Registered(self.kernel.store, self.kernel.vault)

    async def _named(self, wanted: Wanted) -> AsyncIterator[tuple[str, str]]:
        if wanted.gone:
            people = await self.erasures.gone_from(wanted.school)
            for place in range(0, len(people), _TOGETHER):
                some = people[place : place + _TOGETHER]
                for named in zip(some, await asyncio.gather(*(self.name(person) for person in some)), strict=True):
                    yield named
        else:
            there = await self._there(wanted.school)
            for (person, _), name in zip(there, await self.kernel.vault.open_many([box for _, box in there]), strict=True):
                yield person, "" if isinstance(name, Erased) else name

    async def _there(self, school: str) -> Sequence[tuple[str, Sealed]]:
        if school == DISTRICT:
            return await self.directory.appointed()
        people = await self.directory.people(None, school, schools=school)
        return [(str(each["person"]), each["name"]) for each in people if isinstance(each["name"], Sealed)]


def _fits(name: str, typed: str) -> bool:
    """Every word that was typed begins a word of the name."""
    words = spelled(name).split()
    return all(any(word.startswith(each) for word in words) for each in spelled(typed).split())
