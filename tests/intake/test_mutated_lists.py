"""Damaged answers and lists of Dapodik: each is refused or read with what is wrong set aside, and nothing that is never taken gets in."""

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from services.intake.roster.sources import read_source
from shared.errors import Invalid
from tests.intake.dapodik import ABOVE, ANSWERS, CANARY, NIK, STUDENT_TITLES, STUDENTS, answers_in, student_list, workbook
from tests.intake.interpreting import interpret

FILES, PIECES, BRIEFLY = 5_000, 25, 20
"""How many files of each kind the long tests damage and in how many tests; the short ones take a twentieth."""

ANYTHING: Sequence[object] = (
    None, "", "-", "#REF!", "1,23E+12", 41035, 1.5, True, "08-Jan", "=1+1", "x" * 3000, "\u202e", "Ω漢字", "0", -1, 10**17, "2012-02-30", "'0012",
    "a@b, c@d", "NISN", "Nama", "Nama Ayah", {"nama": CANARY}, [CANARY],
)  # fmt: skip


def _damaged_list(chance: random.Random) -> bytes:
    rows = [list(row) for row in (*ABOVE, *STUDENT_TITLES, *STUDENTS)]
    for _ in range(chance.randint(1, 5)):
        row = chance.choice(rows)
        match chance.randrange(4):
            case 0 if row:
                told = chance.choice(ANYTHING)
                row[chance.randrange(len(row))] = told if isinstance(told, str | int | float | None) and told != "=1+1" else CANARY[:0]
            case 1 if row:
                row.pop(chance.randrange(len(row)))
            case 2:
                chance.shuffle(row)
            case _:
                rows.insert(chance.randrange(len(rows)), [])
    content = bytearray(workbook([[_plain(cell) for cell in row] for row in rows]))
    if chance.random() < 0.3:
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(content)


def _plain(cell: object) -> object:
    """What a workbook can hold. Control characters cannot stand in one."""
    return "".join(letter for letter in cell if letter.isprintable()) if isinstance(cell, str) else cell


def _damaged_answers(chance: random.Random) -> dict[str, object]:
    answers = json.loads(json.dumps(ANSWERS))
    for _ in range(chance.randint(1, 4)):
        name = chance.choice(list(answers))
        rows = answers[name]["rows"] if isinstance(answers[name], dict) and "rows" in answers[name] else answers[name]
        target = chance.choice(rows) if isinstance(rows, list) and rows else rows
        if isinstance(target, dict) and target:
            target[chance.choice(list(target))] = chance.choice(ANYTHING)
        if chance.random() < 0.1:
            answers[name] = chance.choice(ANYTHING)
        if chance.random() < 0.1:
            answers[name] = json.dumps(answers[name])[: chance.randrange(40)]
    return answers


def list_in(folder: Path, chance: random.Random) -> Path:
    path = folder / "daftar.xlsx"
    path.write_bytes(_damaged_list(chance))
    return path


def answers_of(folder: Path, chance: random.Random) -> Path:
    path = folder / "jawaban.zip"
    path.unlink(missing_ok=True)
    return answers_in(path, _damaged_answers(chance))


KINDS: dict[str, Callable[[Path, random.Random], Path]] = {"list": list_in, "answers": answers_of}


def tried(folder: Path, kind: str, seeds: range) -> int:
    """How many were read. Raises whatever is neither read nor refused."""
    read = 0
    for seed in seeds:
        path = KINDS[kind](folder, random.Random(seed))
        try:
            bundle = read_source(path)
            roster = interpret(bundle)
        except Invalid as error:
            assert CANARY not in str(error)
            continue
        read += 1
        said = repr(roster)
        assert NIK not in said, seed
        assert all(each.file and each.row for each in roster.set_aside), seed
    return read


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_lists_and_answers_are_refused_or_read(tmp_path, kind):
    assert tried(tmp_path, kind, range(FILES // BRIEFLY)) > 0


@pytest.mark.thorough
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("piece", range(PIECES))
def test_five_thousand_damaged_lists_and_answers(tmp_path, kind, piece):
    size = FILES // PIECES
    assert tried(tmp_path, kind, range(piece * size, (piece + 1) * size)) > 0


def test_an_undamaged_list_takes_no_identity_number(tmp_path):
    (tmp_path / "daftar.xlsx").write_bytes(student_list())
    assert NIK not in repr(read_source(tmp_path / "daftar.xlsx"))
