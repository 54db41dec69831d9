"""Who cannot go on with what they owe, in which cases, and who could instead. Kept from what intake says of people's posts and what the rota says of
leaves.

Nothing is remembered about what was done: a case where somebody who is gone still has something is found until its own history says so. So a restart,
an event heard twice and a case that was given to somebody in the moment of their leaving lose nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import LiteralString, NamedTuple

from psycopg import sql
from pydantic import TypeAdapter

from services.cases.domain.case.opening import CLOCKS
from services.cases.domain.steps.gone import Why
from services.cases.domain.successor import LADDER, WORKS, Staff
from services.cases.reading.projecting import VIEW
from services.cases.reading.roster import OF_THE_DISTRICT
from shared.database import Connection, Database
from shared.events import PersonAppointed, PersonDismissed, PersonLeft, PersonRegistered, Post
from shared.eventstore.generations import answering
from shared.posts import SERVES, Posts

EVERYWHERE = "*"
TEACHING = ("homeroom", "mentor", "subject-teacher")
"""Roles of a school that have no cases."""

WHY: TypeAdapter[Why] = TypeAdapter(Why)
Moved = PersonRegistered | PersonLeft | PersonAppointed | PersonDismissed
"""What changes where somebody works. Who is suspended stands in the tables of posts."""


class Owed(NamedTuple):
    """Somebody who is gone has something in this case."""

    case: str
    person: str
    why: Why


class Absences:
    """Queries over the lists of cases and who is gone. They read what answers now; what it lacks is found a moment later.

    posts: who holds which role where.
    """

    def __init__(self, database: Database, posts: Posts) -> None:
        self._database, self._directory, self._posts = database.acting_as("owners"), database.acting_as("directory"), posts

    async def keep(self, told: Moved, position: int) -> None:
        """Keeps where somebody is gone from, before the roster forgets where they were; an older event changes nothing."""
        if isinstance(told, PersonRegistered) and told.kind != "staff":
            return
        async with self._directory.connection() as connection:
            newer = "SELECT 1 FROM person_v1 WHERE person = %s AND position >= %s"
            if await (await connection.execute(newer, (told.person, position))).fetchone():
                return
            held = await _held(connection, told.person)
            holds = _holds_now(told, held)
            before, now = await _works(connection, [each.post for each in held]), await _works(connection, holds)
            await _keep_moves(connection, told.person, before, now, left=not holds)

    async def owed(self, limit: int) -> list[Owed]:
        """Cases where somebody who is gone, or is kept away from them, still has the case or something that is expected."""
        return [Owed(case, person, WHY.validate_python(why)) for case, person, why in await self._all(_OWED, limit)]

    async def returned(self, limit: int) -> list[tuple[str, str]]:
        """Case and person, where the case's history says that they are gone and they are not, and nothing keeps them away."""
        return [(row[0], row[1]) for row in await self._all(_RETURNED, limit)]

    async def unsettled(self, limit: int) -> list[str]:
        """Open cases of which nothing is expected, or whose clocks are not their owner's: as an older release left them."""
        return [row[0] for row in await self._all(_UNSETTLED, limit)]

    async def staff(self, school: str) -> Staff:
        """The people of a school, of its cluster where it has no counsellor, and of the district; who is on leave from it, and who stands in."""
        by_role: dict[str, tuple[str, ...]] = {role: await self._posts.holders(role, school) for role in (WORKS, *LADDER)}
        async with self._directory.connection() as connection:
            if not by_role[WORKS]:
                by_role[WORKS] = tuple(row[0] for row in await (await connection.execute(_NEARBY, {"school": school, "works": WORKS})).fetchall())
            away: dict[str, str | None] = dict(await (await connection.execute(_AWAY, (school,))).fetchall())
        return Staff(by_role, frozenset(away), {person: deputy for person, deputy in away.items() if deputy})

    async def _all(self, query: sql.Composed, limit: int) -> list[tuple[str, ...]]:
        async with self._database.connection() as connection:
            return await (await connection.execute(query, {"limit": limit})).fetchall()


class Held(NamedTuple):
    """A post of somebody. appointed: by the district's word, which no export touches."""

    post: Post
    appointed: bool


async def _held(connection: Connection, person: str) -> list[Held]:
    query = "SELECT role, school, kind, appointed FROM post_v1 WHERE generation = 1 AND person = %s"
    return [
        Held(Post(role, school, kind), appointed) for role, school, kind, appointed in await (await connection.execute(query, (person,))).fetchall()
    ]


def _holds_now(told: Moved, held: Iterable[Held]) -> list[Post]:
    """What somebody holds after this, of what they held (shared/posts.py)."""
    match told:
        case PersonRegistered(posts=posts):
            return [*posts, *(each.post for each in held if each.appointed)]
        case PersonLeft():
            return [each.post for each in held if each.appointed]
        case PersonAppointed(post=post):
            return [post, *(each.post for each in held)]
        case PersonDismissed(post=post):
            return [each.post for each in held if each.post != post or not (each.appointed or post.school is None)]


async def _works(connection: Connection, posts: Iterable[Post]) -> dict[str, bool]:
    """At which schools somebody with these posts is, and whether they work on cases there."""
    told = list(posts)
    roles, schools, kinds = [each.role for each in told], [each.school for each in told], [each.kind for each in told]
    rows = await (await connection.execute(_AT, {"roles": roles, "schools": schools, "kinds": kinds, "works": [WORKS, *LADDER]})).fetchall()
    return dict(rows)


async def _keep_moves(connection: Connection, person: str, before: dict[str, bool], now: dict[str, bool], *, left: bool) -> None:
    """Somebody is gone from each school where they hold no post any more; where it is none that works on cases, they give up their cases.

    before, now: by school, whether they work on cases there. left: they hold no post at all.
    """
    here = [*now, *([] if left else [EVERYWHERE])]
    await connection.execute(_BACK, {"person": person, "here": here, "works": [school for school, works in now.items() if works]})
    gone = [*(before.keys() - now.keys()), *([EVERYWHERE] if left else [])]
    await _keep_gone(connection, person, gone, "left" if left else "moved")
    await _keep_gone(connection, person, [school for school, works in now.items() if before.get(school) and not works], "other-role")


async def _keep_gone(connection: Connection, person: str, schools: list[str], why: Why) -> None:
    await connection.execute(_KEEP, {"person": person, "schools": schools, "why": why})


_KEEP = (
    "INSERT INTO gone_v1 (person, school, why) SELECT %(person)s, school, %(why)s FROM unnest(%(schools)s::text[]) AS school"
    " ON CONFLICT (person, school) DO UPDATE SET why = excluded.why"
)
_BACK = (
    "DELETE FROM gone_v1 WHERE person = %(person)s AND (school = ANY (%(works)s::text[]) OR why <> 'other-role' AND school = ANY (%(here)s::text[]))"
)
_AT = (
    "SELECT coalesce(p.school, s.school) AS at, bool_or(p.role = ANY (%(works)s))"
    " FROM unnest(%(roles)s::text[], %(schools)s::text[], %(kinds)s::text[]) AS p (role, school, kind)"
    " LEFT JOIN school_v1 s ON p.school IS NULL AND (p.kind IS NULL OR p.kind = s.kind)"
    " WHERE coalesce(p.school, s.school) IS NOT NULL GROUP BY at"
)


def gone_of(held: sql.Composed) -> sql.Composed:
    """Who is gone from which school, and why. held: person and school of what people have, and where else they may do it: a step at the student's
    school of now, a case nowhere. Who served a school as a counsellor of its cluster does so no more where it has one of its own again, where they
    work on cases nowhere, or where the school is of that cluster no more.
    """
    return sql.SQL(
        "SELECT person, school, why FROM gone_v1 UNION ALL SELECT person, school, 'away' FROM leave_v1"
        " WHERE generation = {now} AND clock_timestamp() BETWEEN away_from AND away_until"
        " UNION ALL SELECT person, '*', 'suspended' FROM suspension_v1 WHERE generation = 1"
        " UNION ALL SELECT h.person, h.school, 'moved' FROM ({held}) AS h (person, school, there)"
        " JOIN school_v1 s ON s.school = h.school"
        " JOIN person_v1 o ON o.generation = 1 AND o.person = h.person AND o.kind = 'staff' WHERE NOT EXISTS (SELECT FROM post_v1 p"
        " WHERE p.generation = 1 AND p.person = h.person"
        " AND (p.school IN (h.school, h.there) OR p.school IS NULL AND (p.kind IS NULL OR p.kind = s.kind)))"
        " AND h.school NOT IN ({serves})"
    ).format(now=answering(VIEW), held=held, serves=sql.SQL(SERVES).format(generation=sql.SQL("1"), person=sql.SQL("h.person")))


_TEACHES_THERE = sql.SQL(
    " UNION ALL SELECT c.person, c.school, 'other-role' FROM (SELECT coalesce(given, taken), school FROM case_list_v1 WHERE generation = {now}"
    " AND NOT closed AND NOT merged UNION SELECT jsonb_array_elements_text(absent), school FROM case_list_v1 WHERE generation = {now}"
    " AND absent <> '[]') AS c (person, school)"
    " WHERE EXISTS (SELECT FROM post_v1 p WHERE p.generation = 1 AND p.person = c.person AND p.school = c.school)"
    " AND NOT EXISTS (SELECT FROM post_v1 p LEFT JOIN school_v1 s ON s.school = c.school WHERE p.generation = 1 AND p.person = c.person"
    " AND NOT p.role = ANY ({teaching}) AND (p.school = c.school OR p.school IS NULL AND (p.kind IS NULL OR p.kind = s.kind)))"
    " AND c.school NOT IN ({serves})"
).format(
    now=answering(VIEW), teaching=sql.Literal(list(TEACHING)), serves=sql.SQL(SERVES).format(generation=sql.SQL("1"), person=sql.SQL("c.person"))
)
"""Who served a school as a counsellor of its cluster and teaches there besides: once they serve it no more, its cases are not theirs."""

_GONE = (
    gone_of(
        sql.SQL(
            "SELECT coalesce(given, taken), school, NULL FROM case_list_v1"
            " WHERE generation = {now} AND NOT closed AND NOT merged UNION SELECT jsonb_array_elements_text(absent), school, NULL FROM case_list_v1"
            " WHERE generation = {now} AND absent <> '[]' UNION SELECT w.owner, w.school, c.student_at FROM worklist_v1 w JOIN case_list_v1 c"
            " ON c.generation = w.generation AND c.case_id = w.case_id WHERE w.generation = {now}"
        ).format(now=answering(VIEW))
    )
    + _TEACHES_THERE
)


def _reaches(person: LiteralString) -> sql.Composed:
    """Somebody is of the district at the school of case `c`: a case of the district's desk goes past the school, whoever had it there."""
    return sql.SQL(
        "EXISTS (SELECT FROM post_v1 d LEFT JOIN school_v1 s ON s.school = c.school WHERE d.generation = 1 AND d.person = {person}"
        " AND d.role = ANY ({roles}) AND (d.school = c.school OR d.school IS NULL AND (d.kind IS NULL OR d.kind = s.kind)))"
    ).format(person=sql.SQL(person), roles=sql.Literal(list(OF_THE_DISTRICT)))


_OWED = sql.SQL(
    "WITH gone AS MATERIALIZED ({gone}), now AS MATERIALIZED (SELECT {now} AS generation)"
    " SELECT w.case_id, g.person, g.why FROM now JOIN gone g ON g.why <> 'other-role' JOIN worklist_v1 w ON w.generation = now.generation"
    " AND w.owner = g.person AND g.school IN ('*', w.school)"
    " UNION SELECT c.case_id, g.person, g.why FROM now CROSS JOIN gone g JOIN case_list_v1 c ON c.generation = now.generation"
    " AND c.assignee = g.person AND g.school IN ('*', c.school) WHERE NOT c.closed AND NOT c.merged"
    " UNION SELECT w.case_id, w.owner, 'conflict' FROM now JOIN worklist_v1 w ON w.generation = now.generation AND w.owner = ANY (w.named)"
    " UNION SELECT c.case_id, coalesce(c.given, c.taken), 'conflict' FROM now JOIN case_list_v1 c ON c.generation = now.generation"
    " AND coalesce(c.given, c.taken) = ANY (c.named) WHERE NOT c.closed AND NOT c.merged AND NOT c.absent ? coalesce(c.given, c.taken)"
    " UNION SELECT c.case_id, coalesce(c.given, c.taken), 'other-role' FROM now JOIN case_list_v1 c ON c.generation = now.generation"
    " AND c.desk = 'district' WHERE NOT c.closed AND NOT c.merged AND coalesce(c.given, c.taken) IS NOT NULL"
    " AND NOT c.absent ? coalesce(c.given, c.taken) AND NOT {reaches}"
    " LIMIT %(limit)s"
).format(gone=_GONE, now=answering(VIEW), reaches=_reaches("coalesce(c.given, c.taken)"))
_RETURNED = sql.SQL(
    "SELECT c.case_id, p.person FROM case_list_v1 c, jsonb_array_elements_text(c.absent) AS p (person) WHERE c.generation = {now}"
    " AND c.absent <> '[]' AND NOT p.person = ANY (c.named)"
    " AND NOT EXISTS (SELECT FROM ({gone}) g WHERE g.person = p.person AND g.school IN ('*', c.school))"
    " AND (c.desk = 'school' OR p.person IS DISTINCT FROM coalesce(c.given, c.taken) OR {reaches}) LIMIT %(limit)s"
).format(gone=_GONE, now=answering(VIEW), reaches=_reaches("p.person"))
_UNSETTLED = sql.SQL(
    "SELECT c.case_id FROM case_list_v1 c WHERE c.generation = {now} AND NOT c.closed AND NOT c.merged AND (NOT EXISTS"
    " (SELECT FROM worklist_v1 w WHERE w.generation = c.generation AND w.case_id = c.case_id) OR EXISTS (SELECT FROM worklist_v1 w"
    " WHERE w.generation = c.generation AND w.case_id = c.case_id"
    " AND w.key IN ({clocks})"
    " AND w.owner IS DISTINCT FROM c.assignee)) LIMIT %(limit)s"
).format(now=answering(VIEW), clocks=sql.SQL(", ").join(sql.Literal(each) for each in CLOCKS))
_NEARBY = (
    "SELECT DISTINCT t.person FROM school_v1 mine JOIN school_v1 s ON s.cluster = mine.cluster AND s.school <> mine.school"
    " JOIN post_v1 t ON t.generation = 1 AND t.role = %(works)s AND t.school = s.school WHERE mine.school = %(school)s"
    " AND NOT EXISTS (SELECT FROM suspension_v1 u WHERE u.generation = 1 AND u.person = t.person) ORDER BY t.person"
)
"""A school without a counsellor is served by its cluster (gugus)."""

_AWAY = sql.SQL(
    "SELECT person, deputy FROM leave_v1 WHERE generation = {now} AND school = %s AND clock_timestamp() BETWEEN away_from AND away_until"
).format(now=answering(VIEW))
