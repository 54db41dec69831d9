"""The data of every official document of a case (domain.md, the table of strategies): which there are, and what each one says.

A document is made of the steps of its activity up to the step that it documents; what the reader may not read is withheld in it, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from services.cases.reading.case import CaseReader
from services.cases.rights import ReadingReason
from shared.access import SignedIn
from shared.service import Kernel


@dataclass(frozen=True, slots=True)
class Document:
    """name: stable code. indonesian, english: its title. event: the step that it documents."""

    name: str
    indonesian: str
    english: str
    event: str


DOCUMENTS = (
    Document("service-plan", "Rencana layanan (RPL) konseling individual", "Service plan, individual counselling", "counselling-requested"),
    Document("counselling-report", "Laporan konseling individual", "Report on individual counselling", "counselling-held"),
    Document("satisfaction-form", "Lembar kepuasan konseli", "Satisfaction form", "satisfaction-recorded"),
    Document("referral-letter", "Surat alih tangan kasus", "Letter of referral", "referral-sent"),
    Document("referral-consent", "Lembar persetujuan alih tangan kasus", "Consent to referral", "consent-recorded"),
    Document("referral-answer", "Balasan rujukan", "Answer to the referral", "referral-moved"),
    Document("teacher-information", "Lembar informasi guru", "Teacher's information sheet", "teacher-answered"),
    Document("parent-summons", "Surat panggilan orang tua", "Summons to a guardian", "parent-invited"),
    Document("parent-statement", "Surat pernyataan", "Signed statement", "home-action-agreed"),
    Document("conference-attendance", "Daftar hadir konferensi kasus", "Attendance of a case conference", "conference-held"),
    Document("conference-minutes", "Berita acara konferensi kasus", "Minutes of a case conference", "conference-minuted"),
    Document("visit-assignment", "Surat tugas kunjungan rumah", "Letter of assignment for a home visit", "visit-notified"),
    Document("visit-report", "Laporan kunjungan rumah", "Report on a home visit", "visit-reported"),
    Document("official-report", "Pelaporan resmi", "Official report", "official-report-filed"),
    Document("data-release", "Berita acara penyerahan data", "Record of data handed over", "data-released"),
    Document("inbound-answer", "Balasan rujukan masuk", "Answer to a referral to the school", "inbound-referral-answered"),
)
_BY_EVENT = {document.event: document for document in DOCUMENTS}


def documents_of(history: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The documents that a case's history holds, in order. history: as the reader may see it."""
    steps: dict[str, dict[str, Any]] = {}
    found = []
    for event in history:
        data = dict(event["data"])
        subject = data.get("activity") or data.get("referral")
        known = steps.setdefault(subject, {}) if subject else {}
        known.update(data)
        document = _BY_EVENT.get(event["type"])
        if document and _applies(document, data):
            found.append(
                {
                    "name": document.name, "id": document.indonesian, "en": document.english, "version": event["version"],
                    "happened_at": event["happened_at"], "by": event["actor"], "data": dict(known) or data,
                }
            )  # fmt: skip
    return found


def _applies(document: Document, data: Mapping[str, Any]) -> bool:
    """A service plan only where the student was invited; a statement only where one was signed; an answer only at its end."""
    match document.name:
        case "service-plan":
            return data.get("origin") != "self"
        case "parent-statement":
            return bool(data.get("statement"))
        case "referral-answer":
            return data.get("trigger") in ("outcome", "decline")
        case _:
            return True


def router(kernel: Kernel) -> APIRouter:
    """`GET /cases/api/cases/{case_id}/documents`."""
    routes = APIRouter(prefix="/cases/api/cases", tags=["cases"])
    reader = CaseReader(kernel)

    @routes.get("/{case_id}/documents", summary="The data of every official document that the case's history holds")
    async def documents(case_id: str, principal: SignedIn, reason: ReadingReason | None = None) -> dict[str, Any]:
        return {"items": documents_of(await reader.history(principal, case_id, reason)), "next": None}

    return routes
