"""What the server can do, as a CapabilityStatement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_SEARCHES: dict[str, Sequence[tuple[str, str]]] = {
    "Task": (("_id", "token"), ("_lastUpdated", "date"), ("owner", "reference"), ("status", "token")),
    "ServiceRequest": (("_id", "token"),),
    "Organization": (("_id", "token"), ("name", "string")),
    "HealthcareService": (("_id", "token"), ("name", "string"), ("organization", "reference")),
}
_MORE: dict[str, Sequence[str]] = {"Task": ("update",)}


def capability(base: str, date: str) -> dict[str, Any]:
    """date: of this statement, `2026-11-28`."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": date,
        "kind": "instance",
        "software": {"name": "Tanggap"},
        "implementation": {"description": "Referrals of a district's schools to its partner agencies", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "A bearer token of the agency; an agency sees its own referrals alone."},
                "resource": [_resource(kind) for kind in _SEARCHES],
            }
        ],
    }


def _resource(kind: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": kind,
        "interaction": [{"code": code} for code in ("read", "search-type", *_MORE.get(kind, ()))],
        "searchParam": [{"name": name, "type": type_} for name, type_ in _SEARCHES[kind]],
    }
    return told | ({"versioning": "versioned-update"} if kind == "Task" else {})
