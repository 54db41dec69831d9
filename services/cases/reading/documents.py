"""The data of every official document of a case: its strategies say which there are, when they apply and what stands in them.

A document is made of what was said until it was completed; what the reader may not read is withheld in it, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter

from services.cases.domain.casework import Casework
from services.cases.domain.steps.tells import Described, Document
from services.cases.reading.case import CaseReader, Told
from services.cases.reading.summary import services_given
from services.cases.rights import ReadingReason
from shared.access import SignedIn
from shared.message import Event
from shared.service import Kernel

Said = list[tuple[type[Event], Mapping[str, Any]]]
"""What was said of one activity or referral so far."""


@dataclass(slots=True)
class Documents:
    """Goes through a case's history in order. chapters: what says which documents there are."""

    chapters: Mapping[type[Event], Described]
    items: list[dict[str, Any]] = field(default_factory=list)
    _said: dict[tuple[str, str], Said] = field(default_factory=dict)

    def see(self, told: Told) -> None:
        """One event, as the reader may see it."""
        kind, data = type(told.event), told.entry["data"]
        chapter = self.chapters[kind]
        said = self._said.setdefault((chapter.name, data.get(chapter.subject, "")), [])
        said.append((kind, data))
        for document in chapter.documents:
            if kind in (document.at, *document.also) and document.applies(told.event):
                self._replace(document, data)
                self.items.append(_written(document, told.entry, _held(document, said)))

    def _replace(self, document: Document[Any], data: Mapping[str, Any]) -> None:
        """The document whose number this one names is in force no longer; it stays, because it was issued."""
        replaced = data.get(document.replaces)
        for item in self.items:
            if replaced is not None and item.get("number") == replaced and item["data"].get("activity") == data.get("activity"):
                item["replaced_by"] = data[document.number]


def documents_of(casework: Casework, history: Sequence[Told]) -> list[dict[str, Any]]:
    """The documents that a case's history holds, in order. history: as the reader may see it."""
    documents = Documents({event: chapter for chapter in casework.chapters for event in chapter.tells})
    for told in history:
        if told.entry["type"] != "withheld":
            documents.see(told)
    return documents.items


def _held(document: Document[Any], said: Said) -> dict[str, Any]:
    """The newest value of every field of the events that the document holds."""
    return {name: value for kind, data in said if not document.holds or kind in document.holds for name, value in data.items()}


def _written(document: Document[Any], entry: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": document.name,
        "id": document.indonesian,
        "en": document.english,
        "version": entry["version"],
        "happened_at": entry["happened_at"],
        "by": entry["actor"],
        "data": data,
        **({"number": data.get(document.number), "replaced_by": None} if document.number else {}),
    }


def router(kernel: Kernel, casework: Casework) -> APIRouter:
    """`GET /cases/api/cases/{case_id}/documents`."""
    routes = APIRouter(prefix="/cases/api/cases", tags=["cases"])
    reader = CaseReader(kernel, casework.case, services_given(casework))

    @routes.get("/{case_id}/documents", summary="The data of every official document that the case's history holds")
    async def documents(case_id: str, principal: SignedIn, reason: ReadingReason | None = None) -> dict[str, Any]:
        return {"items": documents_of(casework, await reader.told(principal, case_id, reason, "documents")), "next": None}

    return routes
