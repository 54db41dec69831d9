"""A report as XLSX, from the very data that its PDF was made of. What people typed is text in every cell, never a formula."""

from __future__ import annotations

from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from services.cases.letters.laid_out import Blanks, LaidOut, Page, Paragraph, Rows, Section, Table
from services.cases.letters.legible import BREAK, legible

_BOLD, _WRAPPED = Font(bold=True), Alignment(wrap_text=True, vertical="top")
_WIDTHS = {"A": 44, "B": 22, "C": 22, "D": 30, "E": 18, "F": 18, "G": 34}
_LONGEST_TITLE = 31


def spreadsheet(laid_out: LaidOut, number: str) -> bytes:
    """One sheet: title, number and date, then every part."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = laid_out.name[:_LONGEST_TITLE]
    for column, width in _WIDTHS.items():
        sheet.column_dimensions[column].width = width
    _row(sheet, [laid_out.title], bold=True)
    _row(sheet, ["Nomor", number])
    _row(sheet, ["Tanggal", laid_out.dateline])
    for part in laid_out.parts:
        _part(sheet, part)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _part(sheet: Worksheet, part: Paragraph | Section | Rows | Table | Blanks | Page) -> None:
    sheet.append([])
    if part.heading:
        _row(sheet, [part.heading], bold=True)
    match part:
        case Paragraph() | Section():
            _row(sheet, [part.text])
        case Rows():
            for row in part.rows:
                _row(sheet, row)
        case Table():
            _row(sheet, part.columns, bold=True)
            for cells in part.rows:
                _row(sheet, cells)
        case Blanks():
            for label in part.labels:
                _row(sheet, [label])
        case Page():
            pass


def _row(sheet: Worksheet, cells: tuple[str, ...] | list[str], *, bold: bool = False) -> None:
    place = sheet.max_row + 1 if sheet.max_row > 1 or sheet.cell(1, 1).value else 1
    for column, text in enumerate(cells, start=1):
        cell = sheet.cell(place, column)
        printed = legible(text).replace(BREAK, "")
        if printed.isascii() and printed.isdigit():
            cell.value = int(printed)
        else:
            cell.value, cell.data_type = printed, "s"
        cell.alignment = _WRAPPED
        if bold:
            cell.font = _BOLD
