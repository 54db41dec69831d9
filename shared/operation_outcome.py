"""How a fault is told to a client of FHIR: an OperationOutcome instead of a problem document, with the same status (ADR 48)."""

from __future__ import annotations

from typing import Any

from fastapi.responses import JSONResponse
from starlette.requests import Request

from shared.errors import Invalid, TanggapError, Unavailable

FHIR = "application/fhir+json"
UNDER = ("/notifications/fhir/", "/intake/fhir/")

_CODES = {
    400: "structure", 401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 408: "timeout", 409: "business-rule", 410: "deleted",
    412: "conflict", 413: "too-long", 415: "not-supported", 422: "invalid", 428: "required", 503: "transient",
}  # fmt: skip
"""IssueType of FHIR by status; anything else is `exception`."""


class FhirResponse(JSONResponse):
    """A resource, or a bundle of them."""

    media_type = FHIR


def asks_fhir(request: Request) -> bool:
    """Whether this is a request of a client of FHIR."""
    return request.url.path.startswith(UNDER)


def operation_outcome(error: TanggapError) -> JSONResponse:
    """One issue for each fault; never the value itself."""
    faults = (
        [(fault.code, [fault.pointer.lstrip("/").replace("/", ".")] if fault.pointer else []) for fault in error.faults]
        if isinstance(error, Invalid)
        else []
    )
    issues = [_issue(error.status, str(error), code, where) for code, where in faults or [(error.code, [])]]
    headers = {"retry-after": str(error.retry_after)} if isinstance(error, Unavailable) else None
    return JSONResponse({"resourceType": "OperationOutcome", "issue": issues}, error.status, headers, media_type=FHIR)


def refused(status: int, detail: str, headers: Any = None) -> JSONResponse:
    """Of what no route of ours knows."""
    return JSONResponse({"resourceType": "OperationOutcome", "issue": [_issue(status, detail, "about-blank", [])]}, status, headers, media_type=FHIR)


def _issue(status: int, detail: str, code: str, where: list[str]) -> dict[str, Any]:
    told: dict[str, Any] = {"severity": "error", "code": _CODES.get(status, "exception"), "details": {"text": code}, "diagnostics": detail or code}
    return told | {"expression": where} if where and where[0] else told
