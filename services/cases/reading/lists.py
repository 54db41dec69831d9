"""The lists of a working day: each is a question to what is expected (views.WorkList), for counsellor, coordinator, officer and asked teacher."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.views import CaseList, Filters, WorkFilter, WorkList
from services.cases.rights import OF_THE_SCHOOL, Sight, schools_of, sight_of
from shared.access import EVERYWHERE, Principal, SignedIn
from shared.asking import cursor, read_cursor
from shared.errors import NotAllowed
from shared.eventstore.projection import Projection
from shared.school_day import Calendar
from shared.service import Kernel

Name = Literal[
    "today", "overdue", "unidentified", "waiting-for-me", "commitments", "referrals-without-answer", "new-words", "ladder", "leaving", "arrivals"
]  # fmt: skip
PAGE = 100

_LISTS = (*OF_THE_SCHOOL, "supervisor", "district-officer", "district-duty", "service")
"""Who has more than what waits for them."""

TITLES: Mapping[Name, tuple[str, str]] = {
    "today": ("Hari ini", "Today"),
    "overdue": ("Terlambat", "Overdue"),
    "unidentified": ("Identitas murid belum dipastikan", "Unidentified students"),
    "waiting-for-me": ("Menunggu saya", "Waiting for me"),
    "commitments": ("Komitmen jatuh tempo", "Commitments due"),
    "referrals-without-answer": ("Rujukan belum dijawab", "Referrals without an answer"),
    "new-words": ("Keterangan baru dari pelapor", "New words of reporters"),
    "ladder": ("Jenjang eskalasi", "Ladder"),
    "leaving": ("Murid yang pindah atau keluar", "Students who moved or left"),
    "arrivals": ("Kasus murid pindahan yang akan datang", "Cases that are to come with their students"),
}


def router(kernel: Kernel, view: Projection, calendars: SchoolCalendars) -> APIRouter:
    """`GET /cases/api/lists` and `GET /cases/api/lists/{name}`."""
    routes = APIRouter(prefix="/cases/api/lists", tags=["lists"])
    work, cases = WorkList(kernel.database, view), CaseList(view)

    @routes.get("", summary="Which lists there are")
    async def lists(_: SignedIn) -> dict[str, Any]:
        return {"items": [{"name": name, "id": title[0], "en": title[1]} for name, title in TITLES.items()], "next": None}

    @routes.get("/{name}", summary="One list, the earliest first")
    async def one(
        name: Name,
        principal: SignedIn,
        after: Annotated[str | None, Query(alias="cursor")] = None,
        limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE,
        school: str | None = None,
    ) -> dict[str, Any]:
        if name == "unidentified":
            return await _cases(cases, principal, Filters(school=school, unidentified=True), after, limit)
        if name == "arrivals":
            return await _cases(cases, principal, Filters(arriving_at=_own_schools(principal, school)), after, limit)
        wanted = question(name, principal, kernel.clock.now(), await calendar_for(calendars, principal, school), school)
        found = await work.page(
            wanted, schools=schools_of(principal), reader=principal.id, after=read_cursor(after, datetime.fromisoformat, str, str), limit=limit + 1
        )
        page = found[:limit]
        more = cursor(page[-1].expected_at.isoformat(), page[-1].case, page[-1].key) if len(found) > limit else None
        now = kernel.clock.now()
        return {"items": [asdict(each) | {"overdue": each.expected_at < now} for each in page], "next": more}

    return routes


async def calendar_for(calendars: SchoolCalendars, principal: Principal, school: str | None) -> Calendar:
    """By which a day ends: that of the one school that is asked for, or that somebody works at; else that of the district."""
    mine = principal.schools()
    only = school or (next(iter(mine)) if len(mine) == 1 and mine != EVERYWHERE else None)
    return await calendars.of(only) if only else await calendars.district()


def question(name: Name, principal: Principal, now: datetime, calendar: Calendar, school: str | None) -> WorkFilter:
    """What a list asks for. Raises: NotAllowed: a teacher sees what waits for them. An officer sees what climbed the ladder."""
    if name == "waiting-for-me":
        return WorkFilter(owner=principal.id, school=school)
    if not principal.holds(*_LISTS):
        raise NotAllowed
    everything, leading = sight_of(principal), sight_of(principal, "coordinator", "principal")
    midnight = calendar.midnight(calendar.day(now) + timedelta(days=1))
    match name:
        case "today":
            return WorkFilter(before=midnight, school=school, sight=leading, own=principal.id)
        case "overdue":
            return WorkFilter(before=now, school=school, sight=everything)
        case "commitments":
            return WorkFilter(what=("commitment",), school=school, sight=everything)
        case "leaving":
            return WorkFilter(moving=True, school=school, sight=everything)
        case "referrals-without-answer":
            return WorkFilter(what=("referral-answer",), school=school, sight=everything)
        case "new-words":
            codes, mine = ("new-words", "reopening-question"), principal.schools(*OF_THE_SCHOOL)
            return WorkFilter(what=codes, school=school, sight=leading, own=principal.id, nobodys=mine)
        case _:
            return WorkFilter(climbed=True, school=school)


def _own_schools(principal: Principal, school: str | None) -> tuple[str, ...]:
    """The school that is asked about; else the principal's own, and all schools for the district."""
    mine = principal.schools(*OF_THE_SCHOOL, "district-duty")
    return (school,) if school else () if mine == EVERYWHERE else tuple(sorted(mine))


async def _cases(cases: CaseList, principal: Principal, wanted: Filters, after: str | None, limit: int) -> dict[str, Any]:
    if not principal.holds(*OF_THE_SCHOOL, "district-duty", "service"):
        raise NotAllowed
    principal = principal.only(frozenset({*OF_THE_SCHOOL, "district-duty"}))
    place = read_cursor(after, datetime.fromisoformat, str)
    schools = schools_of(principal)
    rows = await cases.page(wanted, schools=schools, sight=Sight(EVERYWHERE), reader=principal.id, after=place, limit=limit + 1)
    page = rows[:limit]
    more = cursor(page[-1].opened_at.isoformat(), page[-1].id) if len(rows) > limit else None
    return {"items": [asdict(row) for row in page], "next": more}
