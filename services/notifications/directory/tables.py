"""The tables of HSDS 3.0 that are read, with the columns that are taken. Contacts are not: the directory holds offices, not persons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Name = Literal[
    "organizations", "services", "locations", "service_at_location", "addresses", "phones", "schedules", "service_areas", "languages",
    "required_documents", "organization_identifiers", "attributes",
]  # fmt: skip

Reason = Literal[
    "missing", "dangling", "doubled", "not-a-number", "not-a-date", "too-long", "invisible-character", "of-nobody", "not-an-object",
    "too-many-cells",
]  # fmt: skip
"""too-many-cells: the row has more than its head, so they do not stand below their columns."""


@dataclass(frozen=True, slots=True)
class Table:
    """needed: columns without which a row says nothing. owners: the columns that say whose a row is, with the table that each leads to; a row
    needs one of them. texts: what else is taken. numbers, dates: texts that must be such.
    """

    needed: tuple[str, ...]
    owners: Mapping[str, Name] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()

    @property
    def columns(self) -> Sequence[str]:
        return ("id", *self.needed, *self.owners, *self.texts, *self.numbers, *self.dates)


TABLES: Mapping[Name, Table] = {
    "organizations": Table(("name",), texts=("alternate_name", "description", "email", "website")),
    "services": Table(
        ("name",), {"organization_id": "organizations"},
        texts=("alternate_name", "description", "url", "email", "status", "application_process", "fees_description", "wait_time",
               "eligibility_description", "alert", "last_modified"),
        numbers=("minimum_age", "maximum_age"), dates=("assured_date",),
    ),
    "locations": Table((), {"organization_id": "organizations"}, texts=("name", "description", "transportation", "location_type")),
    "service_at_location": Table((), {"service_id": "services", "location_id": "locations"}, texts=("description",)),
    "addresses": Table(
        (), {"location_id": "locations"},
        texts=("address_1", "address_2", "city", "region", "state_province", "postal_code", "country", "address_type"),
    ),
    "phones": Table(
        ("number",),
        {"organization_id": "organizations", "service_id": "services", "location_id": "locations", "service_at_location_id": "service_at_location"},
        texts=("extension", "type", "description"),
    ),
    "schedules": Table(
        (), {"service_id": "services", "location_id": "locations", "service_at_location_id": "service_at_location"},
        texts=("freq", "interval", "byday", "byweekno", "bymonthday", "byyearday", "count", "timezone", "opens_at", "closes_at", "description",
               "notes"),
        dates=("valid_from", "valid_to", "dtstart", "until"),
    ),
    "service_areas": Table((), {"service_id": "services"}, texts=("name", "description", "extent", "extent_type")),
    "languages": Table((), {"service_id": "services", "location_id": "locations", "phone_id": "phones"}, texts=("name", "code")),
    "required_documents": Table(("document",), {"service_id": "services"}),
    "organization_identifiers": Table(("identifier",), {"organization_id": "organizations"}, texts=("identifier_scheme", "identifier_type")),
    "attributes": Table((), {}, texts=("link_id", "label", "value")),
}  # fmt: skip

BY_ALL_OWNERS: frozenset[Name] = frozenset({"service_at_location"})
"""Tables whose rows join two others, and need both."""

LOOSE: frozenset[Name] = frozenset({"organizations", "attributes", "locations"})
"""Tables whose rows may stand without an owner: a place is reached through the services offered there."""

LONGEST = 5_000
"""Characters of a cell."""

LONGEST_ID = 100
"""Characters of an id: agencies and services are kept under theirs."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. number: as a person counts in the file; in JSON the place of the entry, from 1. cells: those that hold something."""

    file: str
    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row, or with `field` only a cell, that was not taken: where it stands and why, never its content."""

    file: str
    row: int
    table: Name
    field: str
    reason: Reason
    whole: bool


@dataclass
class Tables:
    """What a file holds, as it stands. set_aside: entries that are no rows at all."""

    rows: dict[Name, list[Row]] = field(default_factory=lambda: {name: [] for name in TABLES})
    set_aside: list[SetAside] = field(default_factory=list)
