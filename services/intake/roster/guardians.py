"""Which guardians a student has: only people who exist. One who stands in no row at all is told, and the links that we have stay as they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.intake.roster.ids import person_id
from services.intake.roster.known import Known
from services.intake.roster.person import Person
from services.intake.roster.sifting import Sifted


class Guardians:
    """people: those of the bundle. known: those we have. A guardian whose own row was set aside or is marked as deleted needs no second word."""

    def __init__(self, sifted: Sifted, people: Sequence[Person], known: Known) -> None:
        self._sifted, source = sifted, sifted.bundle.source
        self._there = {person.id for person in people} | known.people.keys()
        deleted = {person_id(source, row["sourcedId"]) for row in sifted.gone["users"]}
        aside = {person_id(source, key) for name, key in (*sifted.spoiled, *sifted.touched) if name == "users" and key}
        self._named = self._there | deleted | aside
        self._rows = {person_id(source, row["sourcedId"]): row for row in sifted.rows["users"]}

    def joined(self, person: Person) -> Person:
        """The person with the guardians who exist."""
        untold = person.untold
        if not self._named.issuperset(person.guardians):
            self._sifted.put_cell_aside("users", self._rows[person.id], "agentSourcedIds", "unknown-guardian")
            untold = untold | {"guardians"}
        return replace(person, untold=untold, guardians=tuple(each for each in person.guardians if each in self._there))
