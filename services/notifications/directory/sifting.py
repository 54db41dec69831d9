"""Sifts the rows of a directory: what has no id, leads nowhere or contradicts another row is set aside with table, row and reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from services.notifications.directory.tables import BY_ALL_OWNERS, LONGEST, LONGEST_ID, LOOSE, TABLES, Name, Reason, Row, SetAside, Tables

INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that no cell needs, and that hide something or cannot be kept."""

OLDEST = 150
"""Years of age; a larger number is none."""


@dataclass
class Sifted:
    """rows: by table and id. set_aside: what was not taken."""

    rows: dict[Name, dict[str, Row]] = field(default_factory=lambda: {name: {} for name in TABLES})
    set_aside: list[SetAside] = field(default_factory=list)

    def put_aside(self, table: Name, row: Row, column: str, reason: Reason, *, whole: bool) -> None:
        """whole: the row is not taken; else only the cell."""
        self.set_aside.append(SetAside(row.file, row.number, table, column, reason, whole))


def sift(tables: Tables) -> Sifted:
    """In an order in which whatever a row leads to has been sifted before it."""
    sifted = Sifted(set_aside=list(tables.set_aside))
    for table in TABLES:
        for rows in _agreeing(sifted, table, [_checked(sifted, table, row) for row in tables.rows[table]]):
            owned = _owned(sifted, table, rows)
            if owned is not None:
                sifted.rows[table][owned["id"]] = owned
    sifted.set_aside.sort(key=lambda each: (each.file, each.row, each.table, each.field))
    return sifted


def _checked(sifted: Sifted, table: Name, row: Row) -> Row | None:
    """The row without cells that hold nothing sensible; None where one is needed."""
    cells = dict(row.cells)
    for column, cell in row.cells.items():
        if reason := _wrong(table, column, cell):
            needed = column == "id" or column in TABLES[table].needed
            sifted.put_aside(table, row, column, reason, whole=needed)
            if needed:
                return None
            del cells[column]
    missing = next((column for column in ("id", *TABLES[table].needed) if column not in cells), None)
    if missing:
        sifted.put_aside(table, row, missing, "missing", whole=True)
        return None
    return replace(row, cells=cells)


def _wrong(table: Name, column: str, cell: str) -> Reason | None:
    if len(cell) > (LONGEST_ID if column == "id" else LONGEST):
        return "too-long"
    if INVISIBLE.search(cell):
        return "invisible-character"
    if column in TABLES[table].numbers and not _is_age(cell):
        return "not-a-number"
    return "not-a-date" if column in TABLES[table].dates and not _is_date(cell) else None


def _is_age(cell: str) -> bool:
    try:
        return 0 <= float(cell) <= OLDEST
    except ValueError:
        return False


def _is_date(cell: str) -> bool:
    try:
        date.fromisoformat(cell[:10])
    except ValueError:
        return False
    return True


def _agreeing(sifted: Sifted, table: Name, rows: list[Row | None]) -> Iterator[list[Row]]:
    """The rows of each id. The same entry inside several others says whose it is in each; nobody chooses between contradictions."""
    found: dict[str, tuple[dict[str, str], list[Row]]] = {}
    for row in rows:
        if row is None:
            continue
        said, alike = found.setdefault(row["id"], ({}, []))
        own = {column: cell for column, cell in row.cells.items() if column not in TABLES[table].owners}
        if any(said.get(column, cell) != cell for column, cell in own.items()):
            sifted.put_aside(table, row, "id", "doubled", whole=True)
            continue
        said |= own
        alike.append(row)
    yield from (alike for _, alike in found.values())


def _owned(sifted: Sifted, table: Name, rows: list[Row]) -> Row | None:
    """One row of them all, without references that lead nowhere; None where it then belongs to nobody. Of two owners the first has it."""
    owners = TABLES[table].owners
    cells: dict[str, str] = {}
    dangling, doubled = list[tuple[Row, str]](), list[tuple[Row, str]]()
    for row in rows:
        for column, cell in row.cells.items():
            if column in owners and cell not in sifted.rows[owners[column]]:
                dangling.append((row, column))
            elif cells.setdefault(column, cell) != cell:
                doubled.append((row, column))
    left = [column for column in owners if column in cells]
    is_lost = (len(left) < len(owners) if table in BY_ALL_OWNERS else not left) and bool(owners) and table not in LOOSE
    for row, column in dangling:
        sifted.put_aside(table, row, column, "dangling", whole=is_lost)
    for row, column in doubled:
        sifted.put_aside(table, row, column, "doubled", whole=False)
    if is_lost:
        told = {id(row) for row, _ in dangling}
        for row in (each for each in rows if id(each) not in told):
            sifted.put_aside(table, row, "", "of-nobody", whole=True)
    return None if is_lost else replace(rows[0], cells=cells)
