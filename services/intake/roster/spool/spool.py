"""The file of one import: rows of the bundle, who is known, and the people that came of it. It has no name, and ends with the import."""

from __future__ import annotations

import sqlite3
from typing import Self

from services.intake.roster.spool.known import SpooledKnown
from services.intake.roster.spool.people import SpooledPeople
from services.intake.roster.spool.rows import SpooledRows

MEMORY = 8 * 1024
"""KiB of it that are kept in memory; the rest lies on the disk."""

PORTION = 2_000
"""People whose rows are in memory together: a large school's, or two."""


class Spool:
    """SQLite removes the name of such a file where it opens it, so that even a killed process leaves nobody's data behind.

    portion: how many people are in memory together.
    """

    def __init__(self, portion: int = PORTION) -> None:
        self._base = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for told in ("journal_mode = OFF", "synchronous = OFF", "temp_store = FILE", f"cache_size = -{MEMORY}"):
            self._base.execute(f"PRAGMA {told}")
        self._base.execute("BEGIN")
        self.rows, self.known, self.people = SpooledRows(self._base, portion), SpooledKnown(self._base, portion), SpooledPeople(self._base)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()
