"""Older versions of a case's events, lifted to today's shape, one version at a time (ADR 10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from services.cases.domain.case.glass import OPEN_FOR
from shared.events import only_to_read
from shared.eventstore.upcasting import Json, Upcast


def _first_unknown(body: Json) -> Json:
    """The first of the two people stood only in the event before."""
    return body | {"proposed_by": None}


def _consent(body: Json) -> Json:
    """Only the sheet's number was kept: not which guardian, and a number says that it was signed."""
    return body | {"guardian": None, "how": "signed-form"}


def _an_hour(body: Json) -> Json:
    """It was open for good; an hour after it was broken it is not any more."""
    return {"until": (datetime.fromisoformat(body["at"]) + OPEN_FOR).isoformat()}


def _glass(body: Json) -> Json:
    """Nobody was told, and nobody was asked to review it. Whether a second person was needed is asked of the activity."""
    return body | _an_hour(body) | {"ground": None, "owner": None, "leader": None, "of_two": False, "review_by": None}


def _one_actor(body: Json) -> Json:
    """Nobody was asked how many people or institutions are needed."""
    return body | {"inputs": body["inputs"] | {"actors": 1}}


UPCASTS: Mapping[tuple[str, int], Upcast] = {
    ("glass-broken", 1): _glass,
    ("break-glass-confirmed", 1): _first_unknown,
    ("break-glass-confirmed", 2): lambda body: body | _an_hour(body),
    ("allegation-confirmed", 1): _first_unknown,
    ("data-decision-confirmed", 1): _first_unknown,
    ("consent-recorded", 1): _consent,
    ("referral-decided", 1): _one_actor,
    ("guardian-to-be-told", 1): only_to_read,
}
