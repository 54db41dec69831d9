"""Our own ids of people and schools. National numbers and source ids are personal data and never serve as ids (decision 4)."""

from __future__ import annotations

from shared.message import TANGGAP, derived_id


def person_id(source: str, sourced_id: str) -> str:
    """Our opaque id of a person whom the system `source` calls `sourced_id`."""
    return str(derived_id(TANGGAP, "person", source, sourced_id))


def school_id(source: str, sourced_id: str) -> str:
    """Our opaque id of a school that stands in no other system's export yet."""
    return str(derived_id(TANGGAP, "school", source, sourced_id))
