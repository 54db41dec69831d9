"""Reading what another service said: leniently, and at the newest version."""

from __future__ import annotations

import json

from shared.events.catalogue import BY_TYPE
from shared.events.roster import DISTRICT_ROLES
from shared.eventstore.upcasting import Json, Upcasters
from shared.message import PublicEvent


def _roles_at_the_one_school(first: Json) -> Json:
    """Version 1 of a person had one school for all roles; the roles of the district's people held in the whole district."""
    told = {name: value for name, value in first.items() if name != "roles"}
    school = first["school"]
    return {**told, "posts": [{"role": role, "school": None if role in DISTRICT_ROLES else school} for role in first.get("roles", ())]}


def only_to_read(first: Json) -> Json:
    """Version 1 of `guardian-to-be-told` asked for nothing, and of one guardian only."""
    return {**first, "second": None, "asks": "reading", "about": None, "meet_at": None}


def read_at_once(first: Json) -> Json:
    """Version 1 of `concern-joined-case`: every reporter was told at once that the concern had been read."""
    return {**first, "read": True}


OLDER = Upcasters(
    {
        ("person-registered", 1): _roles_at_the_one_school,
        ("guardian-to-be-told", 1): only_to_read,
        ("concern-joined-case", 1): read_at_once,
    }
)
"""From the versions of public events that are no longer written."""


def read_public(event_type: str, body: str) -> PublicEvent | None:
    """The public event, leniently and at its newest version; None where this reader does not know the type (it skips it)."""
    known = BY_TYPE.get(event_type)
    if known is None:
        return None
    if event_type in OLDER.types:
        body = OLDER.upcast(event_type, json.loads(body)["version"], body)
    return known.model_validate_json(body)
