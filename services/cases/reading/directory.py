"""Whom and what a form offers beside staff: the schools of the district, the students of a school."""

from __future__ import annotations

from dataclasses import dataclass

from shared.database import Database


@dataclass(frozen=True, slots=True)
class Directory:
    """Reads what was kept of intake's events."""

    database: Database

    async def schools(self) -> list[tuple[str, str]]:
        """Id and name of every school, by name."""
        async with self.database.statement() as connection:
            rows = await (await connection.execute("SELECT school, name FROM school_v1 WHERE level <> 'district' ORDER BY lower(name)")).fetchall()
        return [(row[0], row[1]) for row in rows]

    async def school(self, school: str) -> str:
        """The school's name; nothing where it is not known."""
        async with self.database.statement() as connection:
            row = await (await connection.execute("SELECT name FROM school_v1 WHERE school = %s", (school,))).fetchone()
        return str(row[0]) if row else ""

    async def students(self, school: str) -> list[str]:
        """Everybody who is a student there now."""
        query = "SELECT person FROM person_v1 WHERE kind = 'student' AND school = %s"
        async with self.database.acting_as("directory").statement() as connection:
            rows = await (await connection.execute(query, (school,))).fetchall()
        return [row[0] for row in rows]
