"""The page behind the QR code, for everybody: number, kind, school, date, valid or replaced; nothing about anybody (ADR 33).

Unknown codes all get the same answer. Whoever holds the file can compare it here; it is hashed and never kept.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from fastapi import APIRouter, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.cases.letters.answering import LetterAnswers
from services.cases.letters.issuing import PURPOSES, Document, Issuing, sealed_of
from shared.access import SignedIn
from shared.errors import NotFound
from shared.pages import Text, say
from shared.sealed import Erased

_SECRET = re.compile(r"[0-9a-f]{32}")
Compared = Literal["same", "other", "erased"]


@dataclass(frozen=True, slots=True)
class Verifying:
    """titles: of documents, by name."""

    issuing: Issuing
    titles: Mapping[str, Text]

    async def document(self, secret: str) -> Document | None:
        """The document whose QR code holds this secret; None for anything else."""
        found = await self.issuing.files.by_secret(secret) if _SECRET.fullmatch(secret) else None
        if found is None:
            return None
        place, digest = found
        try:
            document = await self.issuing.document(place)
        except NotFound:
            return None
        return document if document.issued.issue.verification == digest else None

    async def told(self, document: Document | None, answer: Compared | None = None) -> dict[str, object]:
        """What the page says."""
        if document is None:
            return {"issue": None}
        issue = document.issued.issue
        return {
            "issue": issue,
            "kind": self.titles[issue.name],
            "school": await self.issuing.standing.printed_name(document.place.school),
            "replaced_by": await self._number(document.issued.replaced_by),
            "answer": answer,
            "answerable": LetterAnswers.is_answered(document),
        }

    async def _number(self, document: str | None) -> str | None:
        """Of the document that is valid instead."""
        place = await self.issuing.files.place(document) if document else None
        return (await self.issuing.document(place)).issued.issue.number if place else None

    async def compared(self, document: Document, file: bytes) -> Compared:
        """Whether a file is the one that was issued."""
        field, _ = sealed_of(document.issued.issue)
        digest = await self.issuing.files.file_digest(document.place.whose, PURPOSES[field], sha256(file).digest())
        if isinstance(digest, Erased):
            return "erased"
        return "same" if hmac.compare_digest(digest, document.issued.digest or "") else "other"


_NOT_TOLD = {"referrer-policy": "no-referrer"}
"""The address is the secret: no other page is told of it."""


def router(verifying: Verifying) -> APIRouter:
    """`GET` and `POST /cases/surat/{secret}`; `POST …/jawab` leads the agency on to where it answers."""
    routes, answers = APIRouter(prefix="/cases", include_in_schema=False), LetterAnswers(verifying.issuing.road.kernel)
    frame = verifying.issuing.road.kernel.frame

    def page(request: Request, told: Mapping[str, object], status: int) -> HTMLResponse:
        here = {"here": f"/cases/surat/{request.path_params['secret']}"}
        return frame.page(request, "letters/verification.html", {**told, **here}, status, _NOT_TOLD)

    @routes.get("/surat/{secret}")
    async def shown(secret: str, request: Request, _: SignedIn) -> HTMLResponse:
        document = await verifying.document(secret)
        return page(request, await verifying.told(document), 200 if document else 404)

    @routes.post("/surat/{secret}")
    async def compare(secret: str, request: Request, _: SignedIn, file: UploadFile | None = None) -> HTMLResponse:
        document, said = await verifying.document(secret), await file.read() if file else b""
        if document is None:
            return page(request, await verifying.told(None), 404)
        if not said:
            return page(request, await verifying.told(document) | {"errors": {"file": say("Pilih berkas PDF surat.")}}, 422)
        return page(request, await verifying.told(document, await verifying.compared(document, said)), 200)

    @routes.post("/surat/{secret}/jawab")
    async def answer(secret: str, request: Request, _: SignedIn) -> Response:
        document = await verifying.document(secret)
        if document is None or not answers.is_answered(document):
            return page(request, await verifying.told(document), 404)
        return RedirectResponse(await answers.path(document), 303, _NOT_TOLD)

    return routes
