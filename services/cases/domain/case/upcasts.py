"""Older versions of a case's events, lifted to today's shape, one version at a time (ADR 10)."""

from __future__ import annotations

from collections.abc import Mapping

from shared.eventstore.upcasting import Json, Upcast


def _first_unknown(body: Json) -> Json:
    """The first of the two people stood only in the event before."""
    return body | {"proposed_by": None}


def _consent(body: Json) -> Json:
    """Only the sheet's number was kept: not which guardian, and a number says that it was signed."""
    return body | {"guardian": None, "how": "signed-form"}


UPCASTS: Mapping[tuple[str, int], Upcast] = {
    ("break-glass-confirmed", 1): _first_unknown,
    ("allegation-confirmed", 1): _first_unknown,
    ("data-decision-confirmed", 1): _first_unknown,
    ("consent-recorded", 1): _consent,
}
