"""Where each student is now, in which class, and which schools there are: what the roster said last, as far as moving a case needs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from shared.database import Database
from shared.events import PersonLeft, PersonRegistered
from shared.eventstore.batching import Batcher
from shared.post_keeping import Registration

_LEFT = "UPDATE whereabouts_v1 SET school = NULL, homeroom = NULL, position = %s WHERE student = %s AND position < %s"
_HERE = (
    "INSERT INTO whereabouts_v1 (student, school, homeroom, position) SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[])"
    " ON CONFLICT (student) DO UPDATE SET school = excluded.school,"
    " homeroom = excluded.homeroom, position = excluded.position WHERE whereabouts_v1.position < excluded.position"
)


class Told(NamedTuple):
    """Where a student is, as of a position."""

    student: str
    school: str
    homeroom: str | None
    position: int


class Whereabouts:
    """Kept from intake's events; an older one never overwrites a newer one. What is told of many students at once is one statement."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._keeping: Batcher[Told, None] = Batcher(self._keep, most=128)

    async def keep(self, told: PersonRegistered | PersonLeft, position: int) -> None:
        """Keeps where a student is; whoever is no student is passed over. Somebody who left is nowhere, which is not unknown."""
        if isinstance(told, PersonLeft):
            async with self.database.acting_as("directory").statement() as connection:
                await connection.execute(_LEFT, (position, told.person, position))
        elif told.kind == "student":
            await self._keeping.submit(Told(told.person, told.school, told.homeroom, position))

    async def keep_many(self, people: Sequence[Registration]) -> None:
        """The same of many people in one statement."""
        if students := [
            Told(each.told.person, each.told.school, each.told.homeroom, each.position) for each in people if each.told.kind == "student"
        ]:
            await self._keep(students)

    async def _keep(self, told: Sequence[Told]) -> list[None]:
        """Of several about one student the last counts."""
        last = {each.student: each for each in sorted(told, key=lambda each: each.position)}
        async with self.database.acting_as("directory").statement() as connection:
            await connection.execute(_HERE, [list(column) for column in zip(*last.values(), strict=True)])
        return [None] * len(told)

    async def of(self, student: str) -> str | None:
        """The school where the student is; None where the roster has them nowhere."""
        async with self.database.acting_as("directory").statement() as connection:
            row = await (await connection.execute("SELECT school FROM whereabouts_v1 WHERE student = %s", (student,))).fetchone()
        return row[0] if row else None

    async def of_many(self, students: Sequence[str]) -> dict[str, tuple[str, str]]:
        """School and title of the class of each; nothing of either where the roster does not say it."""
        query = "SELECT student, coalesce(school, ''), coalesce(homeroom, '') FROM whereabouts_v1 WHERE student = ANY (%s)"
        async with self.database.acting_as("directory").statement() as connection:
            rows = await (await connection.execute(query, (list(students),))).fetchall()
        return {row[0]: (row[1], row[2]) for row in rows}

    async def homeroom(self, student: str) -> str | None:
        """The title of the student's class; None where the roster does not say it."""
        async with self.database.acting_as("directory").statement() as connection:
            row = await (await connection.execute("SELECT homeroom FROM whereabouts_v1 WHERE student = %s", (student,))).fetchone()
        return row[0] if row else None

    async def is_school(self, school: str) -> bool:
        """Whether the district has this school; its own office is none."""
        async with self.database.statement() as connection:
            row = await (await connection.execute("SELECT FROM school_v1 WHERE school = %s AND level <> 'district'", (school,))).fetchone()
        return row is not None
