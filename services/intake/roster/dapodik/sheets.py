"""The cells of a list as text: the sheets of an XLSX file, or a CSV file with commas, semicolons or tabs.

A spreadsheet's damage stays to be seen: what it made of a number or a date is recognised where the cells are checked, and never guessed back.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, Protocol

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from services.intake.roster.archive import MOST_OCTETS
from services.intake.roster.csvfile import LONGEST_ROW, MOST_ROWS
from services.intake.roster.dapodik.spans import Span, read_spans
from services.intake.roster.untrusted import untrusted

MOST_COLUMNS = 300

_EXACT = 10**15
"""Spreadsheets keep fifteen digits of a number: a longer one is not what somebody typed."""

_LOST = "="
"""Stands for a formula without its result; a cell that begins so is a spreadsheet's fault (`cells.py`)."""

_ZIP = b"PK\x03\x04"
OLD = b"\xd0\xcf\x11\xe0"
"""Begins a spreadsheet from before 2007 (XLS), which openpyxl does not read."""

_BROKEN = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, LookupError, ValueError, TypeError, OSError, EOFError, AttributeError, SyntaxError,
    ArithmeticError, RuntimeError,
)  # fmt: skip
"""What openpyxl raises for a file that is no whole workbook; SyntaxError is how broken XML is told."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """name: of a sheet of a workbook, empty for a CSV file. rows: cells trimmed, without empty ones at the end; read once.

    spans: cells that were merged over several rows.
    """

    name: str
    rows: Iterator[list[str]]
    spans: Sequence[Span] = ()


def read_sheets(place: str, content: bytes) -> Iterator[Sheet]:
    """Every sheet that holds anything and is shown. place: for messages. Raises: Invalid."""
    if content.startswith(OLD):
        raise untrusted("no-list", f"/{place}", place=place)
    sheets = _workbook(place, content) if content.startswith(_ZIP) else iter([Sheet("", _csv(place, content))])
    return (replace(sheet, rows=_trimmed(place, sheet.rows)) for sheet in sheets)


def _trimmed(place: str, rows: Iterator[list[str]]) -> Iterator[list[str]]:
    for number, row in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise untrusted("too-many-rows", f"/{place}", place=place)
        while row and not row[-1]:
            row.pop()
        yield row


def _workbook(place: str, content: bytes) -> Iterator[Sheet]:
    with _whole(place):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(each.file_size for each in archive.infolist()) > MOST_OCTETS:
                raise untrusted("too-large", f"/{place}", place=place)
        shown, typed = (load_workbook(io.BytesIO(content), read_only=True, data_only=kept, keep_links=False) for kept in (True, False))
        for sheet, formulas in zip(shown.worksheets, typed.worksheets, strict=True):
            if sheet.sheet_state == "visible" and any(any(row) for row in _cells(sheet, formulas)):
                yield Sheet(sheet.title, _read(place, sheet, formulas), read_spans(content, vars(sheet)["_worksheet_path"]))


class Rows(Protocol):
    """A sheet that openpyxl reads row by row."""

    def reset_dimensions(self) -> None: ...
    def iter_rows(self, *, max_col: int, values_only: Literal[True]) -> Iterator[tuple[object, ...]]: ...


def _read(place: str, sheet: Rows, formulas: Rows) -> Iterator[list[str]]:
    with _whole(place):
        yield from _cells(sheet, formulas)


def _cells(sheet: Rows, formulas: Rows) -> Iterator[list[str]]:
    """A formula whose result nobody kept is told, and not taken for an empty cell."""
    for each in (sheet, formulas):
        each.reset_dimensions()
    rows = (each.iter_rows(max_col=MOST_COLUMNS, values_only=True) for each in (sheet, formulas))
    for shown, typed in zip(*rows, strict=True):
        yield [_text(_LOST if cell is None and formula is not None else cell) for cell, formula in zip(shown, typed, strict=True)]


@contextmanager
def _whole(place: str) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise untrusted("no-list", f"/{place}", place=place) from error


def _text(cell: object) -> str:
    """A date cell holds a date for certain. A number has lost what stood before it, so it is shown as the spreadsheet's own; so is a truth value."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return f"={str(cell).upper()}"
    if isinstance(cell, int | float) and abs(cell) >= _EXACT:
        return f"{cell:.2E}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split())


def _csv(place: str, content: bytes) -> Iterator[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise untrusted("encoding", f"/{place}", place=place) from error
    if "\0" in text:
        raise untrusted("unstorable-character", f"/{place}", place=place)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    csv.field_size_limit(LONGEST_ROW)
    try:
        for row in reader:
            yield [" ".join(cell.split()) for cell in row[:MOST_COLUMNS]]
    except csv.Error as error:
        raise untrusted("not-csv", f"/{place}/{reader.line_num}", place=f"{place}, {reader.line_num}") from error


def _separator(text: str) -> str:
    """The sign that stands most often in the first lines. Indonesian spreadsheets write semicolons."""
    start = text[:10_000]
    return max(",;\t", key=start.count)
