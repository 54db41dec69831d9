"""Which guardians a student has: only people who exist. One who stands in no row at all is told, and the links that we have stay as they were."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace

from services.intake.roster.ids import person_id
from services.intake.roster.person import Person
from services.intake.roster.sifting import Sifted
from services.intake.roster.spool.spool import Spool


class Guardians:
    """Of a whole bundle, once everybody in it was read. One whose own row was set aside or is marked as deleted needs no second word."""

    def __init__(self, sifted: Sifted, spool: Spool) -> None:
        self._sifted, self._spool, source = sifted, spool, sifted.bundle.source
        self._aside = {person_id(source, key) for name, key in (*sifted.spoiled, *sifted.touched) if name == "users" and key}

    def joined(self, people: Iterable[Person]) -> list[Person]:
        """The people with the guardians who exist."""
        told = list(people)
        wanted = sorted({each for person in told for each in person.guardians})
        there = self._spool.people.there(wanted)
        named = there | self._spool.rows.gone(wanted) | self._aside
        return [self._joined(person, there, named) if person.guardians else person for person in told]

    def _joined(self, person: Person, there: AbstractSet[str], named: frozenset[str]) -> Person:
        untold = person.untold
        if not named.issuperset(person.guardians):
            self._sifted.put_cell_aside("users", self._spool.rows.user(person.id), "agentSourcedIds", "unknown-guardian")
            untold = untold | {"guardians"}
        return replace(person, untold=untold, guardians=tuple(each for each in person.guardians if each in there))
