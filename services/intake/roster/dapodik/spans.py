"""Cells of a sheet that were merged over several rows: what stands in the first of them is said of all of them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import IO, NamedTuple

from openpyxl.utils import column_index_from_string

from services.intake.roster.untrusted import untrusted

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^<>]{0,80}?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_AT_ONCE = 1024 * 1024
_LONGEST = 200
"""Octets of one entry."""

MOST = 10_000
"""In one sheet."""

MOST_CELLS = 300_000
"""Written into the rows of one sheet. No cell is merged twice, so a list of five thousand people may merge sixty columns."""


class Span(NamedTuple):
    """column: from 0. first, last: rows as a person counts them."""

    column: int
    first: int
    last: int


def read_spans(content: bytes, path: str) -> Sequence[Span]:
    """The spans of one column over several rows. They stand behind the rows, where a reader of rows does not look.

    content, path: of a workbook, which is a zip, and of the sheet in it.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(path) as file:
        return [span for span, _ in zip(_found(file), range(MOST), strict=False)]


def _found(file: IO[bytes]) -> Iterator[Span]:
    rest = b""
    while octets := file.read(_AT_ONCE):
        text, end = rest + octets, 0
        for match in _MERGED.finditer(text):
            end = match.end()
            if match[1] == match[3] and int(match[2]) < int(match[4]):
                yield Span(column_index_from_string(match[1].decode()) - 1, int(match[2]), int(match[4]))
        rest = text[max(end, len(text) - _LONGEST) :]


def spread(place: str, rows: Sequence[list[str]], spans: Sequence[Span], first: int) -> None:
    """Writes what a merged cell says into each of its rows. first: the row, from 0, behind the headings, whose own merged cells stay as they are.

    place: for messages. Raises: Invalid: more cells than any list merges; nothing else bounds what a small file could ask for.
    """
    written = 0
    for span in spans:
        if span.first <= first or span.first > len(rows) or span.column >= len(rows[span.first - 1]):
            continue
        told = rows[span.first - 1][span.column]
        for row in rows[span.first : span.last]:
            lacking = span.column + 1 - len(row)
            written += max(lacking, 1)
            if written > MOST_CELLS:
                raise untrusted("too-much-merged", f"/{place}", place=place)
            row.extend([""] * lacking)
            row[span.column] = told
