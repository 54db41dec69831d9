"""A child who was sent, as the sender reads it: how it stands as Task, what was asked as ServiceRequest. Nothing names the child."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.intake.domain.concern.state import State

STATUSES: Mapping[State, str] = {"received": "requested", "read": "accepted", "in_progress": "in-progress", "closed": "completed"}
"""Task.status. A school declines no child: whoever reads it has it."""

_TASK_CODE = "http://hl7.org/fhir/CodeSystem/task-code"
_SNOMED = "http://snomed.info/sct"


@dataclass(frozen=True, slots=True)
class Shown:
    """version: counts what the Task shows. answers: what the school wrote, in order. outcome: its class, at the end."""

    concern: str
    school: str
    agency: str
    state: State
    outcome: str | None
    authored_at: datetime
    moved_at: datetime
    version: int
    answers: Sequence[str]

    @property
    def status(self) -> str:
        """Task.status."""
        return STATUSES[self.state]


def task(shown: Shown, origin: str) -> dict[str, Any]:
    """origin: where the district answers, the namespace of its own codes."""
    school = {"reference": f"Organization/{shown.school}"}
    resource: dict[str, Any] = {
        **_head("Task", shown, origin),
        "status": shown.status,
        "intent": "order",
        "code": {"coding": [{"system": _TASK_CODE, "code": "fulfill", "display": "Fulfill the focal request"}]},
        "focus": {"reference": f"ServiceRequest/{shown.concern}"},
        "for": {"reference": "#subject"},
        "authoredOn": _instant(shown.authored_at),
        "lastModified": _instant(shown.moved_at),
        "requester": _sender(shown, origin),
        "owner": school,
    }
    if shown.answers:
        resource["note"] = [{"authorReference": school, "text": each} for each in shown.answers]
    if shown.outcome:
        code = {"coding": [{"system": f"{origin}/fhir/CodeSystem/outcome-class", "code": shown.outcome}]}
        resource["output"] = [{"type": {"text": "outcome"}, "valueCodeableConcept": code}]
    return resource


def request(shown: Shown, origin: str) -> dict[str, Any]:
    """The sender has its own words."""
    return {
        **_head("ServiceRequest", shown, origin),
        "status": "completed" if shown.state == "closed" else "active",
        "intent": "order",
        "code": {"coding": [{"system": _SNOMED, "code": "3457005", "display": "Patient referral"}]},
        "subject": {"reference": "#subject"},
        "authoredOn": _instant(shown.authored_at),
        "requester": _sender(shown, origin),
        "performer": [{"reference": f"Organization/{shown.school}"}],
    }


def organization(school: Mapping[str, str | None]) -> dict[str, Any]:
    """A school, to which a child may be sent."""
    told = {"resourceType": "Organization", "id": school["school"], "active": True, "name": school["name"]}
    npsn = [{"system": "https://referensi.data.kemdikbud.go.id/npsn", "value": school["npsn"]}]
    return told | ({"identifier": npsn} if school["npsn"] else {})


def transaction(entries: Sequence[str], shown: Shown, *, created: bool) -> dict[str, Any]:
    """The answer to a Bundle. entries: their kinds, in order. What is kept within the Task has no address of its own."""
    status = "201 Created" if created else "200 OK"
    kept = {"status": status, "etag": f'W/"{shown.version}"', "lastModified": _instant(shown.moved_at)}
    told = [
        kept | {"location": f"{kind}/{shown.concern}/_history/{shown.version}"} if kind in ("Task", "ServiceRequest") else {"status": "200 OK"}
        for kind in entries
    ]
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": [{"response": each} for each in told]}


def _head(kind: str, shown: Shown, origin: str) -> dict[str, Any]:
    child = {"resourceType": "Patient", "id": "subject", "identifier": [{"system": f"{origin}/fhir/id/child-sent", "value": shown.concern}]}
    meta = {"versionId": str(shown.version), "lastUpdated": _instant(shown.moved_at)}
    return {"resourceType": kind, "id": shown.concern, "meta": meta, "contained": [child]}


def _sender(shown: Shown, origin: str) -> dict[str, Any]:
    return {"identifier": {"system": f"{origin}/fhir/id/agency", "value": shown.agency}}


def _instant(at: datetime) -> str:
    """RFC 3339 with milliseconds, as FHIR's `instant` wants it."""
    return at.isoformat(timespec="milliseconds")
