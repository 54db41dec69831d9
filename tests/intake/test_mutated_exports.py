"""Damaged exports: each is refused or set aside with file and row, and changes nobody whose row was set aside."""

import random
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from services.intake.roster.cells import wrong_date, wrong_email, wrong_id, wrong_phone, wrong_title
from services.intake.roster.ids import person_id
from services.intake.roster.people import Roster
from shared.errors import Invalid
from tests.intake.bundles import zipped
from tests.intake.exports import Export, Held, export, holding, written
from tests.intake.interpreting import WholePlan

BUNDLES, PIECES = 5_000, 25
"""How many bundles the long tests damage, of each kind half, and in how many tests; the short ones take a twentieth."""

BRIEFLY = 20

GARBLED = ("1,23E+12", "5.320.101", "20109999.0", "#REF!", "#####", "'0012")
DATES = ("12/31/2010", "40543", "2010-02-30", "kemarin", "08-Jan", "#VALUE!")
CHECKED: dict[str, dict[str, Callable[[str], object]]] = {
    "orgs": {"sourcedId": wrong_id, "identifier": wrong_id},
    "users": {"sourcedId": wrong_id, "email": wrong_email, "phone": wrong_phone, "agentSourcedIds": wrong_id},
    "roles": {"userSourcedId": wrong_id, "orgSourcedId": wrong_id},
    "classes": {"sourcedId": wrong_id, "title": wrong_title},
    "enrollments": {"classSourcedId": wrong_id, "userSourcedId": wrong_id},
    "demographics": {"sourcedId": wrong_id, "birthDate": wrong_date},
}
"""Columns whose garbled cells are recognised, wherever they stand."""

CELLS = ("email", "phone", "sms", "agentSourcedIds")
"""Columns of users.csv of which only the cell is set aside."""

ANYTHING = (
    *GARBLED,
    *DATES,
    "",
    "-",
    ".",
    ",",
    "\n",
    "tobedeleted",
    "wizard",
    "x" * 3000,
    "smp1",
    "smp1-murid-3",
    "Ω漢字",
    "\u202e",
    "\ufffd",
    "0",
    "-1",
)


@pytest.fixture(scope="module")
def held(tmp_path_factory) -> Held:
    return holding(export(), tmp_path_factory.mktemp("base"))


def garbled(tables: Export, chance: random.Random) -> tuple[str, int, str]:
    """Garbles one cell as a spreadsheet does; where."""
    name = chance.choice(list(CHECKED))
    column = chance.choice(list(CHECKED[name]))
    values = [value for value in (DATES if column == "birthDate" else GARBLED) if CHECKED[name][column](value)]
    place = chance.randrange(1, len(tables[name]))
    tables[name][place][tables[name][0].index(column)] = chance.choice(values)
    return f"{name}.csv", place + 1, column


pieces = pytest.mark.parametrize("seeds", [range(piece, BUNDLES // 2, PIECES) for piece in range(PIECES)], ids=range(PIECES))


@pytest.mark.thorough
@pieces
def test_a_garbled_cell_is_set_aside_with_its_place_and_changes_nobody(held, tmp_path, seeds):
    garbled_cells(held, tmp_path, seeds)


def test_a_garbled_cell_is_set_aside_briefly(held, tmp_path):
    garbled_cells(held, tmp_path, range(BUNDLES // 2, BUNDLES // 2 + BUNDLES // 2 // BRIEFLY))


def garbled_cells(held: Held, tmp_path: Path, seeds: Iterable[int]) -> None:
    for seed in seeds:
        chance, tables = random.Random(seed), export()
        place = garbled(tables, chance)
        roster, made = held.planned(zipped(written(tables), tmp_path / "b.zip"))
        assert place in [(each.file, each.row, each.field) for each in roster.set_aside], seed
        assert (made.people, made.departures) == ([], []), seed


@pytest.mark.thorough
@pieces
def test_a_damaged_bundle_is_refused_or_set_aside_and_spares_whoever_was_set_aside(held, tmp_path, seeds):
    damaged_bundles(held, tmp_path, seeds)


def test_a_damaged_bundle_is_refused_or_set_aside_briefly(held, tmp_path):
    damaged_bundles(held, tmp_path, range(BUNDLES // 2, BUNDLES // 2 + BUNDLES // 2 // BRIEFLY))


def damaged_bundles(held: Held, tmp_path: Path, seeds: Iterable[int]) -> None:
    for seed in seeds:
        path = damaged(random.Random(seed), tmp_path / "b.zip")
        try:
            roster, made = held.planned(path)
        except Invalid as refused:
            assert all(re.fullmatch(r"(/[\w.]+\.csv(/.+)?)?", fault.pointer, re.IGNORECASE) for fault in refused.faults), seed
            continue
        spared(held, roster, made, seed)


def spared(held: Held, roster: Roster, made: WholePlan, seed: int) -> None:
    """Nobody whose row of users was set aside changed or left; no cell that was set aside changed; no school lost more than it may."""
    whole_rows = {each.person for each in roster.set_aside if each.file == "users.csv" and each.field not in CELLS}
    changed, left = {each.id: each for each in made.people}, {person for person, _ in made.departures}
    assert not whole_rows & (changed.keys() | left), seed
    for each in roster.set_aside:
        assert each.row >= 2 and each.file.endswith(".csv") and each.reason, seed
        if each.person in changed.keys() & held.people.keys() and each.field in ("phone", "sms"):
            assert changed[each.person].phone == held.people[each.person].phone, seed
        if each.person in changed.keys() & held.people.keys() and each.field == "email":
            assert changed[each.person].email == held.people[each.person].email, seed
        if each.person in changed.keys() & held.people.keys() and each.file == "demographics.csv":
            assert changed[each.person].born == held.people[each.person].born, seed
    assert len(left) <= 4, seed


def damaged(chance: random.Random, path: Path) -> Path:
    """An export with one to four things wrong with it."""
    tables = export()
    for _ in range(chance.randrange(1, 4)):
        chance.choice(TABLE_DAMAGE)(tables, chance)
    files: dict[str, str | bytes] = dict(written(tables))
    if chance.random() < 0.3:
        chance.choice(FILE_DAMAGE)(files, chance)
    zipped(files, path)
    if chance.random() < 0.1:
        _break_zip(path, chance)
    return path


def _any_row(tables: Export, chance: random.Random) -> list[str]:
    return chance.choice(tables[chance.choice(list(tables))])


def _change_cell(tables: Export, chance: random.Random) -> None:
    row = _any_row(tables, chance)
    row[chance.randrange(len(row))] = chance.choice(ANYTHING)


def _swap_cells(tables: Export, chance: random.Random) -> None:
    row = _any_row(tables, chance)
    one, other = chance.randrange(len(row)), chance.randrange(len(row))
    row[one], row[other] = row[other], row[one]


def _shift_row(tables: Export, chance: random.Random) -> None:
    row = _any_row(tables, chance)
    row.insert(chance.randrange(len(row)), chance.choice(ANYTHING))


def _lose_cell(tables: Export, chance: random.Random) -> None:
    row = _any_row(tables, chance)
    if len(row) > 1:
        row.pop()


def _lose_rows(tables: Export, chance: random.Random) -> None:
    rows = tables[chance.choice(list(tables))]
    first = chance.randrange(1, len(rows) + 1)
    del rows[first : first + chance.choice((1, 3, 1000))]


def _double_row(tables: Export, chance: random.Random) -> None:
    rows = tables[chance.choice(list(tables))]
    again = list(chance.choice(rows))
    if chance.random() < 0.5:
        again[chance.randrange(len(again))] = chance.choice(ANYTHING)
    rows.insert(chance.randrange(1, len(rows) + 1), again)


def _fill_column(tables: Export, chance: random.Random) -> None:
    rows = [row for row in tables[chance.choice(list(tables))] if row]
    column, value = chance.randrange(len(rows[0])), chance.choice(ANYTHING)
    for row in rows[1:]:
        if column < len(row):
            row[column] = value


def _lose_column(tables: Export, chance: random.Random) -> None:
    rows = tables[chance.choice(list(tables))]
    column = chance.randrange(len(rows[0]))
    for row in rows:
        del row[column : column + 1]


TABLE_DAMAGE = (_change_cell, _swap_cells, _shift_row, _lose_cell, _lose_rows, _double_row, _fill_column, _lose_column)

Files = dict[str, str | bytes]


def _cut_file(files: Files, chance: random.Random) -> None:
    name = chance.choice(list(files))
    files[name] = files[name][: chance.randrange(len(files[name]) + 1)]


def _lose_file(files: Files, chance: random.Random) -> None:
    del files[chance.choice(list(files))]


def _second_file(files: Files, chance: random.Random) -> None:
    name = chance.choice(list(files))
    files[f"lama/{name.upper()}"] = files[name]


def _encode(files: Files, chance: random.Random) -> None:
    name = chance.choice(list(files))
    files[name] = str(files[name]).encode(chance.choice(("utf-16", "utf-16-le", "utf-8-sig", "utf-8")))


def _octets(files: Files, chance: random.Random) -> None:
    name = chance.choice(list(files))
    content = bytearray(str(files[name]).encode())
    for _ in range(3):
        content[chance.randrange(len(content))] = chance.randrange(256)
    files[name] = bytes(content)


def _manifest(files: Files, chance: random.Random) -> None:
    name, mode = chance.choice(list(files)), chance.choice(("bulk", "delta", "absent", "Delta", "x", ""))
    files["manifest"] = f"propertyName,value\nfile.{name},{mode}\noneroster.version,1.2\n"


def _litter(files: Files, chance: random.Random) -> None:
    files[f"__MACOSX/._{chance.choice(list(files))}"] = b"\x00\x05\x16\x07"


FILE_DAMAGE = (_cut_file, _lose_file, _second_file, _encode, _octets, _manifest, _litter)


def _break_zip(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(bytes(content[: chance.choice((len(content), chance.randrange(len(content))))]))


def test_the_fuzz_sees_everything_that_can_happen(held, tmp_path):
    """Among some hundred damaged bundles some are refused, some set rows aside, some change people, and some are refused for a school."""
    seen = {"refused": 0, "aside": 0, "changed": 0, "part": 0}
    for seed in range(200):
        try:
            roster, made = held.planned(damaged(random.Random(seed), tmp_path / "b.zip"))
        except Invalid:
            seen["refused"] += 1
            continue
        seen["aside"] += bool(roster.set_aside)
        seen["changed"] += bool(made.people)
        seen["part"] += bool(made.refused)
    assert min(seen.values()) > 10, seen
    assert person_id("roster", "smp1-murid-3") in held.people
