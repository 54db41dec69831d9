"""Reads a OneRoster 1.1 or 1.2 CSV bundle, a zip or a folder, as districts really write them.

Only the columns named here are read, so a password column is never touched. Other letter case in file names, vendor columns and quoted timestamps
are tolerated. A bundle that cannot be trusted as a whole is refused; a bad row is set aside with file, row and reason.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shared.errors import Fault, Invalid

MOST_OCTETS = 256 * 1024 * 1024
"""The largest unpacked size of one file in a bundle. More is a mistake or an attack."""

_REQUIRED = {
    "orgs": ("sourcedId", "name", "type"),
    "users": ("sourcedId", "givenName", "familyName"),
    "enrollments": ("classSourcedId", "userSourcedId", "role"),
    "classes": ("sourcedId", "title"),
    "roles": ("userSourcedId", "role", "orgSourcedId"),
    "demographics": ("sourcedId",),
}
_ALSO = {("demographics", "sourcedId"): "userSourcedId"}
"""Other names that vendors give to a column."""

_NEEDED = ("orgs", "users")


@dataclass(frozen=True, slots=True)
class Row:
    """One row. number: as a person counts in the file; the header is row 1."""

    file: str
    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "").strip()

    def many(self, column: str) -> tuple[str, ...]:
        """A list inside one field: OneRoster separates with commas."""
        return tuple(part.strip() for part in self[column].split(",") if part.strip())


@dataclass
class Bundle:
    """The files of a bundle that we read. version: of OneRoster, from the manifest. source: the name of the sending system."""

    files: dict[str, list[Row]] = field(default_factory=dict)
    version: str = "1.1"
    source: str = "roster"

    def rows(self, name: str) -> list[Row]:
        return self.files.get(name, [])


def read_bundle(path: Path) -> Bundle:
    """Raises: Invalid: a truncated zip, a missing file or column, a wrong encoding, or something far too large."""
    bundle = Bundle()
    for name, text in _texts(path):
        try:
            if name == "manifest":
                _read_manifest(bundle, text)
            elif name in _REQUIRED:
                bundle.files[name] = list(_rows(name, text))
        except csv.Error as error:
            raise Invalid(Fault(f"/{name}.csv", "not-csv"), message=f"{name}.csv cannot be read as CSV: export it again") from error
    for needed in _NEEDED:
        if needed not in bundle.files:
            raise Invalid(Fault(f"/{needed}.csv", "missing-file"), message=f"the bundle has no {needed}.csv: export it again")
    return bundle


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    if path.is_dir():
        for each in sorted(path.iterdir()):
            if each.suffix.lower() == ".csv":
                yield each.stem.lower(), _decoded(each.name, each.read_bytes())
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                name = Path(member.filename)
                if name.suffix.lower() != ".csv":
                    continue
                if member.file_size > MOST_OCTETS:
                    raise Invalid(Fault(f"/{name.name}", "too-large"), message=f"{name.name} unpacks to more than {MOST_OCTETS} octets")
                yield name.stem.lower(), _decoded(name.name, archive.read(member))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise Invalid(Fault("", "not-a-zip"), message="the bundle is not a whole zip file: send it again") from error


def _decoded(name: str, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(Fault(f"/{name}", "encoding"), message=f"{name} is not UTF-8: export it again with that encoding") from error
    if "\x00" in text:
        raise Invalid(Fault(f"/{name}", "unstorable-character"), message=f"{name} holds a NUL character: export it again")
    return text


def _read_manifest(bundle: Bundle, text: str) -> None:
    told = {row[0].strip(): row[1].strip() for row in csv.reader(io.StringIO(text)) if len(row) > 1}
    bundle.version = told.get("oneroster.version", bundle.version)
    bundle.source = told.get("source.systemCode") or told.get("source.systemName") or bundle.source


def _rows(name: str, text: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text), strict=False)
    header = [column.strip() for column in next(reader, [])]
    for column in _REQUIRED[name]:
        if column not in header and _ALSO.get((name, column)) not in header:
            raise Invalid(Fault(f"/{name}.csv/{column}", "missing-column"), message=f"{name}.csv has no column {column}: export it again")
    for number, values in enumerate(reader, start=2):
        if values:
            yield Row(f"{name}.csv", number, dict(zip(header, values, strict=False)))
