"""Sifts the rows of a bundle: what a spreadsheet garbled, what stands twice with different content and what is torn is set aside.

What is left means the same in any order of rows and files. The rows about people go to the spool; those of schools and classes are few.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from services.intake.roster.cells import wrong_date, wrong_email, wrong_id, wrong_phone, wrong_roles, wrong_text, wrong_title
from services.intake.roster.ids import person_id
from services.intake.roster.reading import Bundle, Row
from services.intake.roster.reasons import Reason, SetAside
from services.intake.roster.spool.rows import SpooledRows, Told
from services.intake.roster.untrusted import untrusted

Check = Callable[[str], Reason | None]

_WHOSE = {"users": "sourcedId", "roles": "userSourcedId", "enrollments": "userSourcedId", "demographics": "sourcedId"}
"""The column that says about whom a row is."""

_ROW: dict[str, dict[str, Check]] = {
    "orgs": {"sourcedId": wrong_id, "identifier": wrong_id, "name": wrong_text},
    "users": {
        "sourcedId": wrong_id, "orgSourcedIds": wrong_id, "primaryOrgSourcedId": wrong_id,
        "givenName": wrong_text, "middleName": wrong_text, "familyName": wrong_text,
    },
    "roles": {"userSourcedId": wrong_id, "orgSourcedId": wrong_id},
    "classes": {"sourcedId": wrong_id, "title": wrong_title},
    "enrollments": {"userSourcedId": wrong_id, "classSourcedId": wrong_id},
    "demographics": {"sourcedId": wrong_id, "userSourcedId": wrong_id, "birthDate": wrong_date},
}  # fmt: skip
"""Columns whose fault sets the whole row aside."""

_CELL: dict[str, dict[str, Check]] = {
    "orgs": {"metadata.cluster": wrong_text},
    "users": {
        "email": wrong_email, "phone": wrong_phone, "sms": wrong_phone, "agentSourcedIds": wrong_id, "metadata.tanggapRoles": wrong_roles,
    },
}  # fmt: skip
"""Columns whose fault sets only the cell aside: the person comes in, and this stays as it was."""

_NEEDED_IDS = {
    "orgs": ("sourcedId",), "users": ("sourcedId",), "classes": ("sourcedId",), "enrollments": ("userSourcedId", "classSourcedId"),
    "roles": ("userSourcedId", "orgSourcedId"), "demographics": (),
}  # fmt: skip
_LISTS = {"orgSourcedIds": ",", "agentSourcedIds": ",", "metadata.tanggapRoles": "|"}
"""Columns that hold a list, and what separates it."""

_ONCE = ("orgs", "users", "classes", "demographics")
"""Files in which an id may stand once."""

_GONE = frozenset({"tobedeleted", "inactive"})
_STATUSES = frozenset({"", "active", *_GONE})

MOST_SET_ASIDE = 100_000
"""Rows and cells of a bundle that are told one by one, and recorded."""


@dataclass
class Sifted:
    """What is left of a bundle, or of a portion of it: all portions tell what they set aside in one place.

    gone: rows marked as deleted. unreadable: rows that do not even tell whose they are, by file: where there are some, a missing row proves nothing.
    touched: of whom a cell was set aside, by file and source id, with the columns. spoiled: of whom a whole row was.
    """

    bundle: Bundle
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    gone: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    unreadable: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    touched: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    spoiled: set[tuple[str, str]] = field(default_factory=set)
    set_aside: list[SetAside] = field(default_factory=list)

    def put_cell_aside(self, name: str, row: Row, column: str, reason: Reason) -> None:
        """Only this cell is not taken."""
        self._add(name, row, column, reason)
        self.touched[name, whose(name, row)].add(column)

    def put_row_aside(self, name: str, row: Row, column: str, reason: Reason) -> None:
        """Nothing of the row is taken."""
        self._add(name, row, column, reason)
        key = whose(name, row)
        if not key or wrong_id(key) or row.torn:
            self.unreadable[name].append(row)
        self.spoiled.add((name, key))

    def _add(self, name: str, row: Row, column: str, reason: Reason) -> None:
        person = person_id(self.bundle.source, whose(name, row)) if name in _WHOSE and whose(name, row) else None
        self.set_aside.append(SetAside(row.file, row.number, row.headings.get(column) or column, reason, person))
        if len(self.set_aside) > MOST_SET_ASIDE:
            first = min(self.set_aside, key=by_place)
            raise untrusted("too-many-faults", f"/{first.file}/{first.row}")

    def portion(self, told: Sequence[Told]) -> Sifted:
        """These rows alone."""
        rows, gone = defaultdict[str, list[Row]](list), defaultdict[str, list[Row]](list)
        for each in told:
            (gone if each.gone else rows)[each.name].append(each.row)
        return replace(self, rows=rows, gone=gone)

    def touched_of(self, name: str, key: str) -> AbstractSet[str]:
        """The columns of somebody's row of which a cell was set aside."""
        return self.touched.get((name, key), frozenset())

    def proves_absence(self, name: str) -> bool:
        """Whether somebody who is missing from this file is known to be gone."""
        return name in self.bundle.files and self.bundle.manifest.whole(name) and not self.unreadable[name]

    def has_column(self, name: str, *columns: str) -> bool:
        """Whether the file has one of the columns."""
        return not self.bundle.columns.get(name, frozenset()).isdisjoint(columns)


def sift(bundle: Bundle, spooled: SpooledRows) -> Sifted:
    """Every row of the bundle, good or set aside. Raises: Invalid: so much is wrong that nobody would read the list of it."""
    sifted = Sifted(bundle)
    for name in bundle.files:
        good = (row for row in bundle.rows(name) if _is_good(sifted, name, row))
        if name in _WHOSE:
            spooled.keep(name, ((whose(name, row), _school(row), _is_gone(row), row) for row in good))
            continue
        for row in _single(sifted, name, list(good)):
            (sifted.gone if _is_gone(row) else sifted.rows)[name].append(row)
    spooled.read_whole()
    for name in bundle.files:
        if name in _WHOSE and name in _ONCE:
            _put_doubles_aside(sifted, name, spooled)
    spooled.portion_by_school(lambda key: person_id(bundle.source, key))
    return sifted


def by_place(each: SetAside) -> tuple[str, int, str]:
    """As somebody reads the files from the beginning."""
    return each.file, each.row, each.field


def _is_gone(row: Row) -> bool:
    return row["status"].lower() in _GONE


def _school(row: Row) -> str:
    """One that the row names: only so that people of one school are read together."""
    return row["orgSourcedId"] or row["orgSourcedIds"].partition(",")[0] or row["primaryOrgSourcedId"]


def whose(name: str, row: Row) -> str:
    """The source id of the person, school or class that a row is about."""
    return row[_WHOSE.get(name, "sourcedId")] or (row["userSourcedId"] if name == "demographics" else "")


def _is_good(sifted: Sifted, name: str, row: Row) -> bool:
    if fault := _fault(name, row):
        sifted.put_row_aside(name, row, *fault)
        return False
    for column, reason in _wrong(row, _CELL.get(name, {})):
        sifted.put_cell_aside(name, row, column, reason)
    return True


def _fault(name: str, row: Row) -> tuple[str, Reason] | None:
    if row.torn:
        return "", "too-many-cells"
    if not whose(name, row):
        return _WHOSE.get(name, "sourcedId"), "missing-id"
    for wrong in _wrong(row, _ROW[name]):
        return wrong
    missing = next((column for column in _NEEDED_IDS[name] if not row[column]), None)
    if missing:
        return missing, "missing-id"
    return None if row["status"].lower() in _STATUSES else ("status", "unknown-status")


def _wrong(row: Row, checks: Mapping[str, Check]) -> Iterator[tuple[str, Reason]]:
    """The columns that no check lets pass, and why. Nothing is wrong with a cell that holds nothing. Three rows for each person come by here."""
    cells = row.cells
    for column, check in checks.items():
        if column not in cells:
            continue
        if column not in _LISTS:
            if reason := check(cells[column]):
                yield column, reason
        elif reason := next((reason for value in row.many(column, _LISTS[column]) if (reason := check(value))), None):
            yield column, reason


def _single(sifted: Sifted, name: str, rows: list[Row]) -> Iterator[Row]:
    """One row for each id."""
    by_id: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_id[whose(name, row)].append(row)
    for key, same in by_id.items():
        if _is_one(sifted, name, key, same):
            yield same[0]


def _put_doubles_aside(sifted: Sifted, name: str, spooled: SpooledRows) -> None:
    for key in spooled.doubled(name):
        if _is_one(sifted, name, key, spooled.of(name, key)):
            spooled.drop_later(name, key)
        else:
            spooled.drop(name, key)
    for key in [key for file, key in sifted.spoiled if file == name]:
        if rows := spooled.of(name, key):
            _is_one(sifted, name, key, rows)
            spooled.drop(name, key)


def _is_one(sifted: Sifted, name: str, key: str, same: Sequence[Row]) -> bool:
    """The same row again says nothing new; nobody chooses between rows that contradict each other, and all of them are set aside."""
    if (name, key) not in sifted.spoiled and all(_content(row) == _content(same[0]) for row in same):
        return True
    for row in same:
        sifted.put_row_aside(name, row, "sourcedId", "doubled")
    return False


def _content(row: Row) -> dict[str, str]:
    return {column: row[column] for column in row.cells if row[column]}
