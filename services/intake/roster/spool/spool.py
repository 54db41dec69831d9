"""The file of one import: rows of the bundle, who is known, and the people that came of it. It has no name, and ends with the import."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from threading import Event
from typing import Self, TypeVar

from services.intake.roster.spool.known import SpooledKnown
from services.intake.roster.spool.people import SpooledPeople
from services.intake.roster.spool.rows import SpooledRows
from shared.errors import Unavailable

T = TypeVar("T")

MEMORY = 8 * 1024
"""KiB of it that are kept in memory; the rest lies on the disk."""

PORTION = 2_000
"""People whose rows are in memory together: a large school's, or two."""

SETTINGS = ("journal_mode = OFF", "synchronous = OFF", "temp_store = FILE", f"cache_size = -{MEMORY}")
"""Nothing in it is ever looked for again."""


class Spool:
    """SQLite removes the name of such a file where it opens it, so that even a killed process leaves nobody's data behind.

    portion: how many people are in memory together. Raises: Unavailable: on leaving, where it could not be written.
    """

    def __init__(self, portion: int = PORTION) -> None:
        self._base, self._stopped = sqlite3.connect("", isolation_level=None, check_same_thread=False), Event()
        for setting in SETTINGS:
            self._base.execute(f"PRAGMA {setting}")
        self._base.execute("BEGIN")
        self.rows, self.known = SpooledRows(self._base, portion, self._stopped), SpooledKnown(self._base, portion)
        self.people = SpooledPeople(self._base)

    async def work(self, task: Callable[..., T], *given: object) -> T:
        """Runs something long on it in a thread. Whoever is cancelled waits until it has stopped: nobody closes a file under a thread."""
        working = asyncio.ensure_future(asyncio.to_thread(task, *given))
        try:
            return await asyncio.shield(working)
        finally:
            while not working.done():
                self._stopped.set()
                self._base.interrupt()
                with suppress(asyncio.CancelledError):
                    await asyncio.wait((working,))
            working.exception()  # taken, or the loop would report it as one that nobody looked at

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        self._base.close()
        if isinstance(error, sqlite3.OperationalError):
            raise Unavailable("an import has no room for what it reads: make room where SQLite keeps temporary files, then import again") from error
