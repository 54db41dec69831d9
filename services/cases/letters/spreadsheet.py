"""A report as XLSX, from the very data that its PDF was made of, and plain tables. What people typed is text in every cell, never a formula."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from services.cases.letters.laid_out import Blanks, LaidOut, Page, Paragraph, Rows, Section, Table
from services.cases.letters.legible import BREAK, legible
from shared.typed import whole_number

_BOLD, _WRAPPED = Font(bold=True), Alignment(wrap_text=True, vertical="top")
_WIDTHS = {"A": 44, "B": 22, "C": 22, "D": 30, "E": 18, "F": 18, "G": 34}
_EVEN = 26
"""Width of a column of a plain table, in letters."""

_LONGEST_TITLE = 31


@dataclass(slots=True)
class _Lines:
    """A sheet that is written row by row. place: of the last row; the sheet itself would look at every cell to find it."""

    sheet: Worksheet
    place: int = 0

    def skip(self) -> None:
        """An empty row."""
        self.place += 1

    def write(self, cells: Sequence[str], *, bold: bool = False) -> None:
        """The next row. Text stays text; a whole number is a number."""
        self.place += 1
        for column, text in enumerate(cells, start=1):
            cell = self.sheet.cell(self.place, column)
            printed = legible(text).replace(BREAK, "")
            number = None if printed.startswith("0") and printed != "0" else whole_number(printed)  # an identity number keeps its zeros
            if number is not None:
                cell.value = number
            else:
                cell.value, cell.data_type = printed, "s"
            cell.alignment = _WRAPPED
            if bold:
                cell.font = _BOLD


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A sheet of one table, its first row the names of the columns."""
    book, lines = _book(title, dict.fromkeys(_WIDTHS, _EVEN))
    lines.write(columns, bold=True)
    for cells in rows:
        lines.write(cells)
    lines.sheet.freeze_panes = "A2"
    return _written(book)


def spreadsheet(laid_out: LaidOut, number: str) -> bytes:
    """One sheet: title, number and date, then every part."""
    book, lines = _book(laid_out.name, _WIDTHS)
    lines.write([laid_out.title], bold=True)
    lines.write(["Nomor", number])
    lines.write(["Tanggal", laid_out.dateline])
    for part in laid_out.parts:
        _part(lines, part)
    return _written(book)


def _book(title: str, widths: Mapping[str, int]) -> tuple[Workbook, _Lines]:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = title[:_LONGEST_TITLE]
    for column, width in widths.items():
        sheet.column_dimensions[column].width = width
    return book, _Lines(sheet)


def _written(book: Workbook) -> bytes:
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _part(lines: _Lines, part: Paragraph | Section | Rows | Table | Blanks | Page) -> None:
    lines.skip()
    if part.heading:
        lines.write([part.heading], bold=True)
    match part:
        case Paragraph() | Section():
            lines.write([part.text])
        case Rows():
            for row in part.rows:
                lines.write(row)
        case Table():
            lines.write(part.columns, bold=True)
            for cells in part.rows:
                lines.write(cells)
        case Blanks():
            for label in part.labels:
                lines.write([label])
        case Page():
            pass
