"""Reads a OneRoster 1.1 or 1.2 CSV bundle, a zip or a folder, as districts really write them.

Only the columns named here are read, so a password column is never touched. Other letter case in file names, vendor columns, missing optional columns
and line breaks in quoted cells are tolerated. A bundle that cannot be trusted as a whole is refused; a bad row is set aside later, with file and row.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from services.intake.roster.archive import read_texts
from services.intake.roster.manifest import Manifest, read_manifest
from shared.errors import Fault, Invalid

_REQUIRED = {
    "orgs": ("sourcedId", "name", "type"),
    "users": ("sourcedId", "givenName", "familyName"),
    "enrollments": ("classSourcedId", "userSourcedId", "role"),
    "classes": ("sourcedId", "title"),
    "roles": ("userSourcedId", "role", "orgSourcedId"),
    "demographics": ("sourcedId",),
}
_OPTIONAL = {
    "orgs": ("identifier", "metadata.cluster"),
    "users": (
        "middleName", "role", "orgSourcedIds", "primaryOrgSourcedId", "email", "phone", "sms", "agentSourcedIds", "metadata.tanggapRoles",
    ),
    "enrollments": ("beginDate",),
    "classes": ("classType",),
    "roles": ("roleType",),
    "demographics": ("userSourcedId", "birthDate", "birthdate"),
}  # fmt: skip
_ALSO = {("demographics", "sourcedId"): "userSourcedId"}
"""Other names that vendors give to a column."""

_NEEDED = ("orgs", "users")


@dataclass(frozen=True, slots=True)
class Row:
    """One row. number: as a person counts in the file; the header is row 1. torn: it has more cells than the header, so nothing in it is certain."""

    file: str
    number: int
    cells: Mapping[str, str]
    torn: bool = False

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "").strip()

    def many(self, column: str) -> tuple[str, ...]:
        """A list inside one field: OneRoster separates with commas."""
        return tuple(part.strip() for part in self[column].split(",") if part.strip())


@dataclass
class Bundle:
    """The files of a bundle that we read, and the columns that each has."""

    files: dict[str, list[Row]] = field(default_factory=dict)
    columns: dict[str, frozenset[str]] = field(default_factory=dict)
    manifest: Manifest = field(default_factory=Manifest)

    def rows(self, name: str) -> list[Row]:
        return self.files.get(name, [])

    @property
    def version(self) -> str:
        return self.manifest.version

    @property
    def source(self) -> str:
        """The name of the sending system."""
        return self.manifest.source


def read_bundle(path: Path) -> Bundle:
    """Raises: Invalid: a truncated zip, a missing or second file, a missing column, a wrong encoding, or something far too large."""
    texts = read_texts(path, {"manifest", *_REQUIRED})
    bundle = Bundle()
    if "manifest" in texts:
        try:
            bundle.manifest = read_manifest(texts["manifest"])
        except csv.Error as error:
            raise _not_csv("manifest", 1) from error
    for name in _REQUIRED:
        if name in texts and bundle.manifest.meant(name):
            _read_file(bundle, name, texts[name])
        elif name in bundle.manifest.modes and bundle.manifest.meant(name):
            raise _missing(name)
    for needed in _NEEDED:
        if needed not in bundle.files and (needed not in bundle.manifest.modes or bundle.manifest.whole(needed)):
            raise _missing(needed)
    return bundle


def _missing(name: str) -> Invalid:
    return Invalid(Fault(f"/{name}.csv", "missing-file"), message=f"the bundle has no {name}.csv: export it again")


def _not_csv(name: str, row: int) -> Invalid:
    message = f"{name}.csv cannot be read as CSV from row {row} on, where a quotation mark is missing or too much: export it again"
    return Invalid(Fault(f"/{name}.csv/{row}", "not-csv"), message=message)


def _read_file(bundle: Bundle, name: str, text: str) -> None:
    read: list[list[str]] = []
    try:
        read.extend(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise _not_csv(name, len(read) + 1) from error
    header = [column.strip() for column in read[0]] if read else []
    _check_header(name, header)
    bundle.files[name], bundle.columns[name] = list(_rows(name, header, read[1:])), frozenset(header)


def _check_header(name: str, header: Sequence[str]) -> None:
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        raise Invalid(Fault(f"/{name}.csv", "separator"), message=f"{name}.csv does not separate with commas: export it again with commas")
    for column in _REQUIRED[name]:
        if column not in header and _ALSO.get((name, column)) not in header:
            raise Invalid(Fault(f"/{name}.csv/{column}", "missing-column"), message=f"{name}.csv has no column {column}: export it again")
    for column in (*_REQUIRED[name], *_OPTIONAL[name]):
        if header.count(column) > 1:
            raise Invalid(Fault(f"/{name}.csv/{column}", "second-column"), message=f"{name}.csv has two columns {column}: leave one of them")


def _rows(name: str, header: Sequence[str], lines: Sequence[Sequence[str]]) -> Iterator[Row]:
    wanted = {"status", *_REQUIRED[name], *_OPTIONAL[name]}
    width = max(len(header), _usual_width(lines))
    for number, values in enumerate(lines, start=2):
        if any(value.strip() for value in values):
            cells = {column: value for column, value in zip(header, values, strict=False) if column in wanted}
            is_torn = len(values) > width or any(value.strip() for value in values[len(header) :])
            yield Row(f"{name}.csv", number, cells, is_torn)


def _usual_width(lines: Sequence[Sequence[str]]) -> int:
    """Some systems end every row with a comma more than the header has."""
    widths = Counter(len(values) for values in lines)
    most = max(widths.values(), default=0)
    return min((width for width, count in widths.items() if count == most), default=0)
