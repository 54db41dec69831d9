"""The directory as Organization and HealthcareService. No secrets, no mailbox, no persons."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from services.notifications.directory.searching import Listed
from services.notifications.domain.listing import Offer
from services.notifications.fhir.ids import fhir_id, service_id
from services.notifications.fhir.tasks import DISTRICT

_DAYS = {"MO": "mon", "TU": "tue", "WE": "wed", "TH": "thu", "FR": "fri", "SA": "sat", "SU": "sun"}
_CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_HOURS = re.compile(rf"(?:(?P<days>(?:{'|'.join(_DAYS)})(?:,(?:{'|'.join(_DAYS)}))*) )?(?P<opens>{_CLOCK})\s*[–-]\s*(?P<closes>{_CLOCK})")
"""One opening on the same days, at the same time: FHIR has fields for no other."""


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


def services(directory: Sequence[Listed]) -> list[dict[str, Any]]:
    """Every service of every agency, as it holds: the agency's own words where it said any (ADR 75)."""
    return [_service(each, offer) for each in directory for offer in each.offers_by_name() if offer.name.strip()]


def _service(listed: Listed, offer: Offer) -> dict[str, Any]:
    times = list(_available(offer))
    in_words = [each for each in offer.hours if _time(each) is None]
    told = {
        "resourceType": "HealthcareService",
        "id": service_id(listed.agency, offer.name if _is_alone(listed, offer) else f"{offer.name}|{offer.service}"),
        "active": offer.active,
        "providedBy": {"reference": f"Organization/{fhir_id(listed.agency)}", "display": listed.name},
        "name": offer.name,
        "comment": "; ".join(in_words),
        "telecom": [{"system": "phone", "value": each} for each in offer.phones],
        "availableTime": times,
    }
    return {name: value for name, value in told.items() if value not in ("", [])}


def _is_alone(listed: Listed, offer: Offer) -> bool:
    """Whether no other service of the agency has its name."""
    return sum(each.name == offer.name for each in listed.offers_by_name()) == 1


def _available(offer: Offer) -> Iterator[dict[str, Any]]:
    if offer.around_the_clock:
        yield {"daysOfWeek": list(_DAYS.values()), "allDay": True}
        return
    yield from (time for each in offer.hours if (time := _time(each)) is not None)


def _time(line: str) -> dict[str, Any] | None:
    """Hours as a directory writes them. None: only somebody who reads them knows when that is."""
    found = _HOURS.fullmatch(line)
    if found is None or found["opens"] >= found["closes"]:
        return None
    days = [_DAYS[each] for each in (found["days"] or "").split(",") if each]
    told = {"daysOfWeek": days} if days else {}
    return told | {"availableStartTime": f"{found['opens']}:00", "availableEndTime": f"{found['closes']}:00"}
