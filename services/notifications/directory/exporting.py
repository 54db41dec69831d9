"""Writes the directory as HSDS 3.0: organisations in full, each with its services. No secret, no mailbox, no endpoint (ADR 40, 48)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from services.notifications.directory.opening import ALWAYS_OPEN
from services.notifications.directory.searching import Listed
from services.notifications.domain.listing import Offer
from shared.message import TANGGAP, derived_id


def page(listed: Sequence[Listed], number: int, size: int) -> dict[str, Any]:
    """One page as the API of HSDS has it. number: from 1. size: of a full page."""
    found = listed[(number - 1) * size : number * size]
    pages = max(1, -(-len(listed) // size))
    return {
        "total_items": len(listed), "total_pages": pages, "page_number": number, "size": len(found), "first_page": number == 1,
        "last_page": number >= pages, "empty": not found, "contents": [organization(each) for each in found],
    }  # fmt: skip


def organization(listed: Listed) -> dict[str, Any]:
    """An organisation in full. What the directory does not say is left out."""
    key = _uuid("organization", listed.agency)
    told: dict[str, Any] = {"id": key, "name": listed.name, "description": listed.description or listed.name}
    return told | {"services": [_service(listed.agency, each) for each in listed.offers_by_name()]}


def _service(agency: str, offer: Offer) -> dict[str, Any]:
    key = _uuid("service", agency, offer.service or offer.name)
    told: dict[str, Any] = {
        "id": key,
        "organization_id": _uuid("organization", agency),
        "name": offer.name,
        "status": "active" if offer.active else "inactive",
        "description": offer.description,
        "eligibility_description": offer.eligibility,
        "minimum_age": offer.minimum_age,
        "maximum_age": offer.maximum_age,
        "assured_date": offer.checked_on.isoformat() if offer.checked_on else None,
        "phones": [{"id": _uuid("phone", key, each), "service_id": key, "number": each} for each in offer.phones],
        "schedules": list(_schedules(key, offer)),
        "service_areas": [{"id": _uuid("area", key, each), "service_id": key, "name": each} for each in offer.areas],
        "languages": [{"id": _uuid("language", key, each), "service_id": key, "name": each} for each in offer.languages],
        "attributes": list(_attributes(key, offer)),
    }
    return {name: value for name, value in told.items() if value not in (None, "", [])}


def _schedules(service: str, offer: Offer) -> Iterator[dict[str, Any]]:
    """Hours as they are shown. Day and night is said in fields, too, because another program reads no words."""
    for each in offer.hours:
        yield {"id": _uuid("schedule", service, each), "service_id": service, "description": each}
    if offer.around_the_clock:
        yield {"id": _uuid("schedule", service, "always"), "service_id": service, **ALWAYS_OPEN}


def _attributes(service: str, offer: Offer) -> Iterator[dict[str, Any]]:
    """What HSDS has no field for, under the labels that our import reads (ADR 44)."""
    answers = {"tanggap.room": offer.room, "tanggap.unaccompanied": None if offer.unaccompanied is None else str(offer.unaccompanied).lower()}
    for label, value in answers.items():
        if value is not None:
            yield {"id": _uuid("attribute", service, label), "link_id": service, "label": label, "value": str(value)}


def _uuid(kind: str, *names: str) -> str:
    """HSDS has UUIDs alone; an id that is one stays."""
    try:
        return str(UUID(names[-1]))
    except ValueError:
        return str(derived_id(TANGGAP, "hsds", kind, *names))
