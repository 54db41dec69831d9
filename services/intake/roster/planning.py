"""What an import would do: whom it registers, who leaves, what is refused, and the numbers of it by school and part. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Literal

from services.intake.roster.known import Known
from services.intake.roster.people import Roster
from services.intake.roster.person import Person
from services.intake.roster.refusing import PART, Accepted, Group, Refusal, leaving, lost_classes, refusals
from shared.events import SchoolRegistered

Digest = Callable[[Person], str]
"""Of the row of somebody whom we know."""

Change = Literal["added", "changed", "moved", "left", "unchanged", "set_aside", "refused"]


@dataclass
class Plan:
    """people: who is registered, new or changed. departures: person and school. counts: by school and part."""

    schools: Sequence[SchoolRegistered]
    people: list[Person] = field(default_factory=list)
    departures: list[tuple[str, str]] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    counts: dict[Group, Counter[Change]] = field(default_factory=lambda: defaultdict(Counter))

    def total(self, *changes: Change) -> int:
        """How many people changed in one of these ways."""
        return sum(counter[change] for (_, part), counter in self.counts.items() if part != "classes" for change in changes)


def plan(roster: Roster, known: Known, accept: Accepted, digest: Digest) -> Plan:
    """roster: with everything filled in that the bundle did not say."""
    gone = leaving(roster, known)
    refused = [each for each in (*refusals(roster, known, gone), *lost_classes(roster.people, known)) if each.group not in accept]
    made = Plan(roster.schools, refused=refused)
    _let_go(made, known, gone)
    _register(made, roster, known, digest)
    for each in roster.set_aside:
        was = known.people.get(each.person) if each.person else None
        if was:
            made.counts[was.school, PART[was.kind]]["set_aside"] += 1
    return made


def _let_go(made: Plan, known: Known, gone: Sequence[str]) -> None:
    held = {each.group for each in made.refused}
    for person in gone:
        group = known.people[person].school, PART[known.people[person].kind]
        made.counts[group]["refused" if group in held else "left"] += 1
        if group not in held:
            made.departures.append((person, group[0]))


def _register(made: Plan, roster: Roster, known: Known, digest: Digest) -> None:
    refused = {each.group for each in made.refused if each.reason != "unreadable-rows"}
    taken = [person for person in roster.people if not _groups(person, known) & refused]
    exist = (known.people.keys() - {person for person, _ in made.departures}) | {person.id for person in taken}
    for person in roster.people:
        if _groups(person, known) & refused:
            made.counts[person.school, PART[person.kind]]["refused"] += 1
    for person in taken:
        adjusted = _adjusted(person, known, refused, exist)
        change = _change(adjusted, known, digest)
        made.counts[person.school, PART[person.kind]][change] += 1
        if change != "unchanged":
            made.people.append(adjusted)
    _count_classes(made, taken, known)


def _groups(person: Person, known: Known) -> set[Group]:
    """The parts of schools that have to do with somebody: where they are and were, and where they lose a post."""
    was = known.people.get(person.id)
    lost: set[Group] = {(post.school, "staff") for post in set(was.posts) - set(person.posts) if post.school} if was else set()
    return {(person.school, PART[person.kind]), *([(was.school, PART[was.kind])] if was else []), *lost}


def _adjusted(person: Person, known: Known, refused: AbstractSet[Group], exist: AbstractSet[str]) -> Person:
    """Where a school's classes or guardians are refused, its students keep theirs; and nobody has a guardian who is not there."""
    was = known.people.get(person.id)
    if was and (person.school, "classes") in refused:
        person = replace(person, homeroom=was.homeroom)
    if was and (person.school, "guardians") in refused:
        person = replace(person, guardians=was.guardians)
    return replace(person, guardians=tuple(each for each in person.guardians if each in exist))


def _change(person: Person, known: Known, digest: Digest) -> Change:
    was = known.people.get(person.id)
    if was is None:
        return "added"
    if was.school != person.school:
        return "moved"
    return "unchanged" if was.digest == digest(person) else "changed"


def _count_classes(made: Plan, people: Sequence[Person], known: Known) -> None:
    refused = {each.school for each in made.refused if each.part == "classes"}
    before, after = defaultdict(set), defaultdict(set)
    for person in people:
        if person.homeroom:
            after[person.school].add(person.homeroom)
    for each in known.people.values():
        if each.homeroom:
            before[each.school].add(each.homeroom)
    for school in {person.school for person in people if person.kind == "student"}:
        lost, new = len(before[school] - after[school]), len(after[school] - before[school])
        made.counts[school, "classes"] += Counter({"refused" if school in refused else "left": lost, "added": new})
