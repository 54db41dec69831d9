"""Reads a OneRoster 1.1 or 1.2 CSV bundle, a zip or a folder, as districts really write them.

Only the columns named here are read, so a password column is never touched. Other letter case in names of files and columns, vendor columns, missing
optional columns and line breaks in quoted cells are borne. A bundle that cannot be trusted as a whole is refused; a bad row is set aside later, with
file and row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from services.intake.roster.archive import BundleFile, Source, find_files
from services.intake.roster.csvfile import read_rows
from services.intake.roster.known import EVERYBODY, Kind
from services.intake.roster.manifest import Manifest, read_manifest
from services.intake.roster.untrusted import untrusted

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
    "demographics": ("userSourcedId", "birthDate"),
}  # fmt: skip
_ALSO = {("demographics", "sourcedId"): "userSourcedId"}
"""Other names that vendors give to a column."""

_NEEDED = ("orgs", "users")

_REPEATED = frozenset({"status", "role", "roleType", "orgSourcedId", "orgSourcedIds", "primaryOrgSourcedId", "classSourcedId", "beginDate"})
"""Columns in which many rows say the same."""


_AS_ONEROSTER: Mapping[str, str] = MappingProxyType({})
"""The headings of a file that names its columns as OneRoster does."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. number: as a person counts in the file; the header is row 1. cells: those that hold something, by column.

    torn: it has more cells than the header, so nothing in it is certain. headings: what the file calls a column, where not as OneRoster does. silent:
    columns about which this row says nothing, though others do.
    """

    file: str
    number: int
    cells: Mapping[str, str]
    torn: bool = False
    headings: Mapping[str, str] = field(default_factory=lambda: _AS_ONEROSTER, compare=False)
    silent: frozenset[str] = frozenset()

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def many(self, column: str, separator: str = ",") -> tuple[str, ...]:
        """A list inside one field: OneRoster separates with commas."""
        return tuple(part.strip() for part in self[column].split(separator) if part.strip())


@dataclass
class Bundle:
    """The files of a bundle that we read, and the columns that each has. Their rows may be gone through again and again.

    covers: whose absence says that they left, where users is whole.
    """

    files: Mapping[str, Iterable[Row]] = field(default_factory=dict)
    columns: dict[str, frozenset[str]] = field(default_factory=dict)
    manifest: Manifest = field(default_factory=Manifest)
    covers: frozenset[Kind] = EVERYBODY

    def rows(self, name: str) -> Iterable[Row]:
        return self.files.get(name, ())

    @property
    def version(self) -> str:
        return self.manifest.version

    @property
    def source(self) -> str:
        """The name of the sending system."""
        return self.manifest.source


def read_bundle(source: Source) -> Bundle:
    """Goes through each file once, and keeps none: whoever asks for its rows has them read again.

    Raises: Invalid: a truncated zip, a missing or second file, a missing column, a wrong encoding, or something far too large.
    """
    files = find_files(source, {"manifest", *_REQUIRED})
    manifest = Manifest()
    if "manifest" in files:
        with files["manifest"].opened() as octets:
            manifest = read_manifest(read_rows("manifest", octets))
    for name in _REQUIRED:
        if name not in files and name in manifest.modes and manifest.meant(name):
            raise untrusted("missing-file", f"/{name}.csv")
    tables = {name: _table(name, files[name]) for name in _REQUIRED if name in files and manifest.meant(name)}
    bundle = Bundle(tables, {name: frozenset(table.header) for name, table in tables.items()}, manifest)
    for needed in _NEEDED:
        if needed not in bundle.files and (needed not in bundle.manifest.modes or bundle.manifest.whole(needed)):
            raise untrusted("missing-file", f"/{needed}.csv")
    return bundle


def _table(name: str, file: BundleFile) -> _Table:
    with file.opened() as octets:
        lines = read_rows(name, octets)
        header = _header(name, next(lines, []))
        return _Table(name, file, header, max(len(header), _usual(lines)))


@dataclass(frozen=True, slots=True)
class _Table:
    """The rows of one file. usual: how many cells a row has at most that is not torn."""

    name: str
    file: BundleFile
    header: Sequence[str]
    usual: int

    def __iter__(self) -> Iterator[Row]:
        """All rows with something in them. A row is torn where it is wider than the header and than most rows are, or holds something out there."""
        columns, file = _Columns(self.name, self.header), f"{self.name}.csv"
        with self.file.opened() as octets:
            lines = read_rows(self.name, octets)
            next(lines, None)
            for number, values in enumerate(lines, start=2):
                cells = columns.cells(values)
                overhangs = any(value.strip() for value in values[len(self.header) :])
                if cells or overhangs or _is_told(values):
                    yield Row(file, number, cells, overhangs or len(values) > self.usual)


def _header(name: str, told: Sequence[str]) -> list[str]:
    """The columns as the standard writes them, in whatever letter case they stand."""
    if len(told) == 1 and any(mark in told[0] for mark in ";\t|"):
        raise untrusted("separator", f"/{name}.csv")
    wanted = {column.lower(): column for column in ("status", *_REQUIRED[name], *_OPTIONAL[name])}
    header = [wanted.get(column.strip().lower(), column.strip()) for column in told]
    for column in _REQUIRED[name]:
        if column not in header and _ALSO.get((name, column)) not in header:
            raise untrusted("missing-column", f"/{name}.csv/{column}", place=f"{column} ({name}.csv)")
    for column in wanted.values():
        if header.count(column) > 1:
            raise untrusted("second-column", f"/{name}.csv/{column}", place=f"{column} ({name}.csv)")
    return header


class _Columns:
    """Takes the wanted cells of each row. What many rows say, such as a role or a school, is kept once for all of them."""

    def __init__(self, name: str, header: Sequence[str]) -> None:
        wanted = {"status", *_REQUIRED[name], *_OPTIONAL[name]}
        self._wanted = [(place, column) for place, column in enumerate(header) if column in wanted]
        self._same: dict[str, str] = {}

    def cells(self, values: Sequence[str]) -> dict[str, str]:
        """Those that hold something."""
        there = len(values)
        return {
            column: self._same.setdefault(told, told) if column in _REPEATED else told
            for place, column in self._wanted
            if place < there and (told := values[place].strip())
        }


def _usual(lines: Iterable[Sequence[str]]) -> int:
    """Some systems end every row with a comma more than the header has."""
    counted = Counter(len(values) for values in lines if _is_told(values))
    most = max(counted.values(), default=0)
    return min((width for width, count in counted.items() if count == most), default=0)


def _is_told(values: Iterable[str]) -> bool:
    return any(value.strip() for value in values)
