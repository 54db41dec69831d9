"""The table of tokens: which students are still to be indexed, their tokens, and who has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psycopg import sql

from shared.conditions import Conditions
from shared.database import Database
from shared.eventstore.projection import Projection
from shared.key_status import Dependent
from shared.keys import Keys
from shared.sealed import Sealed

_FRESH = "SELECT person, name, position FROM person_v1 WHERE kind = 'student' AND name_key IS NULL LIMIT %s"
_UNDER = "SELECT person, name, position FROM person_v1 WHERE kind = 'student' AND name_key = ANY (%s) LIMIT %s"
_MARK = (
    "UPDATE person_v1 p SET name_key = %s FROM (SELECT person, position FROM person_v1 WHERE (person, position) IN"
    " (SELECT * FROM unnest(%s::text[], %s::bigint[])) ORDER BY person FOR UPDATE) AS w WHERE p.person = w.person RETURNING p.person"
)
"""Only whose row is still the one that was read: whoever was registered again meanwhile is indexed again."""

_INSERT = "INSERT INTO name_token_v1 (person, token) SELECT * FROM unnest(%s::text[], %s::bigint[]) ON CONFLICT DO NOTHING"
_OF_SCHOOLS = sql.SQL(
    "SELECT person FROM person_v1 WHERE kind = 'student' AND school = ANY (%s)"
    " UNION SELECT student FROM case_list_v1 WHERE generation = %s AND school = ANY (%s) AND student IS NOT NULL"
)
_WITH_CASES = sql.SQL(
    "SELECT t.person FROM name_token_v1 t WHERE t.token = ANY (%s)"
    " AND EXISTS (SELECT FROM case_list_v1 c WHERE c.generation = %s AND c.student = t.person)"
)
_HAVING = sql.SQL("SELECT DISTINCT mine.person FROM ({}) AS mine WHERE {} LIMIT {}")


@dataclass(frozen=True, slots=True)
class Unindexed:
    """A student whose name has no tokens under the present key. position: of what the roster said last."""

    person: str
    name: Sealed
    position: int


@dataclass(frozen=True, slots=True)
class NameIndex:
    """Writes the index. Without a reader it sees every student."""

    database: Database
    keys: Keys

    async def unindexed(self, most: int) -> list[Unindexed]:
        """Who is to be indexed: first those whom the roster told, then those under an earlier key. Raises: Unavailable."""
        active = self.keys.active("name-index").id
        earlier = [each.id for each in self.keys.held("name-index") if each.id != active]
        async with self.database.acting_as("directory").connection() as connection:
            rows = await (await connection.execute(_FRESH, (most,))).fetchall()
            rows = rows or await (await connection.execute(_UNDER, (earlier, most))).fetchall()
        return [Unindexed(row[0], Sealed.model_validate(row[1]), row[2]) for row in rows]

    async def keep(self, told: Mapping[Unindexed, Sequence[int]], key: str) -> None:
        """Their tokens, in place of the earlier ones. key: the id of the one that made them. Raises: Unavailable."""
        by_person = {each.person: tokens for each, tokens in told.items()}
        async with self.database.acting_as("directory").connection() as connection:
            asked = (key, [each.person for each in told], [each.position for each in told])
            marked = [row[0] for row in await (await connection.execute(_MARK, asked)).fetchall()]
            await connection.execute("DELETE FROM name_token_v1 WHERE person = ANY (%s)", (marked,))
            pairs = [(person, token) for person in marked for token in by_person[person]]
            await connection.execute(_INSERT, ([person for person, _ in pairs], [token for _, token in pairs]))

    async def forget(self, person: str) -> None:
        """Somebody was erased. Raises: Unavailable."""
        async with self.database.acting_as("directory").statement() as connection:
            await connection.execute("DELETE FROM name_token_v1 WHERE person = %s", (person,))

    async def rebuild(self) -> None:
        """All students are indexed again, one after the other; until then they are found by what is there. Raises: Unavailable."""
        async with self.database.acting_as("directory").statement() as connection:
            await connection.execute("UPDATE person_v1 SET name_key = NULL WHERE kind = 'student'")

    async def depends(self) -> Sequence[Dependent]:
        """How many students nobody would find by name without each key."""
        async with self.database.acting_as("directory").statement() as connection:
            query = "SELECT name_key, count(*) FROM person_v1 WHERE kind = 'student' AND name_key IS NOT NULL GROUP BY 1"
            rows = await (await connection.execute(query)).fetchall()
        active = self.keys.active("name-index").id
        return [Dependent(name="cases", id=key, what="names to be searched for", count=count) for key, count in rows if key != active]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Asks the index as a reader. view: the case list, whose readers' wall holds for a search, too."""

    view: Projection

    async def having(self, parts: Sequence[Sequence[int]], schools: str, most: int) -> list[str]:
        """Students whom a reader may know of, who have a token of each part. schools: the wall. Raises: StillBuilding, BehindWrite."""
        own = [each for each in schools.split(",") if not each.startswith("desk:")]
        wanted = Conditions()
        for part in parts:
            wanted.add("EXISTS (SELECT FROM name_token_v1 t WHERE t.person = mine.person AND t.token = ANY (%s))", list(part))
        async with self.view.reading(schools) as (connection, generation):
            among = (list(parts[0]), generation) if schools == "*" else (own, generation, own)
            query = _HAVING.format(_WITH_CASES if schools == "*" else _OF_SCHOOLS, wanted.where, most)
            return [row[0] for row in await (await connection.execute(query, (*among, *wanted.values))).fetchall()]
