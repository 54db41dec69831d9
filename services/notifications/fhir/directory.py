"""The directory as Organization and HealthcareService. No secrets, no mailbox, no persons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.notifications.fhir.ids import fhir_id, service_id
from services.notifications.fhir.tasks import DISTRICT


def organizations(agencies: Sequence[dict[str, Any]], origin: str) -> list[dict[str, Any]]:
    """Every agency, and the district, which asks for what its schools refer."""
    district = {
        "resourceType": "Organization",
        "id": DISTRICT,
        "active": True,
        "name": "Tanggap",
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": origin}],
    }
    return [district, *(_organization(each, origin) for each in agencies)]


def _organization(agency: dict[str, Any], origin: str) -> dict[str, Any]:
    told = {
        "resourceType": "Organization",
        "id": fhir_id(agency["id"]),
        "identifier": [{"system": f"{origin}/fhir/id/agency", "value": agency["id"]}],
        "active": True,
        "name": agency["name"],
    }
    return told | ({"type": [{"text": agency["kind"]}]} if agency["kind"] else {})


def services(agencies: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every service of every agency."""
    return [_service(agency, name) for agency in agencies for name in agency["services"] if name.strip()]


def _service(agency: dict[str, Any], name: str) -> dict[str, Any]:
    return {
        "resourceType": "HealthcareService",
        "id": service_id(agency["id"], name),
        "active": True,
        "providedBy": {"reference": f"Organization/{fhir_id(agency['id'])}", "display": agency["name"]},
        "name": name,
    }
