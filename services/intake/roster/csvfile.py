"""One CSV file of a bundle, row by row: UTF-8, commas, any line ends, with or without a byte order mark. It never holds more than one row.

A row that does not end, a line of a million commas and a file of blank lines are stopped on the way: each is a mistake or an attack.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import IO, cast

from services.intake.roster.archive import Octets
from services.intake.roster.untrusted import untrusted

MOST_ROWS = 1_500_000
"""In one file: a district of a million people has a row for each, and more than one role for some of them."""

LONGEST_ROW = 1_000_000
"""Characters. A row that is longer has no end, because a quotation mark is missing."""

_NUL = b"\0"
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
"""Begin a text in UTF-16, as spreadsheets write it where asked for Unicode."""

_ENOUGH_TO_TELL = 400
"""Octets that show whether a text without a mark is UTF-16: every second one is zero then."""


def read_rows(name: str, content: Octets) -> Iterator[list[str]]:
    """The cells of each row, the header first. name: of the file, without ending. Raises: Invalid."""
    text, number = _Text(_Checked(name, content)), 0
    rows = csv.reader(text, strict=True)
    try:
        for number, row in enumerate(rows, start=1):
            if number > MOST_ROWS:
                raise untrusted("too-many-rows", f"/{name}.csv")
            yield row
            text.read = 0
    except csv.Error as error:
        raise untrusted("not-csv", f"/{name}.csv/{number + 1}") from error
    except UnicodeDecodeError as error:
        raise untrusted("encoding", f"/{name}.csv/{text.wrong_line(error)}") from error


class _Checked(io.RawIOBase):
    """Octets that may be a text in UTF-8. lines: how many line breaks were in what was read of them."""

    def __init__(self, name: str, content: Octets) -> None:
        self._name, self._content = name, content
        self._begun = False
        self.lines = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        octets = self._content.read(size)
        self._check(octets)
        self.lines += octets.count(b"\n")
        return octets

    def _check(self, octets: bytes) -> None:
        if not self._begun and _is_utf_16(octets):
            raise untrusted("encoding", f"/{self._name}.csv", place=f"{self._name}.csv (UTF-16)")
        self._begun = True
        if _NUL in octets:
            raise untrusted("unstorable-character", f"/{self._name}.csv/{self.lines + _line_at(octets, octets.index(_NUL))}")


class _Text(Iterator[str]):
    """The lines of a text. read: how many characters since it was set to 0."""

    def __init__(self, content: _Checked) -> None:
        self._content = content
        self._text = io.TextIOWrapper(cast("IO[bytes]", content), encoding="utf-8-sig", newline="")
        self.read = 0

    def __next__(self) -> str:
        line = self._text.readline(LONGEST_ROW + 1)
        if not line:
            raise StopIteration
        self.read += len(line)
        if self.read > LONGEST_ROW:
            raise csv.Error("a row without an end")
        return line

    def wrong_line(self, error: UnicodeDecodeError) -> int:
        """Where what is no UTF-8 stands: in the octets that were read last."""
        return self._content.lines - error.object.count(b"\n") + _line_at(error.object, error.start)


def _line_at(content: bytes, place: int) -> int:
    return content[:place].count(b"\n") + 1


def _is_utf_16(start: bytes) -> bool:
    start = start[:_ENOUGH_TO_TELL]
    return start.startswith(WIDE_MARKS) or (len(start) > 1 and (not any(start[1::2]) or not any(start[::2])))
