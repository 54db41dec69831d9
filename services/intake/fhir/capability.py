"""What the server takes and tells, as a CapabilityStatement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.fhir_capability import Server, capability, codes, parameters

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


def taken(base: str) -> dict[str, Any]:
    """base: address of the server."""
    server = Server(
        base,
        "2026-11-29",
        "Children whom agencies send to a district's schools",
        "A bearer token of the agency; an agency sees alone whom it sent itself.",
        ("transaction",),
    )
    return capability(server, [_resource(kind) for kind in _SEARCHES])


def _resource(kind: str) -> dict[str, Any]:
    told: dict[str, Any] = {"type": kind, "interaction": codes(_INTERACTIONS[kind])}
    takes = {"conditionalCreate": True} if "create" in _INTERACTIONS[kind] else {}
    return told | takes | ({"searchParam": parameters(_SEARCHES[kind])} if _SEARCHES[kind] else {})
