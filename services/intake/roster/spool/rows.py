"""The sifted rows about people, found again by whom they are about."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from threading import Event
from typing import NamedTuple

from services.intake.roster.reading import Row
from services.intake.roster.spool.texts import read, written
from shared.errors import Unavailable

_AT_ONCE = 5_000

_TABLES = (
    "CREATE TABLE row (id INTEGER PRIMARY KEY, name TEXT, key TEXT, gone INT, school TEXT, file TEXT, number INT, cells TEXT, more TEXT)",
    "CREATE TABLE subject (place INTEGER PRIMARY KEY, key TEXT, person TEXT)",
    "CREATE TABLE gone (person TEXT PRIMARY KEY) WITHOUT ROWID",
)
_BY_SCHOOL = (
    "INSERT INTO subject (key, person) SELECT key, person_of(key) FROM row GROUP BY key"
    " ORDER BY min(nullif(school, '')), min(CASE name WHEN 'users' THEN id END), key"
)
_SUBJECTS = (
    _BY_SCHOOL,
    "CREATE UNIQUE INDEX subject_person ON subject (person)",
    "INSERT OR IGNORE INTO gone SELECT person_of(key) FROM row WHERE name = 'users' AND gone",
)
_PORTION = "SELECT r.name, r.gone, r.file, r.number, r.cells, r.more FROM subject s JOIN row r ON r.key = s.key WHERE {} ORDER BY r.id"


class Told(NamedTuple):
    """A row, the file of OneRoster where it belongs, and whether it is marked as deleted."""

    name: str
    gone: bool
    row: Row


class SpooledRows:
    """Rows lie in the order in which they were read; portions of them hold all that is said of some people, school by school."""

    def __init__(self, base: sqlite3.Connection, portion: int, stopped: Event) -> None:
        self._base, self._portion, self._stopped = base, portion, stopped
        for table in _TABLES:
            base.execute(table)

    def keep(self, name: str, rows: Iterable[tuple[str, str, bool, Row]]) -> None:
        """rows: with whose each is, a school that it names, and whether it is marked as deleted."""
        kept = ((name, key, gone, school, row.file, row.number, written(row.cells), _more(row)) for key, school, gone, row in rows)
        while batch := list(islice(kept, _AT_ONCE)):
            self._require_going_on()
            self._base.executemany("INSERT INTO row (name, key, gone, school, file, number, cells, more) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", batch)

    def read_whole(self) -> None:
        """All files are there: from now on rows are found by whom they are about."""
        self._base.execute("CREATE INDEX row_key ON row (key)")

    def doubled(self, name: str) -> Iterator[str]:
        """Who stands in a file more than once."""
        return (key for (key,) in self._base.execute("SELECT key FROM row WHERE name = ? GROUP BY key HAVING count(*) > 1", (name,)).fetchall())

    def of(self, name: str, key: str) -> list[Row]:
        """Somebody's rows of one file."""
        found = self._base.execute("SELECT name, gone, file, number, cells, more FROM row WHERE key = ? AND name = ? ORDER BY id", (key, name))
        return [_told(*each).row for each in found]

    def drop(self, name: str, key: str) -> None:
        """Takes somebody's rows of one file out."""
        self._base.execute("DELETE FROM row WHERE key = ? AND name = ?", (key, name))

    def drop_later(self, name: str, key: str) -> None:
        """The same, but for the first of them."""
        query = "DELETE FROM row WHERE key = ?1 AND name = ?2 AND id > (SELECT min(id) FROM row WHERE key = ?1 AND name = ?2)"
        self._base.execute(query, (key, name))

    def portion_by_school(self, person_of: Callable[[str], str]) -> None:
        """person_of: our id of whoever a key is about."""
        self._base.create_function("person_of", 1, person_of, deterministic=True)
        for step in _SUBJECTS:
            self._base.execute(step)

    def portions(self) -> Iterator[range]:
        """Places of people: those of one school stand together."""
        (last,) = self._base.execute("SELECT coalesce(max(place), 0) FROM subject").fetchone()
        return (range(place, place + self._portion) for place in range(1, last + 1, self._portion))

    def portion(self, places: range) -> list[Told]:
        """All that the bundle says of some people."""
        self._require_going_on()
        found = self._base.execute(_PORTION.format("s.place BETWEEN ? AND ?"), (places[0], places[-1]))
        return [_told(*each) for each in found]

    def people(self, places: range) -> list[str]:
        """Our ids of some people, whether their rows make a person or not."""
        return [person for (person,) in self._base.execute("SELECT person FROM subject WHERE place BETWEEN ? AND ?", (places[0], places[-1]))]

    def user(self, person: str) -> Row:
        """The row of users about a person of ours."""
        found = self._base.execute(_PORTION.format("s.person = ? AND r.name = 'users'"), (person,))
        return _told(*found.fetchone()).row

    def gone(self, people: Sequence[str]) -> frozenset[str]:
        """Those of the people who are marked as deleted."""
        query = "SELECT value FROM json_each(?) WHERE value IN (SELECT person FROM gone)"
        return frozenset(person for (person,) in self._base.execute(query, (written(people),)))

    def _require_going_on(self) -> None:
        if self._stopped.is_set():
            raise Unavailable("this import was cut off: import again")


def _more(row: Row) -> str | None:
    """What rows of OneRoster do not have."""
    return written([dict(row.headings), sorted(row.silent)]) if row.headings or row.silent else None


def _told(name: str, gone: int, file: str, number: int, cells: str, more: str | None) -> Told:
    headings, silent = read(more) if more else ({}, ())
    return Told(name, bool(gone), Row(file, number, read(cells), headings=headings, silent=frozenset(silent)))
