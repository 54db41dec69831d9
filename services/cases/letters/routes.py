"""HTTP of documents: issuing one from what it is about, seeing it before, what was issued, and the kept file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from services.cases.commands.envelope import Envelope
from services.cases.domain.steps.strategy import StandingAlone
from services.cases.domain.streams import activity_stream, case_stream, group_stream
from services.cases.letters.answers import DocumentsTold, DocumentTold, told
from services.cases.letters.gathering import Gathered
from services.cases.letters.issuing import Document, Issuing
from services.cases.letters.kinds import Kind
from services.cases.letters.made import made_of
from services.cases.letters.material import Material
from services.cases.letters.previewing import UNNUMBERED, preview
from services.cases.letters.reading import Readable
from services.cases.letters.subjects import Subjects, drafted, numbered
from services.cases.letters.wanted import Wanted, WantedDocument
from services.cases.reading.documents import documents_of
from services.cases.rights import ReadingReason
from shared.access import Principal, SignedIn
from shared.asking import asked
from shared.service.promised import file_of

Opening = Callable[[Principal, str, ReadingReason | None], Awaitable[Gathered]]


@dataclass(frozen=True, slots=True)
class DocumentRoutes:
    """Adds routes for what documents are about. kinds: every document."""

    routes: APIRouter
    subjects: Subjects
    issuing: Issuing
    kinds: Mapping[str, Kind[Material]]

    def about(self, path: str, stream: Callable[[str], str], opening: Opening) -> None:
        """path: with `{subject_id}`. stream: of one. opening: opens it for who may read it."""
        self._documents(path, opening)
        self._issue(path, opening)
        self._preview(path, opening)
        self._issued(path, stream, opening)

    def _documents(self, path: str, opening: Opening) -> None:
        @self.routes.get(f"{path}/documents", summary="The data of every official document that the history holds")
        async def documents(subject_id: str, principal: SignedIn, reason: ReadingReason | None = None) -> dict[str, Any]:
            gathered = await opening(principal, subject_id, reason)
            return {"items": documents_of(self.subjects.gathering.casework, self.kinds, gathered), "next": None}

    def _issue(self, path: str, opening: Opening) -> None:
        self.issuing.road.kernel.access.permissions.grant("POST", f"{self.routes.prefix}{path}/issue-document", "letters")

        @self.routes.post(f"{path}/issue-document", summary="IssueDocument: an official document, numbered and kept", name="issue-document")
        async def issue(
            subject_id: str, body: WantedDocument, request: Request, principal: SignedIn, reason: ReadingReason | None = None
        ) -> DocumentTold:
            known = await asked(request, principal)
            envelope = Envelope(principal, known.cause, self.issuing.road.kernel.clock.now(), None, known)
            gathered = await opening(principal, subject_id, reason)
            made = self.subjects.found(gathered, body.name, body.version)
            subject, draft = drafted(made, self.kinds[body.name], gathered)
            return told(await self.issuing.issue(envelope, subject, draft, numbered(made, body)))

    def _preview(self, path: str, opening: Opening) -> None:
        @self.routes.get(f"{path}/documents/{{name}}/{{version}}/preview", summary="The document as it would be issued now, as a page")
        async def shown(
            subject_id: str, name: str, version: int, request: Request, principal: SignedIn, reason: ReadingReason | None = None
        ) -> HTMLResponse:
            gathered = await opening(principal, subject_id, reason)
            made = self.subjects.found(gathered, name, version)
            subject, draft = drafted(made, self.kinds[name], gathered)
            envelope = Envelope(principal, uuid4(), self.issuing.road.kernel.clock.now())
            laid_out = await self.issuing.laid_out(envelope, subject, draft, Wanted(), "")
            return preview(self.issuing.road.kernel.frame, request, laid_out, made.number or UNNUMBERED)

    def _issued(self, path: str, stream: Callable[[str], str], opening: Opening) -> None:
        @self.routes.get(f"{path}/issued", summary="What was issued about it, without what stands in it")
        async def issued(subject_id: str, principal: SignedIn, reason: ReadingReason | None = None) -> DocumentsTold:
            gathered = await opening(principal, subject_id, reason)
            found = await self.issuing.about(stream(subject_id))
            return DocumentsTold(items=[told(each) for each in found if _exists_for(self.subjects, gathered, each)])

    def files(self) -> None:
        """The kept file of one document, whatever it is about."""
        readable = Readable(self.subjects, self.issuing)

        @self.routes.get(
            "/issued/{document_id}/pdf",
            summary="The kept file, exactly as it was issued",
            response_class=Response,
            responses=file_of("application/pdf"),
        )
        async def pdf(document_id: str, principal: SignedIn, reason: ReadingReason | None = None) -> Response:
            document = await readable.one(principal, document_id, reason)
            return Response(await self.issuing.pdf(document), media_type="application/pdf", headers=_attached(document, "pdf"))

        @self.routes.get(
            "/issued/{document_id}/receipt-slip",
            summary="The slip on which its receiver signs (tanda terima), as PDF",
            response_class=Response,
            responses=file_of("application/pdf"),
        )
        async def slip(document_id: str, principal: SignedIn, reason: ReadingReason | None = None) -> Response:
            document = await readable.one(principal, document_id, reason)
            return Response(await self.issuing.slip(document), media_type="application/pdf", headers=_attached(document, "pdf"))


def _exists_for(subjects: Subjects, gathered: Gathered, document: Document) -> bool:
    """Whoever may not know that there is such a document does not see that it was issued."""
    issue = document.issued.issue
    known = made_of(subjects.gathering.casework, gathered)
    return any(each.document.name == issue.name and (each.document.whole or each.version == issue.made_from) for each in known)


def _attached(document: Document, ending: str) -> dict[str, str]:
    """Under a name that says nothing about anybody."""
    return {"content-disposition": f'inline; filename="{document.issued.issue.name}-{document.place.document[:8]}.{ending}"'}


def router(subjects: Subjects, issuing: Issuing, kinds: Mapping[str, Kind[Material]]) -> APIRouter:
    """`…/issue-document`, `…/documents/{name}/{version}/preview`, `…/issued` of cases, groups, partnerships, consultations; `/issued/{id}/pdf`."""
    documents = DocumentRoutes(APIRouter(prefix="/cases/api", tags=["documents"]), subjects, issuing, kinds)
    documents.about("/cases/{subject_id}", case_stream, subjects.case)
    documents.about("/groups/{subject_id}", group_stream, lambda principal, subject, _: subjects.group(principal, subject))
    for strategy in subjects.gathering.casework.alone:
        documents.about(f"/{strategy.path}/{{subject_id}}", partial(activity_stream, strategy.name), _alone(subjects, strategy))
    documents.files()
    return documents.routes


def _alone(subjects: Subjects, strategy: StandingAlone) -> Opening:
    return lambda principal, activity, _: subjects.alone(principal, strategy, activity)
