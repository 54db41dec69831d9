"""What an import would do: whom it registers, who leaves, what is refused, and the numbers of it by school and part. Pure, and portion by portion."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Literal

from services.intake.roster.known import Known
from services.intake.roster.person import Person
from services.intake.roster.refusing import Accepted
from services.intake.roster.tallying import Group, Refusal, Tally, Titles, group_of
from shared.events import SchoolRegistered

Digest = Callable[[Person], str]
"""Of the row of somebody whom we know."""

Change = Literal["added", "changed", "moved", "left", "unchanged", "set_aside", "refused"]


@dataclass
class Plan:
    """applied, left: how many are registered, new or changed, and how many leave. counts: by school and part. taken: titles of the classes of those
    who are taken. with_students: schools whose students are.
    """

    schools: Sequence[SchoolRegistered]
    refused: Sequence[Refusal]
    applied: int = 0
    left: int = 0
    counts: dict[Group, Counter[Change]] = field(default_factory=lambda: defaultdict(Counter))
    taken: Titles = field(default_factory=lambda: defaultdict(set))
    with_students: set[str] = field(default_factory=set)

    @property
    def staying(self) -> set[Group]:
        """Parts of schools that nobody leaves."""
        return {each.group for each in self.refused}

    @property
    def barred(self) -> set[Group]:
        """Parts of schools of which nobody is taken, either."""
        return {each.group for each in self.refused if each.reason != "unreadable-rows"}

    def total(self, *changes: Change) -> int:
        """How many people changed in one of these ways."""
        return sum(counter[change] for (_, part), counter in self.counts.items() if part != "classes" for change in changes)


def begun(schools: Sequence[SchoolRegistered], tally: Tally, accept: Accepted) -> Plan:
    """A plan that says what is refused and who leaves. tally: of all portions."""
    made = Plan(schools, [each for each in tally.refusals() if each.group not in accept])
    staying = made.staying
    for group, count in tally.lost.items():
        made.counts[group]["refused" if group in staying else "left"] += count
        made.left += 0 if group in staying else count
    for group, count in tally.set_aside.items():
        made.counts[group]["set_aside"] += count
    return made


def taken_of(made: Plan, people: Iterable[Person], known: Known) -> list[Person]:
    """Those whom the plan does not refuse."""
    barred = made.barred
    return [person for person in people if not barred or not _groups(person, known) & barred]


def refuse(made: Plan, people: Iterable[Person]) -> None:
    """Counts those whom it does."""
    for person in people:
        made.counts[group_of(person)]["refused"] += 1


def adjusted(made: Plan, taken: Iterable[Person], known: Known, exist: frozenset[str]) -> list[Person]:
    """As they are registered. exist: those among their guardians who are in the roster once the plan is applied.

    Where a school's classes or guardians are refused, its students keep theirs; and nobody has a guardian who is not there.
    """
    barred = made.barred
    return [_adjusted(person, known, barred, exist) for person in taken]


def register(made: Plan, taken: Sequence[Person], adjusted_: Sequence[Person], known: Known, digest: Digest) -> list[Person]:
    """Those of the people who are new or changed. taken: the same as they came."""
    found = []
    for person, came in zip(adjusted_, taken, strict=True):
        change = _change(person, known, digest)
        made.counts[group_of(person)][change] += 1
        if change != "unchanged":
            found.append(person)
        if came.homeroom:
            made.taken[came.school].add(came.homeroom)
        if came.kind == "student":
            made.with_students.add(came.school)
    made.applied += len(found)
    return found


def count_classes(made: Plan, tally: Tally) -> None:
    """Once everybody was counted."""
    barred = made.barred
    for school in made.with_students:
        before, after = tally.titles[school], made.taken[school]
        lost, new = len(before - after), len(after - before)
        made.counts[school, "classes"] += Counter({"refused" if (school, "classes") in barred else "left": lost, "added": new})


def _groups(person: Person, known: Known) -> set[Group]:
    """The parts of schools that have to do with somebody: where they are and were, and where they lose a post."""
    was = known.people.get(person.id)
    lost: set[Group] = {(post.school, "staff") for post in set(was.posts) - set(person.posts) if post.school} if was else set()
    return {group_of(person), *([group_of(was)] if was else []), *lost}


def _adjusted(person: Person, known: Known, barred: AbstractSet[Group], exist: frozenset[str]) -> Person:
    was = known.people.get(person.id)
    if was and (person.school, "classes") in barred:
        person = replace(person, homeroom=was.homeroom)
    if was and (person.school, "guardians") in barred:
        person = replace(person, guardians=was.guardians)
    return person if exist.issuperset(person.guardians) else replace(person, guardians=tuple(each for each in person.guardians if each in exist))


def _change(person: Person, known: Known, digest: Digest) -> Change:
    was = known.people.get(person.id)
    if was is None:
        return "added"
    if was.school != person.school:
        return "moved"
    return "unchanged" if was.digest == digest(person) else "changed"
