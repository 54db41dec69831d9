"""How pages say whether an agency has room, and what its entry says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from services.notifications.domain.agency import Agency
from services.notifications.domain.agency_correction import WHOLE, EntryCorrected, corrected, correction_of
from services.notifications.domain.listing import Offer
from shared.pages import Text, say

Said = Literal["yes", "full"]

ROOM: Sequence[tuple[Said, Text]] = (("yes", say("Ada tempat")), ("full", say("Sedang penuh")))
"""What may be said of it."""

CHOOSE: Mapping[str, Text] = {"room": say("Pilih salah satu: ada tempat, atau sedang penuh.")}


def has_room(typed: str) -> bool | None:
    """None where nothing that can be meant was chosen."""
    return {"yes": True, "full": False}.get(typed)


@dataclass(frozen=True, slots=True)
class Entry:
    """One service: shown is what holds, directory what the directory says, own what the agency says of it itself."""

    shown: Offer
    directory: Offer
    own: EntryCorrected | None


def entries(agency: Agency) -> Sequence[Entry]:
    """Every service of an agency that is registered."""
    own = agency.corrections
    return [Entry(corrected(each, own), each, correction_of(each.service, own)) for each in agency.offers()]


def left_over(agency: Agency) -> Sequence[EntryCorrected]:
    """Own words about services that the directory does not have any more: they are shown nowhere else, and lost nowhere."""
    known = {WHOLE, *(each.service for each in agency.offers())}
    return [each for each in agency.corrections if each.service not in known]


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
        "entries": entries(agency),
        "is_described": agency.described is not None and bool(agency.described.offers),
        "left_over": left_over(agency),
        "assured_on": agency.entry.assured.at if agency.entry.assured else None,
    }
