"""Scans of a signed letter, beside the document that was issued: for whoever reads the document, added by whoever issues such letters (ADR 69)."""

from __future__ import annotations

from dataclasses import dataclass

from services.cases.attached.filing import Place
from services.cases.attached.seen import Seen, asked_why
from services.cases.attached.showing import place_of_files
from services.cases.domain.steps.files import of
from services.cases.domain.streams import case_stream
from services.cases.letters.issuing import PURPOSES, sealed_of
from services.cases.letters.reading import Readable
from services.cases.reading.case import CaseReader
from services.cases.rights import ReadingReason
from shared.access import Principal
from shared.errors import NotFound

_ROW = "letters"


@dataclass(frozen=True, slots=True)
class LetterFiles:
    """documents: those that a person may read."""

    reader: CaseReader
    documents: Readable

    async def seen(self, principal: Principal, case_id: str, document_id: str, reason: ReadingReason | None) -> Seen:
        """Raises: NotFound: also of a document about something else than this case; NotAllowed, ReadingReasonNeeded."""
        document = await self.documents.one(principal, document_id, reason)
        stands, issue = document.place, document.issued.issue
        if stands.subject != case_stream(case_id):
            raise NotFound("no document of this case has this id")
        seals, _ = sealed_of(issue)
        place = Place(case_stream(case_id), case_id, stands.school, stands.whose, PURPOSES[seals], document=document_id)
        roles = self.reader.kernel.access.permissions.command(_ROW).roles
        back_to = f"/cases/cases/{case_id}/surat{asked_why(reason)}"
        case, adds = await self.reader.current(case_id), principal.holds_at(stands.school, *roles)
        page = place_of_files(case_id, "dokumen", document_id)
        return Seen(case.version, of(case.state.files, None, document_id), place, (issue.number, issue.number), page, adds, back_to)
