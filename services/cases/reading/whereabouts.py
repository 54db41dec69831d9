"""Where each student is now, in which class, and which schools there are: what the roster said last, as far as moving a case needs it."""

from __future__ import annotations

from dataclasses import dataclass

from shared.database import Database
from shared.events import PersonLeft, PersonRegistered


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Kept from intake's events; an older one never overwrites a newer one."""

    database: Database

    async def keep(self, told: PersonRegistered | PersonLeft, position: int) -> None:
        """Keeps where a student is; whoever is no student is passed over. Somebody who left is nowhere, which is not unknown."""
        async with self.database.statement() as connection:
            if isinstance(told, PersonLeft):
                await connection.execute(
                    "UPDATE whereabouts_v1 SET school = NULL, homeroom = NULL, position = %s WHERE student = %s AND position < %s",
                    (position, told.person, position),
                )
            elif told.kind == "student":
                await connection.execute(
                    "INSERT INTO whereabouts_v1 VALUES (%s, %s, %s, %s) ON CONFLICT (student) DO UPDATE SET school = excluded.school,"
                    " homeroom = excluded.homeroom, position = excluded.position WHERE whereabouts_v1.position < excluded.position",
                    (told.person, told.school, told.homeroom, position),
                )

    async def of(self, student: str) -> str | None:
        """The school where the student is; None where the roster has them nowhere."""
        async with self.database.statement() as connection:
            row = await (await connection.execute("SELECT school FROM whereabouts_v1 WHERE student = %s", (student,))).fetchone()
        return row[0] if row else None

    async def homeroom(self, student: str) -> str | None:
        """The title of the student's class; None where the roster does not say it."""
        async with self.database.statement() as connection:
            row = await (await connection.execute("SELECT homeroom FROM whereabouts_v1 WHERE student = %s", (student,))).fetchone()
        return row[0] if row else None

    async def is_school(self, school: str) -> bool:
        """Whether the district has this school; its own office is none."""
        async with self.database.statement() as connection:
            row = await (await connection.execute("SELECT FROM school_v1 WHERE school = %s AND level <> 'district'", (school,))).fetchone()
        return row is not None
