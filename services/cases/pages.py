"""Pages of cases: the list, and one case's timeline in words."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape

from services.cases.domain.casework import Casework
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.case import CaseReader, Moment
from services.cases.reading.summary import services_given
from services.cases.reading.views import CaseList, Filters
from services.cases.reading.words import READING_REASONS, Words
from services.cases.rights import ReadingReason, ReadingReasonNeeded, schools_of, sight_of
from shared.access import SignedIn
from shared.eventstore.projection import Projection
from shared.school_day import Calendar
from shared.service import Kernel

_PAGES = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape())


def router(kernel: Kernel, view: Projection, casework: Casework, words: Words, calendars: SchoolCalendars) -> APIRouter:
    """The pages under `/cases`."""
    routes = APIRouter(prefix="/cases", include_in_schema=False)
    reader, listing = CaseReader(kernel, casework.case, services_given(casework)), CaseList(view)
    urgency = words.values["urgency"]

    @routes.get("/")
    async def cases(principal: SignedIn) -> HTMLResponse:
        sight = sight_of(principal)
        rows = await listing.page(Filters(), schools=schools_of(principal), sight=sight, reader=principal.id, after=None, limit=100)
        clocks = {school: await calendars.of(school) for school in {row.school for row in rows}}
        told = [
            {"id": row.id, "opened": _shown(clocks[row.school], row.opened_at), "urgency": urgency[row.urgency][0], "state": row.state}
            for row in rows
        ]
        return HTMLResponse(_PAGES.get_template("list.html").render(cases=told))

    @routes.get("/cases/{case_id}")
    async def case(case_id: str, principal: SignedIn, reason: ReadingReason | None = None) -> HTMLResponse:
        try:
            told = await reader.case(principal, case_id, Moment(), reason)
        except ReadingReasonNeeded as needed:
            return HTMLResponse(_PAGES.get_template("reason.html").render(id=case_id, needed=needed, reasons=READING_REASONS), needed.status)
        if "urgency" not in told:  # a school that was asked to take it sees that there is one
            return HTMLResponse(_PAGES.get_template("offered.html").render(id=case_id))
        history = await reader.history(principal, case_id, reason)
        clock, timeline = await calendars.of(told["school"]), []
        for event in history:
            indonesian, english = words.sentence(event["type"], event["data"])
            moment = datetime.fromisoformat(event["recorded_at"])
            timeline.append({"at": event["recorded_at"], "shown": _shown(clock, moment), "id": indonesian, "en": english})
        fields = {name: told[name] for name in ("id", "state", "version", "strands", "student_at")}
        fields |= {"additions_of_merged": told.get("additions_of_merged", ())}
        fields["glass"] = [{"shown": _shown(clock, datetime.fromisoformat(each["until"]))} for each in told["glass"]]
        return HTMLResponse(_PAGES.get_template("case.html").render(urgency=urgency[told["urgency"]], timeline=timeline, **fields))

    return routes


def _shown(calendar: Calendar, moment: datetime) -> str:
    """As the clock of the case's school shows it."""
    return calendar.local(moment).strftime("%d-%m-%Y %H:%M")
