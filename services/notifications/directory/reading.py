"""Reads HSDS 3.0 in each of its forms: JSON (organisations, services or places in full, alone, in lists or pages), CSV tables, a tabular package."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import JsonValue

from services.notifications.directory.tables import TABLES, Name, Row, SetAside, Tables
from shared.errors import Fault, Invalid
from shared.zips import NO_ZIP, files_of

MOST_OCTETS = 64 * 1024 * 1024
MOST_MEMBERS = 1_000
DEEPEST = 12
"""How deep entries stand inside each other in HSDS; deeper is a mistake or an attack."""

Code = Literal["not-hsds", "too-large", "encoding"]
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
    files = list(_unzipped(content)) if content.startswith(b"PK\x03\x04") else [(name, content)]
    for file, octets in files:
        for told in _rows(file, octets):
            if isinstance(told, SetAside):
                tables.set_aside.append(told)
            else:
                tables.rows[told[0]].append(told[1])
    if not any(tables.rows.values()) and not tables.set_aside:
        raise _refused("not-hsds", "no row of HSDS 3.0 is in it: send organisations, services or the tables as CSV")
    return tables


def _unzipped(content: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [each for each in files_of(archive) if not each.filename.rpartition("/")[2].startswith(("._", "~$"))]
            if len(members) > MOST_MEMBERS or sum(each.file_size for each in members) > MOST_OCTETS:
                raise _refused("too-large", "it is far too large: send it in parts")
            for each in members:
                yield each.filename.rpartition("/")[2], archive.read(each)
    except NO_ZIP as error:
        raise _refused("not-hsds", "the zip is not whole: make it again") from error


def _rows(file: str, content: bytes) -> Iterator[tuple[Name, Row] | SetAside]:
    stem, _, suffix = file.lower().rpartition(".")
    if suffix == "csv":
        table = next((each for each in TABLES if each.removesuffix("s") == stem.removesuffix("s")), None)
        return _csv(file, table, content) if table else iter(())
    if suffix in ("json", "") and stem != "datapackage":
        return _json(file, content)
    return iter(())


def _csv(file: str, table: Name, content: bytes) -> Iterator[tuple[Name, Row] | SetAside]:
    text = _text(file, content)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        for row in reader:
            cells = {str(column).strip().lower(): value.strip() for column, value in row.items() if isinstance(value, str) and value.strip()}
            if cells:
                yield table, Row(file, reader.line_num, _taken(table, cells))
    except csv.Error as error:
        raise _refused("not-hsds", f"{file} cannot be read as CSV from line {reader.line_num} on") from error


def _separator(text: str) -> str:
    """The sign that stands most often in the head. Indonesian spreadsheets write semicolons."""
    head = text.lstrip().splitlines()[:1]
    return max(",;\t", key="".join(head).count)


def _json(file: str, content: bytes) -> Iterator[tuple[Name, Row] | SetAside]:
    try:
        told: JsonValue = json.loads(_text(file, content))
    except (ValueError, RecursionError) as error:
        raise _refused("not-hsds", f"{file} is not JSON: export it again") from error
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
        inner = next((told[key] for key in ("contents", "organizations", "items") if isinstance(told.get(key), list)), None)
        if isinstance(inner, list) and "name" not in told:
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
        raise _refused("not-hsds", f"{file}: entry {number} is nested without end")
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


def _text(file: str, content: bytes) -> str:
    if len(content) > MOST_OCTETS:
        raise _refused("too-large", f"{file} is far too large: send it in parts")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused("encoding", f"{file} is not UTF-8: export it again") from error


def _refused(code: Code, sentence: str) -> Invalid:
    return Invalid(Fault("", code), message=sentence)
