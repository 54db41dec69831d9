"""Everything about paper put together: documents, reports, settings, the page behind the QR code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import APIRouter

from services.cases.commands.road import Road
from services.cases.commands.routes import CommandRoutes
from services.cases.domain.casework import Casework
from services.cases.letters import for_guardians, pages, report_routes, routes, settings, verifying
from services.cases.letters.gathering import Gathering
from services.cases.letters.issuing import Issuing
from services.cases.letters.keeping import Files
from services.cases.letters.kinds import REPORTS, Kind
from services.cases.letters.material import Material
from services.cases.letters.rendering import Press
from services.cases.letters.standing import Standing
from services.cases.letters.subjects import Subjects
from services.cases.letters.verifying import Verifying
from services.cases.reading import documents
from services.cases.reading.agencies import Agencies
from services.cases.reading.reports import Reports
from services.cases.reading.words import Words
from shared.errors import StartRefused
from shared.pages import Text

_REPORTS: Mapping[str, Text] = {
    "monthly-report": ("Laporan bulanan", "Monthly report"),
    "semester-report": ("Laporan semester", "Semester report"),
    "district-report": ("Laporan kabupaten/kota", "District report"),
}


def routers(road: Road, words: Words, kinds: Mapping[str, Kind[Material]], reports: Reports, issuing: Issuing) -> Sequence[APIRouter]:
    """kinds: the documents of the strategies. Raises: StartRefused: one has no model."""
    work = road.casework
    if missing := documents.undocumented(work, kinds):
        raise StartRefused(f"no model for {', '.join(missing)}: add a row to services/cases/letters/kinds.py")
    subjects = subjects_of(road, words, issuing)
    return [
        routes.router(subjects, issuing, kinds),
        pages.router(pages.DocumentPages(subjects, issuing, kinds, Agencies(road.kernel))),
        report_routes.router(report_routes.ReportRoutes(issuing, reports, REPORTS, words)),
        settings.router(CommandRoutes(road, APIRouter(prefix="/cases/api", tags=["paper"])), issuing),
        for_guardians.router(for_guardians.ForGuardians(work, issuing)),
        verifying.router(Verifying(issuing, titles(work))),
    ]


def subjects_of(road: Road, words: Words, issuing: Issuing) -> Subjects:
    """What documents are about."""
    return Subjects(Gathering(road.kernel, road.casework, road.roster, road.calendars, words, issuing.standing))


def issuing_of(road: Road) -> Issuing:
    """One for a process, because it holds the press."""
    kernel = road.kernel
    return Issuing(road, Standing(kernel, road.roster), Files(kernel.database, kernel.vault), Press(), kernel.settings.public_origin)


def titles(casework: Casework) -> Mapping[str, Text]:
    """Of every document, in both languages."""
    found = {each.name: (each.indonesian, each.english) for chapter in casework.chapters for each in chapter.documents}
    return {**found, **_REPORTS}
