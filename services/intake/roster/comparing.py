"""A bundle beside what is known, portion by portion: what nobody said is filled in, what people mended holds, and losses are counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.intake.domain.asked_roles import Wish
from services.intake.mending.holding import Held, hold_mends
from services.intake.roster.completing import complete, keep_elsewhere
from services.intake.roster.digests import RowKeys, of_the_first_release, read_keys, with_digests
from services.intake.roster.known import Known
from services.intake.roster.own_school import only_of
from services.intake.roster.people import Roster, RosterReader
from services.intake.roster.person import Person
from services.intake.roster.planning import Plan, adjusted, begun, count_classes, refuse, register, taken_of
from services.intake.roster.reasons import SetAside
from services.intake.roster.refusing import Accepted, leaving
from services.intake.roster.registered import Registered
from services.intake.roster.registering import erased
from services.intake.roster.spool.spool import Spool
from services.intake.roster.tallying import Tally, group_of
from services.intake.year.holding import hold
from shared.service import Kernel


@dataclass
class Comparing:
    """Of one import. schools: whose rows alone may change anything, None for all. set_aside: what comparing set aside, besides reading.
    asked: roles that only the district gives. held: what people had mended.
    """

    kernel: Kernel
    spool: Spool
    reader: RosterReader
    schools: frozenset[str] | None
    tally: Tally = field(default_factory=Tally)
    held: Held = field(default_factory=Held)
    set_aside: list[SetAside] = field(default_factory=list)
    asked: list[Wish] = field(default_factory=list)
    portions: list[int] = field(default_factory=list)

    async def compare(self) -> None:
        """Every known person comes to one portion: with the rows about them, or among those of whom there is none."""
        for number in range(len(self.reader.portions)):
            await self._compare(number, *await self.spool.work(self.reader.portion, number))
        absent, number = self.spool.known.absent(), len(self.reader.portions)
        while people := await self.spool.work(next, absent, None):
            await self._compare(number, *await self.spool.work(self.reader.absent, people))
            number += 1

    async def plan(self, accept: Accepted) -> Plan:
        """Nothing is registered where too many would be lost."""
        made = begun(self.reader.whole.schools, self.tally, accept)
        for school, part in made.staying:
            self.spool.people.stay(school, part)
        if made.barred:
            for number in self.portions:
                await self.spool.work(self._refuse, made, number)
        for number in self.portions:
            await self._plan(made, number)
        count_classes(made, self.tally)
        return made

    async def _compare(self, number: int, roster: Roster, known: Known) -> None:
        store, vault, told = self.kernel.store, self.kernel.vault, len(roster.set_aside)
        await hold(roster, store, self.kernel.clock.now())
        if self.schools is not None:
            only_of(self.schools, roster, known)
        keys = await read_keys([person.id for person in roster.people if person.id in known.people], vault)
        _put_erased_aside(roster, known, keys)
        self.held.add(await hold_mends(roster, known, self.spool.people.there, store, vault))
        registered = Registered(store, vault)
        roster.people = await complete(await keep_elsewhere(roster, known, registered), known, registered)
        before = await of_the_first_release([person.id for person in roster.people if person.id in keys], known, registered)
        renewed = {person.id: keys.digest(person) for person in before}
        self.set_aside += roster.set_aside[told:]
        self.asked += roster.asked
        await self.spool.work(self._keep, number, roster, with_digests(known, renewed), keys, renewed)

    def _keep(self, number: int, roster: Roster, known: Known, keys: RowKeys, renewed: Mapping[str, str]) -> None:
        gone = leaving(roster, known)
        self.tally.add(roster, known, gone)
        digests = {person.id: keys.digest(person) for person in roster.people if _stays(person, known)}
        self.spool.people.keep_compared(number, roster.people, digests)
        self.spool.people.keep_leaving([(person, *group_of(known.people[person])) for person in gone])
        self.spool.people.keep_renewed(renewed)
        self.spool.known.renew(renewed)
        if roster.people:
            self.portions.append(number)

    def _refuse(self, made: Plan, number: int) -> None:
        people, known = self._compared(number)
        taken = {person.id for person in taken_of(made, people, known)}
        refused = [person for person in people if person.id not in taken]
        refuse(made, refused)
        self.spool.people.refuse(person.id for person in refused)

    async def _plan(self, made: Plan, number: int) -> None:
        """A digest is made again only for somebody whom the plan makes another."""
        taken, known = await self.spool.work(self._compared, number)
        fitted = await self.spool.work(self._adjusted, made, taken, known)
        other = [person.id for person, came in zip(fitted, taken, strict=True) if person is not came and _stays(person, known)]
        keys = await read_keys(other, self.kernel.vault)
        digests = self.spool.people.digests(number)

        def digest(person: Person) -> str:
            return keys.digest(person) if person.id in keys else digests[person.id]

        self.spool.people.plan(await self.spool.work(register, made, taken, fitted, known, digest))

    def _compared(self, number: int) -> tuple[list[Person], Known]:
        people = self.spool.people.compared(number)
        return people, Known(self.spool.known.of([person.id for person in people]))

    def _adjusted(self, made: Plan, taken: Sequence[Person], known: Known) -> list[Person]:
        return adjusted(made, taken, known, self.spool.people.exist({each for person in taken for each in person.guardians}))


def _stays(person: Person, known: Known) -> bool:
    """Whether somebody is known, and at the same school."""
    was = known.people.get(person.id)
    return was is not None and was.school == person.school


def _put_erased_aside(roster: Roster, known: Known, keys: RowKeys) -> None:
    gone = {person.id for person in roster.people if person.id in known.people and person.id not in keys}
    roster.set_aside += [erased(person) for person in roster.people if person.id in gone]
    roster.people = [person for person in roster.people if person.id not in gone]
