"""What a school's roster and accounts still lack, in numbers: for the page *Siapkan sekolah* of cases."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from fastapi import APIRouter
from pydantic import BaseModel

from services.intake.accounts.office import AccountOffice
from shared.access import SignedIn
from shared.eventstore.projection import Projection

_STUDENTS = (
    "SELECT count(*), count(*) FILTER (WHERE homeroom IS NULL), count(*) FILTER (WHERE guardians = '{}') FROM person_v1"
    " WHERE generation = %s AND kind = 'student' AND school = %s"
)
_LEADERS = (
    "SELECT DISTINCT person FROM post_v1 p WHERE generation = %s AND school = %s AND role IN ('counsellor', 'coordinator', 'principal')"
    " AND EXISTS (SELECT FROM person_v1 k WHERE k.generation = p.generation AND k.person = p.person)"
)


class SchoolReadiness(BaseModel):
    """without_account: counsellors, coordinators and principals. The other numbers are of students."""

    students: int
    without_class: int
    without_guardian: int
    without_account: int


@dataclass(frozen=True, slots=True)
class Readiness:
    """directory: of people, which is waited for."""

    directory: Projection
    office: AccountOffice

    async def of(self, school: str) -> SchoolReadiness:
        """Raises: StillBuilding, BehindWrite, Unavailable."""
        async with self.directory.reading(acting="directory") as (connection, generation):
            (students,) = await (await connection.execute(_STUDENTS, (generation, school))).fetchall()
            leaders = [row[0] for row in await (await connection.execute(_LEADERS, (generation, school))).fetchall()]
        accounts = await asyncio.gather(*(self.office.accounts.of(person) for person in leaders))
        without = sum(not account.open for account in accounts)
        return SchoolReadiness(students=students[0], without_class=students[1], without_guardian=students[2], without_account=without)


def router(readiness: Readiness) -> APIRouter:
    """`GET /intake/api/schools/{school}/readiness`."""
    routes = APIRouter(prefix="/intake/api/schools", tags=["intake"])

    @routes.get("/{school}/readiness", summary="What a school's roster and accounts lack, in numbers")
    async def of_school(school: str, _: SignedIn) -> SchoolReadiness:
        return await readiness.of(school)

    return routes
