"""HTTP of reports as documents: issued for a school's month or semester, or the district's month; their PDF and XLSX, frozen as they were issued."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, StringConstraints

from services.cases.commands.envelope import Envelope
from services.cases.letters.answers import DocumentsTold, DocumentTold, told
from services.cases.letters.issuing import Document, Issuing, Subject, draft_of
from services.cases.letters.kinds import Kind
from services.cases.letters.papers.reports import Figures
from services.cases.letters.spreadsheet import spreadsheet
from services.cases.letters.standing import names
from services.cases.letters.wanted import Wanted
from services.cases.reading.reports import Reports
from services.cases.reading.words import Words
from services.cases.rights import require_at_school
from shared.access import Principal, SignedIn
from shared.asking import asked
from shared.errors import NotAllowed, NotFound
from shared.service.promised import file_of

DISTRICT = "district"
"""Stands for a school where the register is the district's own."""

_OFFICE = "Dinas Pendidikan"
"""Stands on the letterhead of a district that has said nothing."""

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}$")]


class WantedReport(Wanted):
    """month: the first one of a semester. as_of: recorded by then, now where nothing is said."""

    month: Month
    as_of: AwareDatetime | None = None


@dataclass(frozen=True, slots=True)
class ReportRoutes:
    """kinds: the three reports. words: of what is expected."""

    issuing: Issuing
    reports: Reports
    kinds: Mapping[str, Kind[Figures]]
    words: Words

    async def of_school(self, principal: Principal, kind: str, school: str, month: str, as_of: datetime) -> dict[str, Any]:
        """The figures. Raises: NotFound: not a school of theirs."""
        require_at_school(principal, school)
        report = self.reports.monthly if kind == "monthly-report" else self.reports.semester
        return await report(principal, school, month, as_of)

    async def issue(self, envelope: Envelope, report: str, school: str, figures: dict[str, Any], wanted: WantedReport) -> DocumentTold:
        """Numbered in the school's register."""
        kind = self.kinds[report]
        model = kind.build(await self._figures(school, figures))
        stream, name = report_stream(school), await self.issuing.standing.printed_name(school)
        subject = Subject(stream, 1, stream, school, name)
        if school == DISTRICT:
            subject = Subject(stream, 1, stream, school, name or _OFFICE, row="district-letters", otherwise="district-officer")
        return told(await self.issuing.issue(envelope, subject, draft_of(kind, model), wanted))

    async def _figures(self, school: str, figures: dict[str, Any]) -> Figures:
        kernel, standing = self.issuing.road.kernel, self.issuing.standing
        people = await names(kernel.vault, standing.roster, figures.get("services_by_person", {}))
        expected = {code: pair[0] for code, pair in self.words.deadlines.items()}
        of_district = school == DISTRICT
        calendar = await (self.reports.calendars.district() if of_district else self.reports.calendars.of(school))
        return Figures(figures, people, expected, calendar, "" if of_district else await standing.printed_name(school))

    async def readable(self, principal: Principal, document_id: str) -> Document:
        """A report that this person may read now. Raises: NotFound, NotAllowed."""
        place = await self.issuing.files.place(document_id)
        if place is None or place.subject != report_stream(place.school):
            raise NotFound("no report of yours has this id")
        self.require(principal, place.school)
        return await self.issuing.document(place)

    def require(self, principal: Principal, school: str) -> None:
        """Raises: NotFound, NotAllowed."""
        if school == DISTRICT:
            if not principal.holds(*self.issuing.road.kernel.access.permissions.command("district-letters").roles):
                raise NotAllowed
            return
        require_at_school(principal, school)


def report_stream(school: str) -> str:
    """What a school's reports are about, and under whose keys they lie."""
    return f"reports-{school}"


def router(reports: ReportRoutes) -> APIRouter:
    """`POST /cases/api/reports/{district,schools/{school}/{kind}}/issue`, what was issued, and its files."""
    routes = APIRouter(prefix="/cases/api/reports", tags=["reports"])
    kernel = reports.issuing.road.kernel
    kernel.access.permissions.grant("POST", "/cases/api/reports/schools/{school}/{kind}/issue", "letters")
    kernel.access.permissions.grant("POST", "/cases/api/reports/district/issue", "district-letters")

    async def enveloped(request: Request, principal: Principal) -> Envelope:
        known = await asked(request, principal)
        return Envelope(principal, known.cause, kernel.clock.now(), None, known)

    @routes.post("/schools/{school}/{kind}/issue", summary="Issues a school's report: numbered, frozen and kept")
    async def of_school(school: str, kind: Literal["monthly", "semester"], body: WantedReport, request: Request, principal: SignedIn) -> DocumentTold:
        figures = await reports.of_school(principal, f"{kind}-report", school, body.month, body.as_of or kernel.clock.now())
        return await reports.issue(await enveloped(request, principal), f"{kind}-report", school, figures, body)

    @routes.post("/district/issue", summary="Issues the district's report: numbered, frozen and kept")
    async def of_district(body: WantedReport, request: Request, principal: SignedIn) -> DocumentTold:
        figures = await reports.reports.district(principal, body.month, body.as_of or kernel.clock.now(), kernel.clock.now())
        return await reports.issue(await enveloped(request, principal), "district-report", DISTRICT, figures, body)

    @routes.get("/schools/{school}/issued", summary="The reports that were issued")
    async def issued(school: str, principal: SignedIn) -> DocumentsTold:
        reports.require(principal, school)
        return DocumentsTold(items=[told(each) for each in await reports.issuing.about(report_stream(school))])

    @routes.get("/issued/{document_id}/pdf", summary="The kept file of a report", response_class=Response, responses=file_of("application/pdf"))
    async def pdf(document_id: str, principal: SignedIn) -> Response:
        document = await reports.readable(principal, document_id)
        return Response(await reports.issuing.pdf(document), media_type="application/pdf")

    @routes.get("/issued/{document_id}/xlsx", summary="The same figures as a spreadsheet", response_class=Response, responses=file_of(_XLSX))
    async def xlsx(document_id: str, principal: SignedIn) -> Response:
        document = await reports.readable(principal, document_id)
        issue = document.issued.issue
        return Response(spreadsheet(await reports.issuing.contents(issue), issue.number), media_type=_XLSX)

    return routes
