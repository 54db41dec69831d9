"""What of a bundle is refused: a school's students, staff, guardians or classes, where too many would be lost. The rest is applied.

The numbers are gathered portion by portion; each known person is in one of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from services.intake.roster.known import Kind, Known, KnownPerson
from services.intake.roster.people import Roster
from services.intake.roster.person import Person
from services.intake.roster.reasons import Reason
from shared.events import Role

Part = Literal["students", "staff", "guardians", "classes"]
Group = tuple[str, Part]
"""School and part."""

PART: Mapping[Kind, Part] = {"student": "students", "staff": "staff", "guardian": "guardians"}

MOST_LOST = 0.05
"""Share of a school's students, staff, guardians or classes that an export may lose unasked (domain page, "People come and go")."""

MOST_MOVED, FEW_MOVES = 0.5, 10
"""Somebody who moves stands in the export and is not lost; but where most of a school moves at once, a column was probably filled wrongly."""

_NEVER_WITHOUT: Mapping[Role, Reason] = {"counsellor": "loses-all-counsellors", "principal": "loses-principal"}

Titles = defaultdict[str, set[str]]
"""Titles of homeroom classes, by school."""


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


@dataclass
class Tally:
    """sizes: how many are known. lost, moved: how many of these would be. strangers: where somebody new comes. held: how many may stand in a row that
    does not tell whose it is. people: of the bundle, by school. titles: of all known classes; stay: of those whose students are still at the school.
    """

    sizes: Counter[Group] = field(default_factory=Counter)
    lost: Counter[Group] = field(default_factory=Counter)
    moved: Counter[Group] = field(default_factory=Counter)
    held: Counter[Group] = field(default_factory=Counter)
    set_aside: Counter[Group] = field(default_factory=Counter)
    strangers: set[Group] = field(default_factory=set)
    people: Counter[str] = field(default_factory=Counter)
    titles: Titles = field(default_factory=lambda: defaultdict(set))
    stay: Titles = field(default_factory=lambda: defaultdict(set))
    told: Titles = field(default_factory=lambda: defaultdict(set))
    posts: Counter[tuple[Role, str]] = field(default_factory=Counter)
    posts_after: set[tuple[Role, str]] = field(default_factory=set)

    def add(self, roster: Roster, known: Known, gone: Sequence[str]) -> None:
        """gone: who would leave."""
        self._add_known(known, {*gone, *(person.id for person in roster.people)})
        for person in roster.people:
            self._add_person(person, known.people.get(person.id))
        for each in (known.people[person] for person in gone):
            self.lost[group_of(each)] += 1
        for each in (known.people[person] for person in gone if person not in roster.gone):
            self.held[group_of(each)] += bool(roster.nameless & {None, each.school})
        self.set_aside.update(group_of(was) for each in roster.set_aside if (was := known.people.get(each.person or "")))

    def _add_known(self, known: Known, spoken_of: set[str]) -> None:
        for person, each in known.people.items():
            self.sizes[group_of(each)] += 1
            self.posts.update(_kept_posts(each))
            if person not in spoken_of:
                self.posts_after.update(_kept_posts(each))
            if each.homeroom:
                self.titles[each.school].add(each.homeroom)

    def _add_person(self, person: Person, was: KnownPerson | None) -> None:
        self.people[person.school] += 1
        self.posts_after.update(_kept_posts(person))
        if person.homeroom:
            self.told[person.school].add(person.homeroom)
        if was is None:
            self.strangers.add(group_of(person))
            return
        if (was.school, was.kind) != (person.school, person.kind):
            self.moved[group_of(was)] += 1
        if was.homeroom and was.school == person.school and person.kind == "student":
            self.stay[person.school].add(was.homeroom)

    def refusals(self) -> list[Refusal]:
        """At most one for each group of people, and one for the classes of a school."""
        found: dict[Group, Refusal] = {}
        for each in (*self._lost(), *self._moved(), *self._without(), *self._held(), *self._lost_classes()):
            found.setdefault(each.group, each)
        return list(found.values())

    def _lost(self) -> Iterator[Refusal]:
        for group, count in self.lost.items():
            if count > MOST_LOST * self.sizes[group]:
                replaced = count == self.sizes[group] and group in self.strangers
                yield Refusal(*group, "other-ids" if replaced else "loses-too-many", count, self.sizes[group])

    def _moved(self) -> Iterator[Refusal]:
        for group, count in self.moved.items():
            if count >= FEW_MOVES and count > MOST_MOVED * self.sizes[group]:
                yield Refusal(*group, "moves-too-many", count, self.sizes[group])

    def _without(self) -> Iterator[Refusal]:
        for wanted, reason in _NEVER_WITHOUT.items():
            lost = ((school, count) for (role, school), count in self.posts.items() if role == wanted and (role, school) not in self.posts_after)
            yield from (Refusal(school, "staff", reason, count, count) for school, count in lost)

    def _held(self) -> Iterator[Refusal]:
        return (Refusal(*group, "unreadable-rows", count, self.sizes[group]) for group, count in self.held.items() if count)

    def _lost_classes(self) -> Iterator[Refusal]:
        """Homeroom classes that nobody is in any more, though their students are still at the school."""
        for school, titles in self.stay.items():
            lost = len(titles - self.told[school])
            if lost > MOST_LOST * len(titles):
                yield Refusal(school, "classes", "loses-too-many", lost, len(titles))


def group_of(person: Person | KnownPerson) -> Group:
    """Where somebody is."""
    return person.school, PART[person.kind]


def _kept_posts(person: Person | KnownPerson) -> Iterable[tuple[Role, str]]:
    """Those of which no school may lose the last one unasked."""
    return {(post.role, post.school) for post in person.posts if post.role in _NEVER_WITHOUT and post.school}
