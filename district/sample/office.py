"""The district's own people of the sample, and an officer of an agency. They stand in no school's export and are appointed, as in a real district."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx

from district.sample.agencies import agency_id
from district.sample.people import OFFICE, OFFICER, District, Someone
from district.sample.roster import SOURCE
from services.intake.roster.ids import person_id, school_id

SUPERVISED = ("sd1", "smp1")
"""The schools of the sample's pengawas."""

_KINDS = ("regency", "province")


def appointments(district: District) -> Iterator[dict[str, Any]]:
    """One body for each post of the district's office, and one of the agency's officer; only posts in the whole district or for a kind where the
    district has no schools.
    """
    for person in district.people:
        if person.school == OFFICE.key:
            places = [(role, where) for role in person.roles for where in _where(role) if district.schools or "school" not in where]
            yield from ({**_who(person), "role": role, **where} for role, where in places)
    if district.schools:
        yield {**_who(OFFICER), "role": "agency-officer", "agency": agency_id("rsud")}


def appoint_office(client: httpx.Client, intake: str, headers: dict[str, str], district: District) -> None:
    """Appoints everybody of the office, and the officer; the roster must have been imported. intake: origin of the service. Raises: httpx.HTTPStatusError."""
    for body in appointments(district):
        client.post(f"{intake}/intake/api/appointments", json=body, headers=headers).raise_for_status()


def _who(person: Someone) -> dict[str, str]:
    return {"person": person_id(SOURCE, person.key), "name": f"{person.given} {person.family}", "email": person.email}


def _where(role: str) -> list[dict[str, str]]:
    if role == "supervisor":
        return [{"school": school_id(SOURCE, key)} for key in SUPERVISED]
    return [{"kind": kind} for kind in _KINDS] if role == "district-officer" else [{}]
