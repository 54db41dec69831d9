"""Reads HSDS 3.0 in each of its forms: JSON (organisations, services or places in full, alone, in lists or pages), CSV tables, a tabular package."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from services.notifications.directory.packages import Member, members, one_table, refused, table_named, text_of
from services.notifications.directory.tables import TABLES, Name, Row, SetAside, Tables

DEEPEST = 12
"""How deep entries stand inside each other in HSDS; deeper is a mistake or an attack."""

_TOO_MANY = "\x00"
"""Stands for what a row has beyond its head: its cells do not stand below their columns. No column is called so."""

_WRAPPED = ("contents", "organizations", "items", "services", "service_at_locations")
"""Where a page, or an object that is nothing itself, holds its entries."""

_INSIDE: Mapping[str, Name] = {
    "organization": "organizations", "organizations": "organizations", "service": "services", "services": "services", "location": "locations",
    "locations": "locations", "service_at_location": "service_at_location", "service_at_locations": "service_at_location",
    "addresses": "addresses", "phones": "phones", "schedules": "schedules", "service_areas": "service_areas", "languages": "languages",
    "required_documents": "required_documents", "organization_identifiers": "organization_identifiers", "attributes": "attributes",
}  # fmt: skip
"""What an entry may hold inside, with the table that it belongs to. Everything else in it is passed over."""

_REFERENCE: Mapping[Name, str] = {
    "organizations": "organization_id", "services": "service_id", "locations": "location_id", "service_at_location": "service_at_location_id",
    "phones": "phone_id",
}  # fmt: skip
_UPWARD = frozenset({"organization", "service", "location"})
"""What stands inside an entry and is yet above it: the organisation of a service, the service and the place of a service at a place."""


def read_hsds(name: str, content: bytes) -> Tables:
    """The rows of all tables, as they stand. name: of the file. Raises: Invalid: nothing of it is HSDS, or far too much."""
    tables = Tables()
    for member in list(members(name, content)):
        for told in _rows(member):
            if isinstance(told, SetAside):
                tables.set_aside.append(told)
            else:
                tables.rows[told[0]].append(told[1])
    if not any(tables.rows.values()) and not tables.set_aside:
        raise refused("not-hsds", "no row of HSDS 3.0 is in it: send organisations, services or the tables as CSV")
    return tables


def _rows(member: Member) -> Iterator[tuple[Name, Row] | SetAside]:
    file = member.name
    stem, _, suffix = file.lower().rpartition(".")
    if suffix == "csv":
        table = member.table or table_named(stem)
        return _csv(file, table, member.content) if table else iter(())
    if suffix in ("json", "") and stem != "datapackage":
        return _json(file, member.content)
    return iter(())


def _csv(file: str, table: Name, content: bytes) -> Iterator[tuple[Name, Row] | SetAside]:
    separator, text, before = one_table(text_of(file, content))
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, restkey=_TOO_MANY, strict=True)
    try:
        for row in reader:
            number = reader.line_num + before
            if any(each.strip() for each in row.pop(_TOO_MANY, None) or ()):
                yield SetAside(file, number, table, "", "too-many-cells", whole=True)
                continue
            cells = {str(column).strip().lower(): value.strip() for column, value in row.items() if isinstance(value, str) and value.strip()}
            if cells:
                yield table, Row(file, number, _taken(table, cells))
    except csv.Error as error:
        raise refused("not-hsds", f"{file} cannot be read as CSV from line {reader.line_num + before} on") from error


def _json(file: str, content: bytes) -> Iterator[tuple[Name, Row] | SetAside]:
    try:
        told: JsonValue = json.loads(text_of(file, content))
    except (ValueError, RecursionError) as error:
        raise refused("not-hsds", f"{file} is not JSON: export it again") from error
    for number, entry in enumerate(_entries(told), start=1):
        if isinstance(entry, dict):
            yield from _flat(file, number, _kind(entry), entry, {}, DEEPEST)
        else:
            yield SetAside(file, number, "organizations", "", "not-an-object", whole=True)


def _entries(told: JsonValue) -> list[JsonValue]:
    """One entry, a list of them, or a page of a list."""
    if isinstance(told, list):
        return told
    if isinstance(told, dict):
        inner = next((told[key] for key in _WRAPPED if isinstance(told.get(key), list)), None)
        if isinstance(inner, list) and not {"id", "name"} & told.keys():
            return inner
    return [told]


def _kind(entry: Mapping[str, JsonValue]) -> Name:
    if isinstance(entry.get("service"), dict) or (isinstance(entry.get("location"), dict) and not entry.get("name")):
        return "service_at_location"
    return "services" if entry.get("organization_id") or isinstance(entry.get("organization"), dict) else "organizations"


def _flat(
    file: str, number: int, table: Name, entry: Mapping[str, JsonValue], owners: Mapping[str, str], depth: int
) -> Iterator[tuple[Name, Row] | SetAside]:
    """The entry as a row, and a row of each entry inside it. owners: columns that say whose it is."""
    if depth == 0:
        raise refused("not-hsds", f"{file}: entry {number} is nested without end")
    cells = {**{column: _cell(value) for column, value in entry.items() if _cell(value)}, **owners}
    inside = [(key, each) for key, value in entry.items() if key in _INSIDE for each in (value if isinstance(value, list) else [value])]
    for key, each in inside:
        if key in _UPWARD and isinstance(each, dict):
            yield from _flat(file, number, _INSIDE[key], each, {}, depth - 1)
            cells |= {_REFERENCE[_INSIDE[key]]: _cell(each.get("id"))}
    yield table, Row(file, number, _taken(table, cells))
    for key, each in inside:
        if isinstance(each, dict) and key not in _UPWARD:
            yield from _flat(file, number, _INSIDE[key], each, _owned(table, key, cells.get("id", "")), depth - 1)
        elif not isinstance(each, dict) and each is not None:
            yield SetAside(file, number, _INSIDE[key], "", "not-an-object", whole=True)


def _owned(table: Name, key: str, owner: str) -> dict[str, str]:
    """The column that says whose an entry inside another is."""
    if key == "attributes":
        return {"link_id": owner}
    return {_REFERENCE[table]: owner} if table in _REFERENCE else {}


def _taken(table: Name, cells: Mapping[str, str]) -> dict[str, str]:
    wanted = TABLES[table].columns
    return {column: cells[column] for column in wanted if cells.get(column)}


def _cell(value: JsonValue) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).strip() if isinstance(value, str | int | float) else ""
