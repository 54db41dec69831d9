"""The routes of the pages under `/cases`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from services.cases.attached.kept import AttachedFiles
from services.cases.commands.next_steps import LookingAhead
from services.cases.commands.road import Road
from services.cases.domain.case.paper import BringIn
from services.cases.forms.wording import Form
from services.cases.pages.after import After, after_of
from services.cases.pages.around import Around
from services.cases.pages.details import details_of
from services.cases.pages.entries import Telling, chapters_of
from services.cases.pages.links import linking_of
from services.cases.pages.looked import Looked
from services.cases.pages.naming import Naming
from services.cases.pages.one_case import OneCase
from services.cases.pages.people import Names
from services.cases.pages.since import Since
from services.cases.pages.timeline import Filtering
from services.cases.reading.agencies import Agencies
from services.cases.reading.case import CaseReader
from services.cases.reading.reads import Reads
from services.cases.reading.summary import services_given
from services.cases.reading.words import READING_REASONS, Words
from services.cases.rights import ReadingReason, ReadingReasonNeeded
from shared.access import Principal, SignedIn
from shared.errors import Sentences
from shared.pages import Text, say

LETTERS = "/cases/cases/{case_id}/surat"
"""The page of a case's documents: whoever may not use it is not led there."""

_LONGEST = 200
"""Letters of a value by which a timeline is filtered."""


def router(road: Road, words: Words, forms: Mapping[str, Form]) -> APIRouter:
    """The pages under `/cases`. forms: of the commands, by name."""
    kernel = road.kernel
    routes, page = APIRouter(prefix="/cases", include_in_schema=False), kernel.frame.page
    names = Names(kernel, road.roster)
    one_case = _one_case(road, words, forms)
    looked = Looked(one_case.reader, Reads(kernel.database, kernel.store), names, road.calendars)

    def _asks_reason(request: Request, case_id: str, leads_to: str, needed: ReadingReasonNeeded, saved: Text | None = None) -> HTMLResponse:
        """saved: the step by which they gave the case to somebody else."""
        why = Sentences(needed.indonesian, needed.english)
        told = {"id": case_id, "leads_to": leads_to, "why": why, "reasons": READING_REASONS, "saved": saved}
        return page(request, "reason.html", told, needed.status)

    def may_record(principal: Principal) -> bool:
        return bool(kernel.access.permissions.roles("GET", "/cases/catat") & principal.roles)

    @routes.get("/cases/{case_id}/pembaca")
    async def who_looked(case_id: str, request: Request, principal: SignedIn, reason: ReadingReason | None = None) -> HTMLResponse:
        try:
            told = await looked.of(principal, case_id, reason)
        except ReadingReasonNeeded as needed:
            return _asks_reason(request, case_id, "/pembaca", needed)
        return page(request, "looked.html", told | {"reason": reason or ""})

    @routes.get("/cases/{case_id}")
    async def case(
        case_id: str,
        request: Request,
        principal: SignedIn,
        reason: ReadingReason | None = None,
        tersimpan: str = "",
        kegiatan: Annotated[str, Query(max_length=_LONGEST)] = "",
        orang: Annotated[str, Query(max_length=_LONGEST)] = "",
    ) -> HTMLResponse:
        saved = forms[tersimpan].title if tersimpan in forms else _ALSO_SAVED.get(tersimpan)
        try:
            told = await one_case.of(principal, case_id, reason, Filtering(kegiatan, orang), tersimpan)
        except ReadingReasonNeeded as needed:
            return _asks_reason(request, case_id, "", needed, saved)
        told["records"] = may_record(principal) and told.get("records", False)
        beside = {"reason": reason or "", "has_letters": kernel.access.permissions.roles("GET", LETTERS) & principal.roles, "saved": saved}
        return page(request, "offered.html" if told["offered"] else "case/case.html", told | beside)

    return routes


_ALSO_SAVED: Mapping[str, Text] = {BringIn.called: say("Kasus dari berkas kertas sudah masuk.")}
"""What was saved by a form that is not one of a case."""


def since_of(road: Road, words: Words, forms: Mapping[str, Form]) -> Since:
    """What others saved meanwhile, for the forms. forms: of the commands, by name."""
    return Since(_reader(road), _naming(road), _telling(road, words, forms))


def told_by(road: Road, words: Words, forms: Mapping[str, Form]) -> tuple[Telling, After]:
    """How a history is put into words, and which letter follows from its steps."""
    return _telling(road, words, forms), after_of(road.casework, details_of(road.casework, forms))


def _one_case(road: Road, words: Words, forms: Mapping[str, Form]) -> OneCase:
    return OneCase(
        reader=_reader(road),
        looking=LookingAhead(road),
        around=Around(road.kernel, road.roster, road.calendars),
        naming=_naming(road),
        words=words,
        telling=_telling(road, words, forms),
        linking=linking_of(road.casework, forms),
        after=after_of(road.casework, details_of(road.casework, forms)),
        attached=AttachedFiles(road.kernel.database),
    )


def _reader(road: Road) -> CaseReader:
    return CaseReader(road.kernel, road.casework.case, services_given(road.casework))


def _naming(road: Road) -> Naming:
    return Naming(Names(road.kernel, road.roster), Agencies(road.kernel))


def _telling(road: Road, words: Words, forms: Mapping[str, Form]) -> Telling:
    return Telling(words, details_of(road.casework, forms), chapters_of(road.casework))
