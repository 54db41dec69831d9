"""What the API says of documents that were issued."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel

from services.cases.letters.issuing import Document


class DocumentTold(BaseModel):
    """number: as printed. on: its date. made_from: version of what completed it. replaced_by: the id of the document that is valid instead."""

    id: str
    name: str
    number: str
    on: date
    issued_at: datetime
    by: str
    made_from: int
    replaces: str | None
    replaced_by: str | None


class DocumentsTold(BaseModel):
    items: list[DocumentTold]
    next: None = None


def told(document: Document) -> DocumentTold:
    """One that was issued; nothing of what stands in it."""
    issue = document.issued.issue
    return DocumentTold(
        id=issue.document,
        name=issue.name,
        number=issue.number,
        on=issue.day,
        issued_at=issue.at,
        by=issue.by,
        made_from=issue.made_from,
        replaces=issue.replaces,
        replaced_by=document.issued.replaced_by,
    )
