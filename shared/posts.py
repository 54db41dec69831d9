"""Who holds which role where: one look-up, with the same names in every service (ADR 20).

Each service keeps posts in its own table `post_v1`, from what intake says (`shared/post_keeping.py`). What is known of a person is remembered for
half a second, because another process may hear of a change, and forgotten at once when this process hears of one.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Literal, LiteralString

from psycopg import sql

from shared.database import Database
from shared.errors import StillBuilding
from shared.events import Post, Role

REMEMBERED = 0.5
"""Seconds."""

MOST = 20_000
"""People who are remembered at once."""

KEPT = sql.SQL("1")
"""The generation where posts are kept as a neighbour tells them: they are not folded from the own store, and never built anew beside it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is now. kind: None where the roster has nobody of this id. posts: none for whoever is suspended; a post for a kind of schools
    stands here as one for each of them, and a counsellor is one at the schools of the cluster that they serve, too. away: schools from which they
    are on leave now: a leave goes before every post there (domain.md, People come and go).
    """

    kind: Literal["student", "staff", "guardian"] | None
    posts: frozenset[Post] = frozenset()
    away: frozenset[str] = frozenset()


NOBODY = Standing(None)


SERVES: LiteralString = (
    "SELECT served.school FROM post_v1 mine JOIN school_v1 here ON here.generation = mine.generation AND here.school = mine.school"
    " JOIN school_v1 served ON served.generation = here.generation AND served.cluster = here.cluster AND served.school <> here.school"
    " WHERE mine.generation = {generation} AND mine.person = {person} AND mine.role = 'counsellor' AND NOT EXISTS (SELECT FROM post_v1 own"
    " WHERE own.generation = served.generation AND own.school = served.school AND own.role = 'counsellor' AND NOT EXISTS"
    " (SELECT FROM suspension_v1 u WHERE u.generation = own.generation AND u.person = own.person))"
)
"""The schools that a person serves as the counsellor of their cluster (gugus): those where no counsellor holds a post, or only suspended ones
(domain.md, Urgency: duty). Whoever is alerted for such a school also works on its cases. generation, person: as SQL.
"""


NO_LEAVES = sql.SQL("SELECT NULL::text WHERE false")
"""Of a service for which no rota counts."""


class Posts:
    """The look-up. generation: which rows count, as SQL; NULL while the view is being built. leaves: the schools from which a person is away now,
    as a query about `%(person)s`.
    """

    def __init__(self, database: Database, generation: sql.Composable = KEPT, leaves: sql.Composable = NO_LEAVES) -> None:
        self._database, self._generation, self._leaves = database.acting_as("directory"), generation, leaves
        self._known: OrderedDict[str, tuple[float, Standing]] = OrderedDict()
        self._changes = 0

    async def of(self, person: str) -> Standing:
        """What somebody is now. Raises: Unavailable; StillBuilding: nobody can tell yet."""
        read_at, known = self._known.get(person, (-REMEMBERED, NOBODY))
        if time.monotonic() - read_at < REMEMBERED:
            return known
        changes, asked_at = self._changes, time.monotonic()
        found = _standing(await self._rows(_PERSON, person=person))
        if changes == self._changes:
            self._remember(person, asked_at, found)
        return found

    async def roles(self, person: str, school: str) -> frozenset[Role]:
        """The roles that a person holds at a school, also those that hold in the whole district. Raises: as `of`."""
        return frozenset(post.role for post in (await self.of(person)).posts if post.school in (None, school))

    async def schools(self, person: str, *roles: Role) -> frozenset[str]:
        """The schools where a person holds one of the roles, any role where none is said. Raises: as `of`."""
        held = [post for post in (await self.of(person)).posts if not roles or post.role in roles]
        if any(post.school is None for post in held):
            return frozenset(row[1] for row in await self._rows(_SCHOOLS))
        return frozenset(post.school for post in held if post.school)

    async def holders(self, role: Role, school: str) -> tuple[str, ...]:
        """Who holds a role at a school, also by a post for its kind of schools or for the whole district. Raises: as `of`."""
        return tuple(row[1] for row in await self._rows(_HOLDERS, role=role, school=school) if row[1])

    def forget(self) -> None:
        """Something has changed: who asks next reads it."""
        self._changes += 1
        self._known.clear()

    def _remember(self, person: str, read_at: float, found: Standing) -> None:
        self._known[person] = (read_at, found)
        self._known.move_to_end(person)
        if len(self._known) > MOST:
            self._known.popitem(last=False)

    async def _rows(self, query: sql.SQL, **asked: str) -> list[tuple[Any, ...]]:
        async with self._database.statement() as connection:
            rows = await (await connection.execute(self._of_generation(query), asked)).fetchall()
        if rows and rows[0][0] is None:
            raise StillBuilding("the directory of people is being built: ask again; readyz says how far it has got")
        return rows

    def _of_generation(self, query: sql.SQL) -> sql.Composed:
        serves = sql.SQL(SERVES).format(generation=self._generation, person=sql.SQL("%(person)s"))
        return query.format(generation=self._generation, serves=serves, leaves=self._leaves)


_PERSON = sql.SQL(
    "SELECT now.generation, p.kind, p.school, t.role, coalesce(t.school, s.school), t.kind, u.person IS NOT NULL, ARRAY({leaves})"
    " FROM (SELECT {generation}::integer) AS now (generation)"
    " LEFT JOIN person_v1 p ON p.generation = now.generation AND p.person = %(person)s"
    " LEFT JOIN (SELECT role, school, kind FROM post_v1 WHERE generation = {generation} AND person = %(person)s"
    " UNION SELECT 'counsellor', school, NULL FROM ({serves}) AS serves (school)) t ON true"
    " LEFT JOIN school_v1 s ON s.generation = now.generation AND s.kind = t.kind"
    " LEFT JOIN suspension_v1 u ON u.generation = now.generation AND u.person = %(person)s"
)
_HOLDERS = sql.SQL(
    "SELECT DISTINCT now.generation, t.person FROM (SELECT {generation}::integer) AS now (generation)"
    " LEFT JOIN school_v1 s ON s.generation = now.generation AND s.school = %(school)s"
    " LEFT JOIN post_v1 t ON t.generation = now.generation AND t.role = %(role)s"
    " AND (t.school = %(school)s OR t.school IS NULL AND (t.kind IS NULL OR t.kind = s.kind))"
    " AND NOT EXISTS (SELECT FROM suspension_v1 u WHERE u.generation = now.generation AND u.person = t.person) ORDER BY t.person"
)
_SCHOOLS = sql.SQL(
    "SELECT now.generation, s.school FROM (SELECT {generation}::integer) AS now (generation)"
    " LEFT JOIN school_v1 s ON s.generation = now.generation AND s.kind IS NOT NULL"
)


def _standing(rows: list[tuple[Any, ...]]) -> Standing:
    _, kind, school, *_, suspended, away = rows[0]
    if suspended:
        return Standing(kind)
    posts = {Post(role, where) for *_, role, where, of_kind, _, _ in rows if role and (where or not of_kind)}
    if kind in ("student", "guardian"):
        posts.add(Post(kind, school))
    return Standing(kind, frozenset(posts), frozenset(away))
