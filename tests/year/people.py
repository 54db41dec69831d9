"""What a service keeps of the roster, without a database: the same answers as its tables give (tests/year/test_stand_ins.py compares the two)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from shared.events import (
    PersonAppointed,
    PersonDismissed,
    PersonLeft,
    PersonRegistered,
    PersonReinstated,
    PersonSuspended,
    Post,
    Role,
    RosterFact,
    SchoolRegistered,
)
from shared.posts import NOBODY, Standing
from shared.sealed import Sealed


@dataclass(frozen=True)
class Kept:
    """One person. school: None for whoever was only appointed. position: of the newest event about them."""

    kind: str
    school: str | None
    name: Sealed
    position: int
    born: Sealed | None = None
    email: Sealed | None = None
    guardians: tuple[str, ...] = ()


@dataclass(frozen=True)
class Held:
    """A post of somebody. appointed: by the district's word, which no export touches."""

    post: Post
    appointed: bool


@dataclass
class People:
    """The tables `person_v1`, `post_v1`, `school_v1` and `suspension_v1` of one service, and `shared.posts.Posts` over them."""

    people: dict[str, Kept] = field(default_factory=dict)
    posts_of: dict[str, set[Held]] = field(default_factory=lambda: defaultdict(set))
    schools: dict[str, SchoolRegistered] = field(default_factory=dict)
    suspended: set[str] = field(default_factory=set)
    _remembered: dict[str, Standing] = field(default_factory=dict)
    _nearby: dict[str, list[str]] = field(default_factory=dict)

    # keeping ------------------------------------------------------------------------------------------------------

    def keep(self, told: RosterFact, position: int) -> None:
        """What intake said; an older event never overwrites a newer one."""
        self.forget()
        if isinstance(told, SchoolRegistered):
            self.schools[told.school] = told
        elif not self._is_older(told.person, position):
            self._keep(told, position)

    def _is_older(self, person: str, position: int) -> bool:
        known = self.people.get(person)
        if known and known.position < position:
            self.people[person] = replace(known, position=position)
        return known is not None and known.position >= position

    def _keep(self, told: RosterFact, position: int) -> None:
        match told:
            case PersonRegistered():
                self.people[told.person] = Kept(told.kind, told.school, told.name, position, told.born, told.email, told.guardians)
                self._has_posts(told.person, {Held(post, appointed=False) for post in told.posts})
            case PersonLeft():
                self._left(told.person)
            case PersonAppointed():
                self._appointed(told, position)
            case PersonDismissed():
                self._dismissed(told)
            case PersonSuspended(person=person):
                self.suspended.add(person)
            case PersonReinstated(person=person):
                self.suspended.discard(person)

    def _has_posts(self, person: str, told: set[Held]) -> None:
        self.posts_of[person] = {each for each in self.posts_of[person] if each.appointed} | told

    def _left(self, person: str) -> None:
        self._has_posts(person, set())
        known = self.people.get(person)
        if known and self.posts_of[person]:
            self.people[person] = replace(known, kind="staff", school=None)
        elif known and known.school is not None:
            del self.people[person]

    def _appointed(self, told: PersonAppointed, position: int) -> None:
        self.posts_of[told.person].add(Held(told.post, appointed=True))
        if told.name is None:
            return
        known = self.people.get(told.person) or Kept("staff", None, told.name, position)
        self.people[told.person] = replace(known, name=told.name, email=told.email or known.email)

    def _dismissed(self, told: PersonDismissed) -> None:
        self.posts_of[told.person] -= {
            each for each in self.posts_of[told.person] if each.post == told.post and (each.appointed or told.post.school is None)
        }
        known = self.people.get(told.person)
        if known and known.school is None and not any(each.appointed for each in self.posts_of[told.person]):
            del self.people[told.person]

    # shared.posts.Posts -------------------------------------------------------------------------------------------

    async def of(self, person: str) -> Standing:
        return self.standing(person)

    def standing(self, person: str) -> Standing:
        """What somebody is now."""
        if person not in self._remembered:
            self._remembered[person] = self._standing(person)
        return self._remembered[person]

    def _standing(self, person: str) -> Standing:
        known = self.people.get(person)
        if person in self.suspended:
            return Standing(known.kind) if known else NOBODY  # type: ignore[arg-type]
        posts = {place for each in self.posts_of[person] for place in self._places(each.post)} | {
            Post("counsellor", school) for school in self.serves(person)
        }
        if known and known.kind in ("student", "guardian"):
            posts.add(Post(known.kind, known.school))  # type: ignore[arg-type]
        return Standing(known.kind if known else None, frozenset(posts))  # type: ignore[arg-type]

    def _places(self, post: Post) -> Iterator[Post]:
        """A post for a kind of schools is one for each of them."""
        if post.kind is None:
            yield Post(post.role, post.school)
        else:
            yield from (Post(post.role, school) for school, told in self.schools.items() if told.kind_of_school == post.kind)

    async def holders(self, role: Role, school: str) -> tuple[str, ...]:
        return tuple(sorted({person for person, held in self.holding(school) if held == role}))

    def holding(self, school: str) -> Iterable[tuple[str, str]]:
        """Person and role, of everybody who holds a post at a school, also by one for its kind or for the whole district."""
        kind = self.schools[school].kind_of_school if school in self.schools else None
        for person, posts in self.posts_of.items():
            for post in {each.post for each in posts}:
                at = post.school == school or (post.school is None and post.kind in (None, kind))
                if at and person not in self.suspended:
                    yield person, post.role

    def serves(self, person: str) -> list[str]:
        """Schools of the person's cluster without a counsellor of their own."""
        return [school for school in self.schools if person in self.nearby(school)]

    def nearby(self, school: str) -> list[str]:
        """The counsellors of the other schools of its cluster, where it has none."""
        if school not in self._nearby:
            self._nearby[school] = self._of_the_cluster(school)
        return self._nearby[school]

    def _of_the_cluster(self, school: str) -> list[str]:
        if any(role == "counsellor" for _, role in self.holding(school)):
            return []
        mine = self.schools.get(school)
        others = {each for each, told in self.schools.items() if mine and mine.cluster and told.cluster == mine.cluster and each != school}
        found = {
            person for person, posts in self.posts_of.items() if any(each.post.role == "counsellor" and each.post.school in others for each in posts)
        }  # fmt: skip
        return sorted(found - self.suspended)

    def forget(self) -> None:
        """Something has changed: who asks next has it found anew."""
        self._remembered.clear()
        self._nearby.clear()
