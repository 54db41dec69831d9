"""What of a bundle is refused: a school's students, staff, guardians or classes, where too many would be lost. The rest is applied."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from services.intake.roster.known import Kind, Known, KnownPerson
from services.intake.roster.people import Roster, people_of
from services.intake.roster.person import Person
from services.intake.roster.reasons import Reason
from shared.errors import Fault, Invalid
from shared.events import StaffRole

Part = Literal["students", "staff", "guardians", "classes"]
Group = tuple[str, Part]
"""School and part."""

PART: dict[Kind, Part] = {"student": "students", "staff": "staff", "guardian": "guardians"}

MOST_LOST = 0.05
"""Share of a school's students, staff, guardians or classes that an export may lose unasked (domain page, "People come and go")."""

MOST_MOVED, FEW_MOVES = 0.5, 10
"""Somebody who moves stands in the export and is not lost; but where most of a school moves at once, a column was probably filled wrongly."""

_NEVER_WITHOUT: tuple[tuple[StaffRole, Reason], ...] = (("counsellor", "loses-all-counsellors"), ("principal", "loses-principal"))


@dataclass(frozen=True, slots=True)
class Refusal:
    """lost: how many would be. of: how many there are."""

    school: str
    part: Part
    reason: Reason
    lost: int
    of: int

    @property
    def group(self) -> Group:
        return self.school, self.part


@dataclass(frozen=True, slots=True)
class Accepted:
    """The losses that somebody takes upon themselves."""

    groups: frozenset[Group] = frozenset()
    everything: bool = False

    def __contains__(self, group: object) -> bool:
        return self.everything or group in self.groups


def accepted(wanted: Sequence[str], roster: Roster, known: Known) -> Accepted:
    """wanted: `<school>:<part>`, the school by id or NPSN. Raises: Invalid: there is no such part or school."""
    named = {name: each.school for each in roster.schools for name in (each.school, each.npsn) if name}
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


def refusals(roster: Roster, known: Known, gone: Sequence[str]) -> list[Refusal]:
    """At most one for each group of people. gone: who would leave."""
    found: dict[Group, Refusal] = {}
    for each in (*_lost(roster, known, gone), *_moved(roster, known), *_without(roster, known, gone), *_held(roster, known, gone)):
        found.setdefault(each.group, each)
    return list(found.values())


def lost_classes(people: Sequence[Person], known: Known) -> Iterator[Refusal]:
    """Homeroom classes that nobody is in any more, though their students are still at the school."""
    before: dict[str, set[str]] = defaultdict(set)
    after: dict[str, set[str]] = defaultdict(set)
    for person in people:
        was = known.people.get(person.id)
        if was and was.homeroom and was.school == person.school and person.kind == "student":
            before[person.school].add(was.homeroom)
        if person.homeroom:
            after[person.school].add(person.homeroom)
    for school, titles in before.items():
        lost = len(titles - after[school])
        if lost > MOST_LOST * len(titles):
            yield Refusal(school, "classes", "loses-too-many", lost, len(titles))


def _sizes(known: Known) -> Counter[Group]:
    return Counter((each.school, PART[each.kind]) for each in known.people.values())


def _lost(roster: Roster, known: Known, gone: Sequence[str]) -> Iterator[Refusal]:
    sizes = _sizes(known)
    lost = Counter((known.people[person].school, PART[known.people[person].kind]) for person in gone)
    strangers = {(person.school, PART[person.kind]) for person in roster.people if person.id not in known.people}
    for group, count in lost.items():
        if count > MOST_LOST * sizes[group]:
            replaced = count == sizes[group] and group in strangers
            yield Refusal(*group, "other-ids" if replaced else "loses-too-many", count, sizes[group])


def _moved(roster: Roster, known: Known) -> Iterator[Refusal]:
    sizes = _sizes(known)
    pairs = ((person, known.people[person.id]) for person in roster.people if person.id in known.people)
    moved = Counter((was.school, PART[was.kind]) for person, was in pairs if (was.school, was.kind) != (person.school, person.kind))
    for (school, part), count in moved.items():
        if count >= FEW_MOVES and count > MOST_MOVED * sizes[school, part]:
            yield Refusal(school, part, "moves-too-many", count, sizes[school, part])


def _without(roster: Roster, known: Known, gone: Sequence[str]) -> Iterator[Refusal]:
    told, left = {person.id for person in roster.people}, set(gone)
    for role, reason in _NEVER_WITHOUT:
        before = Counter(school for each in known.people.values() for school in _where(each, role))
        after = {school for person in roster.people for school in _where(person, role)}
        after |= {school for person, each in known.people.items() if person not in told and person not in left for school in _where(each, role)}
        yield from (Refusal(school, "staff", reason, count, count) for school, count in before.items() if school not in after)


def _where(person: Person | KnownPerson, role: StaffRole) -> set[str]:
    return {post.school for post in person.posts if post.role == role and post.school}


def _held(roster: Roster, known: Known, gone: Sequence[str]) -> Iterator[Refusal]:
    sizes = _sizes(known)
    missing = (known.people[person] for person in gone if person not in roster.gone)
    held = Counter((each.school, PART[each.kind]) for each in missing if roster.nameless & {None, each.school})
    for (school, part), count in held.items():
        yield Refusal(school, part, "unreadable-rows", count, sizes[school, part])
