"""Who would leave with a bundle, and the losses that somebody accepts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from services.intake.roster.known import Known, KnownPerson
from services.intake.roster.people import Roster, people_of
from services.intake.roster.tallying import Group, Part
from shared.errors import Fault, Invalid
from shared.events import SchoolRegistered


@dataclass(frozen=True, slots=True)
class Accepted:
    """The losses that somebody takes upon themselves."""

    groups: frozenset[Group] = frozenset()
    everything: bool = False

    def __contains__(self, group: object) -> bool:
        return self.everything or group in self.groups


def accepted(wanted: Sequence[str], schools: Sequence[SchoolRegistered], known: Known) -> Accepted:
    """wanted: `<school>:<part>`, the school by id or NPSN. Raises: Invalid: there is no such part or school."""
    named = {name: each.school for each in schools for name in (each.school, each.npsn) if name}
    named |= {name: school for school, each in known.schools.items() for name in (school, each.npsn) if name and name not in named}
    return Accepted(frozenset(_group(each, named) for each in wanted))


def _group(wanted: str, named: dict[str, str]) -> Group:
    school, _, told = wanted.rpartition(":")
    part: Part | None = next((each for each in get_args(Part) if each == told), None)
    if part is None:
        raise Invalid(Fault("/accept", "unknown-kind"), message="accept: write <school>:students, :staff, :guardians or :classes")
    if school not in named:
        raise Invalid(Fault("/accept", "unknown-school"), message="accept: no school has this id or NPSN; the table of the refusal names both")
    return named[school], part


def leaving(roster: Roster, known: Known) -> list[str]:
    """Who would leave: whoever is marked as deleted, and in a full snapshot of a school whoever it does not name."""
    schools, present = {each.school for each in roster.schools}, set(people_of(roster))

    def is_missing(person: str, was: KnownPerson) -> bool:
        return was.kind in roster.covers and was.school in schools and person not in present

    return [person for person, each in known.people.items() if person in roster.gone or is_missing(person, each)]
