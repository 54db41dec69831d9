"""An issued document, for whoever may read it at this moment."""

from __future__ import annotations

from dataclasses import dataclass

from services.cases.letters.issuing import Document, Issuing
from services.cases.letters.material import NotComplete
from services.cases.letters.subjects import Subjects
from services.cases.rights import ReadingReason
from shared.access import Principal
from shared.errors import NotAllowed, NotFound


@dataclass(frozen=True, slots=True)
class Readable:
    """Finds documents. Whoever may read what one is about, and what stands in it, may read it."""

    subjects: Subjects
    issuing: Issuing

    async def one(self, principal: Principal, document_id: str, reason: ReadingReason | None) -> Document:
        """Raises: NotFound, NotAllowed, ReadingReasonNeeded."""
        place = await self.issuing.files.place(document_id)
        if place is None:
            raise NotFound("no document of yours has this id")
        document = await self.issuing.document(place)
        issue = document.issued.issue
        gathered = await self.subjects.by_stream(principal, place.subject, reason)
        try:
            self.subjects.found(gathered, issue.name, issue.made_from)
        except NotComplete as error:
            raise NotAllowed from error
        return document
