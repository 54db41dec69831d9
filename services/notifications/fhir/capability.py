"""What the server can do, as a CapabilityStatement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.fhir_capability import Server, capability, codes, parameters

_SEARCHES: dict[str, Sequence[tuple[str, str]]] = {
    "Task": (("_id", "token"), ("_lastUpdated", "date"), ("owner", "reference"), ("status", "token")),
    "ServiceRequest": (("_id", "token"),),
    "Organization": (("_id", "token"), ("name", "string")),
    "HealthcareService": (("_id", "token"), ("name", "string"), ("organization", "reference")),
}
_MORE: dict[str, Sequence[str]] = {"Task": ("update",)}


def answered(base: str) -> dict[str, Any]:
    """base: address of the server."""
    server = Server(
        base,
        "2026-11-28",
        "Referrals of a district's schools to its partner agencies",
        "A bearer token of the agency; an agency sees its own referrals alone.",
    )
    return capability(server, [_resource(kind) for kind in _SEARCHES])


def _resource(kind: str) -> dict[str, Any]:
    interactions = ("read", "search-type", *_MORE.get(kind, ()))
    told: dict[str, Any] = {"type": kind, "interaction": codes(interactions), "searchParam": parameters(_SEARCHES[kind])}
    return told | ({"versioning": "versioned-update"} if kind == "Task" else {})
