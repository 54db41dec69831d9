"""What the directory knows of the roster when an import begins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, get_args

from shared.events import DISTRICT_ROLES, Post, StaffRole
from shared.eventstore.projection import Projection

Kind = Literal["student", "staff", "guardian"]
EVERYBODY: frozenset[Kind] = frozenset(get_args(Kind))

AT_ONCE = 5_000
"""People of the directory in memory together."""

_PEOPLE = (
    "SELECT person, kind, school, digest, homeroom, guardians FROM person_v1 WHERE generation = %s AND school IS NOT NULL AND person > %s"
    " ORDER BY person LIMIT %s"
)
_POSTS = (
    "SELECT person, role, school FROM post_v1"
    " WHERE generation = %s AND school IS NOT NULL AND NOT appointed AND person BETWEEN %s AND %s"
)  # fmt: skip
_APPOINTED = "SELECT person, role, school FROM post_v1 WHERE generation = %s AND school IS NOT NULL AND appointed"
_SCHOOLS = "SELECT school, npsn, name, cluster FROM school_v1 WHERE generation = %s"


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """school, roles, elsewhere: as of a `Person`. digest: keyed hash of the row that the person was registered from; None where the last registration
    was not kept.
    """

    kind: Kind
    school: str
    roles: tuple[StaffRole, ...] = ()
    digest: str | None = None
    homeroom: str | None = None
    guardians: tuple[str, ...] = ()
    elsewhere: tuple[Post, ...] = ()

    @property
    def posts(self) -> tuple[Post, ...]:
        """Every post that the roster gave."""
        return (*(Post(role, self.school) for role in self.roles), *self.elsewhere)


class Held(NamedTuple):
    """The roles at somebody's main school, and the posts elsewhere, both in order."""

    roles: tuple[StaffRole, ...]
    elsewhere: tuple[Post, ...]


def held(posts: Iterable[Post], school: str) -> Held:
    """Posts of the roster, told apart. school: the main one."""
    ordered = sorted({post for post in posts if post.school and post.role not in DISTRICT_ROLES}, key=lambda post: (post.role, post.school))
    roles = [post.role for post in ordered if post.school == school]
    return Held(tuple(sorted(role for role in get_args(StaffRole) if role in roles)), tuple(post for post in ordered if post.school != school))


@dataclass(frozen=True, slots=True)
class KnownSchool:
    """cluster: its gugus, where it has one."""

    npsn: str | None
    name: str
    cluster: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """People and schools by our ids. appointed: by person, the posts that the district gave."""

    people: Mapping[str, KnownPerson] = field(default_factory=dict)
    schools: Mapping[str, KnownSchool] = field(default_factory=dict)
    appointed: Mapping[str, frozenset[Post]] = field(default_factory=dict)


KeepPeople = Callable[[Mapping[str, KnownPerson]], Awaitable[None]]
"""Is told of everybody of the directory, some at a time."""


async def read_known(directory: Projection, keep: KeepPeople) -> Known:
    """Every school, and what the district gave, as `Known` without people: they go to `keep`. Raises: StillBuilding, BehindWrite."""
    async with directory.reading(acting="directory") as (connection, generation):
        appointed: dict[str, frozenset[Post]] = defaultdict(frozenset)
        for person, role, school in await (await connection.execute(_APPOINTED, (generation,))).fetchall():
            appointed[person] |= {Post(role, school)}
        schools = await (await connection.execute(_SCHOOLS, (generation,))).fetchall()
        last = ""
        while people := await (await connection.execute(_PEOPLE, (generation, last, AT_ONCE))).fetchall():
            first, last = people[0][0], people[-1][0]
            posts = await (await connection.execute(_POSTS, (generation, first, last))).fetchall()
            await keep(_people(people, posts))
    return Known(schools={school: KnownSchool(npsn, name, cluster) for school, npsn, name, cluster in schools}, appointed=appointed)


def _people(people: Iterable[Sequence[Any]], posts: Iterable[Sequence[Any]]) -> dict[str, KnownPerson]:
    by_person: dict[str, list[Post]] = defaultdict(list)
    for person, role, school in posts:
        by_person[person].append(Post(role, school))
    return {
        person: _known(kind, school, digest, homeroom, tuple(guardians), held(by_person[person], school))
        for person, kind, school, digest, homeroom, guardians in people
    }


def _known(kind: Kind, school: str, digest: str | None, homeroom: str | None, guardians: tuple[str, ...], told: Held) -> KnownPerson:
    return KnownPerson(kind, school, told.roles, digest, homeroom, guardians, told.elsewhere)


async def read_known_schools(directory: Projection) -> dict[str, KnownSchool]:
    """Every school of the directory as it stands. Raises: StillBuilding."""
    async with directory.as_it_stands() as (connection, generation):
        rows = await (await connection.execute(_SCHOOLS, (generation,))).fetchall()
    return {school: KnownSchool(npsn, name, cluster) for school, npsn, name, cluster in rows}
