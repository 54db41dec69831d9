"""What the server takes and tells, as a CapabilityStatement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_TASK = (("_id", "token"), ("_lastUpdated", "date"), ("identifier", "token"), ("status", "token"))
_SEARCHES: Mapping[str, Sequence[tuple[str, str]]] = {
    "Task": _TASK,
    "ServiceRequest": (),
    "Organization": (("_id", "token"), ("identifier", "token"), ("name", "string")),
}
_INTERACTIONS: Mapping[str, Sequence[str]] = {
    "Task": ("create", "read", "search-type"),
    "ServiceRequest": ("create", "read"),
    "Organization": ("read", "search-type"),
}


def capability(base: str, date: str) -> dict[str, Any]:
    """date: of this statement, `2026-11-29`."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": date,
        "kind": "instance",
        "software": {"name": "Tanggap"},
        "implementation": {"description": "Children whom agencies send to a district's schools", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "A bearer token of the agency; an agency sees alone whom it sent itself."},
                "resource": [_resource(kind) for kind in _SEARCHES],
                "interaction": [{"code": "transaction"}],
            }
        ],
    }


def _resource(kind: str) -> dict[str, Any]:
    searches = [{"name": name, "type": type_} for name, type_ in _SEARCHES[kind]]
    told: dict[str, Any] = {"type": kind, "interaction": [{"code": code} for code in _INTERACTIONS[kind]]}
    takes = {"conditionalCreate": True} if "create" in _INTERACTIONS[kind] else {}
    return told | takes | ({"searchParam": searches} if searches else {})
