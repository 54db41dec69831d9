"""What a FHIR server of ours is, takes and tells, as a CapabilityStatement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Server:
    """base: address. date: of the statement, `2026-11-29`. told: what it is for. security: who sees what.

    interactions: with the server as a whole.
    """

    base: str
    date: str
    told: str
    security: str
    interactions: Sequence[str] = ()


def capability(server: Server, resources: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """resources: as `rest.resource` has them."""
    rest: dict[str, Any] = {"mode": "server", "security": {"description": server.security}, "resource": list(resources)}
    if server.interactions:
        rest["interaction"] = codes(server.interactions)
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": server.date,
        "kind": "instance",
        "software": {"name": "Tanggap"},
        "implementation": {"description": server.told, "url": server.base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [rest],
    }


def codes(interactions: Sequence[str]) -> list[dict[str, str]]:
    """Interactions, as FHIR lists them."""
    return [{"code": each} for each in interactions]


def parameters(searches: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """searches: names of search parameters with their types."""
    return [{"name": name, "type": kind} for name, kind in searches]
