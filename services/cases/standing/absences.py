"""What stands without a case and whose owner cannot go on, and whose owner is back (as `reading/absences.py` has it of cases).

Nothing is remembered: it is found until its own history says so.
"""

from __future__ import annotations

from typing import NamedTuple

from psycopg import sql

from services.cases.domain.steps.gone import Why
from services.cases.domain.strategies.group_sides import Pair
from services.cases.domain.successor import Staff
from services.cases.reading.absences import WHY, Absences, gone_of
from services.cases.reading.projecting import VIEW as CASES
from services.cases.standing.kept import GROUP_KIND, VIEW
from shared.database import Database
from shared.eventstore.generations import answering


class Left(NamedTuple):
    """Somebody who is gone still has this. kind, name: of it, as in the read model."""

    kind: str
    name: str
    person: str
    why: Why


class Returned(NamedTuple):
    """Whose it is can go on with it again."""

    kind: str
    name: str
    person: str


class Sided(NamedTuple):
    """Two members of a group stand on two sides of one incident. kind, name: of the group."""

    kind: str
    name: str
    pair: Pair


class StandingAbsences:
    """Queries over the read model and over who is gone. They read what answers now; what it lacks is found a moment later.

    people: who works where, and who is away.
    """

    def __init__(self, database: Database, people: Absences) -> None:
        self._database, self._people = database.acting_as("owners"), people

    async def left(self, limit: int) -> list[Left]:
        """Things of somebody who is gone from their school, or whom a case that they are about names."""
        async with self._database.connection() as connection:
            rows = await (await connection.execute(_LEFT, {"limit": limit})).fetchall()
        return [Left(kind, name, person, WHY.validate_python(why)) for kind, name, person, why in rows]

    async def returned(self, limit: int) -> list[Returned]:
        """Things whose history says that their owner is gone, who is not, and whom no case keeps away."""
        async with self._database.connection() as connection:
            rows = await (await connection.execute(_RETURNED, {"limit": limit})).fetchall()
        return [Returned(*row) for row in rows]

    async def sided(self) -> list[Sided]:
        """All groups of which one member is the victim and another the accused of the same concern, whether they know it or not: a limit would hide
        new ones behind those that know.
        """
        async with self._database.connection() as connection:
            rows = await (await connection.execute(_SIDED, {"kind": GROUP_KIND})).fetchall()
        return [Sided(GROUP_KIND, name, (one, other)) for name, one, other in rows]

    async def named(self, kind: str, name: str) -> frozenset[str]:
        """Everybody whom a case that it is about keeps away: of its members as they came, and their open cases now."""
        async with self._database.connection() as connection:
            rows = await (await connection.execute(_NAMED, {"kind": kind, "name": name})).fetchall()
        return frozenset(row[0] for row in rows)

    async def staff(self, school: str) -> Staff:
        """Who may go on at this school."""
        return await self._people.staff(school)


_GONE = gone_of(sql.SQL("SELECT owner, school, NULL FROM standing_v1 WHERE generation = {}").format(answering(VIEW)))
_ABOUT = sql.SQL(
    "c.generation = {} AND (c.case_id = ANY (t.cases) OR c.student = ANY (t.students) AND NOT c.closed AND NOT c.merged)"
).format(answering(CASES))  # fmt: skip
_KEEPS_AWAY = sql.SQL("SELECT FROM case_list_v1 c WHERE {} AND t.owner = ANY (c.named)").format(_ABOUT)
_LEFT = sql.SQL(
    "WITH gone AS MATERIALIZED ({gone})"
    " SELECT t.kind, t.id, t.owner, g.why FROM standing_v1 t JOIN gone g ON g.person = t.owner AND g.school IN ('*', t.school)"
    " WHERE t.generation = {now} AND t.gone IS NULL"
    " UNION SELECT t.kind, t.id, t.owner, 'conflict' FROM standing_v1 t WHERE t.generation = {now} AND t.gone IS DISTINCT FROM 'conflict'"
    " AND EXISTS ({keeps_away})"
    " LIMIT %(limit)s"
).format(gone=_GONE, now=answering(VIEW), keeps_away=_KEEPS_AWAY)
_RETURNED = sql.SQL(
    "SELECT t.kind, t.id, t.owner FROM standing_v1 t WHERE t.generation = {now} AND t.gone IS NOT NULL"
    " AND NOT EXISTS (SELECT FROM ({gone}) g WHERE g.person = t.owner AND g.school IN ('*', t.school)) AND NOT EXISTS ({keeps_away}) LIMIT %(limit)s"
).format(gone=_GONE, now=answering(VIEW), keeps_away=_KEEPS_AWAY)
_NAMED = sql.SQL(
    "SELECT DISTINCT unnest(c.named) FROM standing_v1 t JOIN case_list_v1 c ON {about}"
    " WHERE t.generation = {now} AND t.kind = %(kind)s AND t.id = %(name)s"
).format(about=_ABOUT, now=answering(VIEW))
_MEMBERS = sql.SQL(
    "SELECT t.id, c.student, c.case_id FROM standing_v1 t JOIN case_list_v1 c ON {about} WHERE t.generation = {now} AND t.kind = %(kind)s"
).format(about=_ABOUT, now=answering(VIEW))
_SIDED = sql.SQL(
    "WITH member AS MATERIALIZED ({members})"
    " SELECT DISTINCT m.id, least(m.student, o.student), greatest(m.student, o.student) FROM member m"
    " JOIN strand_v1 victim ON victim.generation = {now} AND victim.case_id = m.case_id AND victim.role = 'affected'"
    " JOIN strand_v1 accused ON accused.generation = victim.generation AND accused.concern = victim.concern AND accused.role = 'accused'"
    " JOIN member o ON o.id = m.id AND o.case_id = accused.case_id AND o.student <> m.student"
).format(members=_MEMBERS, now=answering(CASES))
