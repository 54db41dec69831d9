"""The calendar of a school as it counts now: what was said of the district, of its kind and of itself, over the national one."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter

from services.cases.domain.calendars import CALENDARS, Calendars
from services.cases.domain.streams import CALENDAR_STREAM
from services.cases.rights import require_at_school
from shared.access import SignedIn
from shared.database import Database
from shared.decider import load
from shared.errors import NotFound
from shared.events import calendar_of_school
from shared.eventstore.store import EventStore
from shared.school_day import Calendar, Layer, national
from shared.service import Kernel

_OFFICERS = ("district-officer", "supervisor", "service", "system-administrator", "auditor")


class SchoolCalendars:
    """Answers for every school.

    zone: of the district, where nobody has said another. remembered: seconds that an answer may be used again, where many are asked for at once.
    """

    def __init__(self, store: EventStore, database: Database, zone: str, remembered: float = 0.0) -> None:
        self._store, self._database, self._base, self._remembered = store, database, national(zone), remembered
        self._known: dict[str, tuple[float, Calendar]] = {}

    async def said(self) -> Calendars:
        """What was said of every calendar."""
        return (await load(self._store, CALENDARS, CALENDAR_STREAM)).state

    async def of(self, school: str) -> Calendar:
        """The calendar of a school; of one that nobody knows, that of the district."""
        asked = time.monotonic()
        at, known = self._known.get(school, (-self._remembered, None))
        if known and asked - at < self._remembered:
            return known
        found = (await self.said()).at(school, await self.level(school), self._base)
        if self._remembered:
            self._known[school] = (asked, found)
        return found

    async def district(self) -> Calendar:
        """The calendar of the whole district."""
        return (await self.said()).at("", None, self._base)

    async def level(self, school: str) -> str | None:
        """The kind of a school; None where it is unknown."""
        async with self._database.statement() as connection:
            row = await (await connection.execute("SELECT level FROM school_v1 WHERE school = %s", (school,))).fetchone()
        return row[0] if row else None


def router(kernel: Kernel, calendars: SchoolCalendars) -> APIRouter:
    """`GET /cases/api/calendar` and `GET /cases/api/calendar/schools/{school}`."""
    routes = APIRouter(prefix="/cases/api/calendar", tags=["calendar"])

    @routes.get("", summary="What was said of the calendar: of the district, of kinds of school, of single schools")
    async def everything(_: SignedIn) -> dict[str, Any]:
        said = (await calendars.said()).layers
        return {"items": [{"of": name, **layer.model_dump(mode="json")} for name, layer in sorted(said.items())], "next": None}

    @routes.get("/schools/{school}", summary="The calendar of a school as it counts now, and what was said of this school alone")
    async def one(school: str, principal: SignedIn) -> dict[str, Any]:
        if not principal.holds(*_OFFICERS):
            require_at_school(principal, school)
        if await calendars.level(school) is None:
            raise NotFound("there is no school with this id")
        calendar, said = await calendars.of(school), (await calendars.said()).layers
        today = calendar.day(kernel.clock.now())
        own = said.get(calendar_of_school(school), Layer())
        return {
            "school": school, "today": today.isoformat(), "school_day": calendar.is_school_day(today),
            **calendar.model_dump(mode="json"), "own": own.model_dump(mode="json"),
        }  # fmt: skip

    return routes
