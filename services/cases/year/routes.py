"""Where intake asks which students of a school have an open case before they move up or leave."""

from __future__ import annotations

from fastapi import APIRouter

from services.cases.reading.case_list import CaseList, Filters, Listed
from services.cases.rights import Sight
from shared.access import EVERYWHERE, SignedIn
from shared.open_cases import AskedOf, OpenCase, OpenCases

MOST = 500
"""Cases in one answer: more than a school has open at once."""


def router(cases: CaseList) -> APIRouter:
    """`POST /cases/api/school-year/open-cases`."""
    routes = APIRouter(prefix="/cases/api/school-year", tags=["school year"])

    @routes.post("/open-cases", summary="Which of these students have an open case at their school, and who has it")
    async def open_cases(asked: AskedOf, _: SignedIn) -> OpenCases:
        wanted = Filters(school=asked.school, students=asked.students, open=True)
        rows = await cases.page(wanted, schools=asked.school, sight=Sight(EVERYWHERE), reader=asked.reader, after=None, limit=MOST + 1)
        return OpenCases(cases=tuple(_told(row) for row in rows[:MOST]), more=len(rows) > MOST)

    return routes


def _told(row: Listed) -> OpenCase:
    return OpenCase(case=row.id, student=row.student or "", keeper=row.assignee or row.acknowledged_by)
