"""Who holds which role where: one look-up, with the same names in every service (ADR 20).

Each service keeps posts in its own table `post_v1`, from what intake says. What is known of a person is remembered for half a second, because
another process may hear of a change, and forgotten at once when this process hears of one.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, LiteralString

from psycopg import sql

from shared.database import Connection, Database
from shared.errors import StillBuilding
from shared.events import PersonAppointed, PersonDismissed, PersonLeft, PersonRegistered, PersonReinstated, PersonSuspended, Post, Role

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


# keeping -----------------------------------------------------------------------------------------------------------

_REGISTERED = sql.SQL(
    "WITH row AS (SELECT * FROM jsonb_to_recordset(%(people)s::jsonb) AS row (person text, kind text, school text, name jsonb, born jsonb,"
    " email jsonb, phone jsonb, homeroom text, guardians text[], posts jsonb, position bigint)),"
    " kept AS ({person} RETURNING person),"
    " told AS (SELECT person, post.* FROM kept JOIN row USING (person), jsonb_to_recordset(row.posts) AS post (role text, school text, kind text)),"
    " gone AS (DELETE FROM post_v1 p USING kept WHERE p.generation = %(generation)s AND p.person = kept.person AND NOT p.appointed AND NOT EXISTS"
    " (SELECT FROM told WHERE told.person = p.person AND (told.role, told.school, told.kind) IS NOT DISTINCT FROM (p.role, p.school, p.kind)))"
    " INSERT INTO post_v1 (generation, person, role, school, kind, appointed)"
    " SELECT %(generation)s, told.person, told.role, told.school, told.kind, false FROM told ON CONFLICT DO NOTHING"
)


def registered(person: LiteralString) -> sql.Composed:
    """One statement that keeps registrations: the rows of the people and, for each that was written, exactly these posts of the roster.

    person: the service's own statement for the rows, which stand in `row`. Its arguments are those of `registrations`.
    """
    return _REGISTERED.format(person=sql.SQL(person))


@dataclass(frozen=True, slots=True)
class Registration:
    """Somebody as the roster told them at a position."""

    told: PersonRegistered
    position: int


def registrations(people: Iterable[Registration], generation: int = 1) -> dict[str, str | int]:
    """What the statement of `registered` needs. Of several about one person the last counts."""
    last = {each.told.person: each for each in sorted(people, key=lambda each: each.position)}
    rows = [f'{each.told.model_dump_json()[:-1]},"position":{each.position}}}' for each in last.values()]
    return {"generation": generation, "people": f"[{','.join(rows)}]"}


Changed = PersonLeft | PersonAppointed | PersonDismissed | PersonSuspended | PersonReinstated


async def keep_posts(connection: Connection, told: Changed, generation: int = 1) -> None:
    """Keeps what changed in somebody's posts, in the caller's transaction; the row of the person is the caller's."""
    who = (generation, told.person)
    match told:
        case PersonLeft():
            await connection.execute("DELETE FROM post_v1 WHERE generation = %s AND person = %s AND NOT appointed", who)
        case PersonAppointed(post=post):
            await connection.execute(_APPOINT, (*who, post.role, post.school, post.kind))
        case PersonDismissed(post=post):
            await connection.execute(_DISMISS, (*who, post.role, post.school, post.kind))
        case PersonSuspended():
            await connection.execute("INSERT INTO suspension_v1 (generation, person) VALUES (%s, %s) ON CONFLICT DO NOTHING", who)
        case PersonReinstated():
            await connection.execute("DELETE FROM suspension_v1 WHERE generation = %s AND person = %s", who)


_APPOINT = (
    "INSERT INTO post_v1 (generation, person, role, school, kind, appointed) VALUES (%s, %s, %s, %s, %s, true) ON CONFLICT DO NOTHING"
)  # fmt: skip
_DISMISS = (
    "DELETE FROM post_v1 WHERE generation = %s AND person = %s AND role = %s AND school IS NOT DISTINCT FROM %s AND kind IS NOT DISTINCT FROM %s"
    " AND (appointed OR school IS NULL)"
)
"""A post in the whole district may be one that a roster of the first release gave."""


async def is_older(connection: Connection, person: str, position: int) -> bool:
    """Whether something newer about the person was kept; else their row says from now on that this was.

    For a service that keeps what a neighbour says: after a restart it may hear the last events once more.
    """
    cursor = await connection.execute("SELECT position >= %s FROM person_v1 WHERE person = %s", (position, person))
    row = await cursor.fetchone()
    if row and not row[0]:
        await connection.execute("UPDATE person_v1 SET position = %s WHERE person = %s", (position, person))
    return bool(row and row[0])


LEFT_STAYS = (
    "UPDATE person_v1 p SET kind = 'staff', school = NULL WHERE p.generation = %s AND p.person = %s"
    " AND EXISTS (SELECT FROM post_v1 t WHERE t.generation = p.generation AND t.person = p.person AND t.appointed)"
)
"""Somebody left the roster and holds an appointment."""

LEFT = "DELETE FROM person_v1 p WHERE p.generation = %s AND p.person = %s AND p.school IS NOT NULL"

DISMISSED = (
    "DELETE FROM person_v1 p WHERE p.generation = %s AND p.person = %s AND p.school IS NULL"
    " AND NOT EXISTS (SELECT FROM post_v1 t WHERE t.generation = p.generation AND t.person = p.person AND t.appointed)"
)
"""The last appointment of somebody who stands in no roster has ended."""
