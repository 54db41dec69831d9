"""How pages say whether an agency has room, and what its entry says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal
from uuid import uuid4

from services.notifications.domain.agency import Agency
from shared.pages import Text, say

Said = Literal["yes", "full"]

ROOM: Sequence[tuple[Said, Text]] = (("yes", say("Ada tempat")), ("full", say("Sedang penuh")))
"""What may be said of it."""

CHOOSE: Mapping[str, Text] = {"room": say("Pilih salah satu: ada tempat, atau sedang penuh.")}


def has_room(typed: str) -> bool | None:
    """None where nothing that can be meant was chosen."""
    return {"yes": True, "full": False}.get(typed)


def room_form(agency: Agency, typed: str, errors: Mapping[str, Text]) -> Mapping[str, object]:
    """What a page shows of an agency's room and entry, and the forms.

    agency: said in the form where the address does not say it. field: the id of the form's own question.
    """
    assert agency.registered is not None
    return {
        "name": agency.registered.name,
        "rooms": ROOM,
        "typed": typed,
        "errors": errors,
        "told": agency.room.told,
        "asked": agency.room.asked if agency.room.waits else None,
        "form": str(uuid4()),
        "agency": "",
        "field": "room",
        "offers": agency.described.offers if agency.described else (),
        "assured_on": agency.entry.assured.at if agency.entry.assured else None,
    }
