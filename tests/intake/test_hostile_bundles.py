"""Bundles that a tired operator or somebody evil sends: bombs, locked zips, paths that lead out, cells without an end. Refused by name, and quickly."""

import io
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.intake.roster import archive, csvfile, sifting
from services.intake.roster.reading import read_bundle
from services.intake.roster.untrusted import SENTENCES
from shared.errors import Invalid
from tests.intake.bundles import FILES, ORGS, USERS, row, zipped
from tests.intake.interpreting import interpret


def refused(source: archive.Source) -> tuple[str, str]:
    with pytest.raises(Invalid) as caught:
        read_bundle(source)
    (fault,) = caught.value.faults
    return fault.pointer, fault.code


def users(content: str | bytes, folder: Path) -> Path:
    return zipped(FILES | {"users": content}, folder / "b.zip")


@contextmanager
def few_octets(most: int) -> Iterator[None]:
    """Fails where more memory is taken than this."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


# bombs -------------------------------------------------------------------------------------------------------------------


def test_a_zip_bomb_is_refused_by_the_size_that_it_tells(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb, bomb.open("users.csv", "w", force_zip64=True) as inside:
        for _ in range(300):
            inside.write(b"," * 1024 * 1024)
    assert path.stat().st_size < 1024 * 1024
    with few_octets(8 * 1024 * 1024):
        assert refused(path) == ("/users.csv", "too-large")


def test_a_zip_that_tells_a_smaller_size_than_it_has_gives_no_more_than_it_tells(tmp_path):
    path = users(USERS + "x" * 1_000_000, tmp_path)
    octets = path.read_bytes()
    lying = octets.replace(struct.pack("<L", len(USERS) + 1_000_000), struct.pack("<L", len(USERS)))
    path.write_bytes(lying)
    assert refused(path) == ("", "not-a-zip")


def test_a_file_without_a_name_is_refused():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("users.csv", "a")
        packed.writestr("b.csv", "b")
    assert refused(io.BytesIO(content.getvalue().replace(b"b.csv", b"\0.csv")))[1] == "not-a-zip"


def test_all_files_together_may_not_be_larger_than_a_bundle_may(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MOST_OCTETS", len(ORGS) + len(USERS) - 1)
    assert refused(zipped(FILES, tmp_path / "b.zip")) == ("/users.csv", "too-large")


def test_what_is_not_read_may_be_as_large_as_it_likes(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MOST_OCTETS", len(ORGS) + len(USERS))
    assert len(interpret(read_bundle(zipped({**FILES, "lineItems": "x" * 10_000}, tmp_path / "b.zip"))).people) == 3


@pytest.mark.parametrize("comment", [b"", b"a comment of the archive"])
def test_a_list_of_a_million_files_is_refused_before_it_is_read(comment):
    """Python's reader takes a minute for such a list."""
    listed = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 3, 20, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    contents = listed * 1_000_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(contents), 0, len(comment)) + comment
    began = time.process_time()
    assert refused(io.BytesIO(contents + end)) == ("", "too-large")
    assert time.process_time() - began < 5


# cells and rows without an end ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tail",
    ['citra,"' + "x" * 2_000_000, "," * 2_000_000 + "\n", "x" * 2_000_000, '"\n",' * 500_000],
    ids=["a cell", "commas", "a cell without quotes", "cells with line breaks"],
)
def test_a_row_without_an_end_is_refused_with_the_row_that_it_begins_in(tmp_path, tail):
    assert refused(users(USERS + tail, tmp_path)) == ("/users.csv/5", "not-csv")


def test_a_cell_of_two_hundred_megabytes_takes_no_more_memory_than_the_file(tmp_path):
    path = users(USERS + 'citra,active,true,"' + "x" * 200_000_000, tmp_path)
    with few_octets(16 * 1024 * 1024):
        assert refused(path) == ("/users.csv/5", "not-csv")


def test_no_file_is_ever_whole_in_memory(tmp_path):
    path = users(USERS + "".join(row(f"c-{number}", given_name="Citra" * 10) for number in range(200_000)), tmp_path)
    with few_octets(4 * 1024 * 1024):
        bundle = read_bundle(path)
        assert sum(1 for _ in bundle.rows("users")) == sum(1 for _ in bundle.rows("users")) == 200_003


def test_a_file_with_a_row_for_each_of_a_million_people_is_read_to_its_end():
    assert sum(1 for _ in csvfile.read_rows("users", io.BytesIO(b"sourcedId\n" + b"a\n" * 1_000_000))) == 1_000_001


def test_blank_lines_without_an_end_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(csvfile, "MOST_ROWS", 1000)
    assert refused(users(USERS + "\n" * 1000, tmp_path)) == ("/users.csv", "too-many-rows")


def test_a_bundle_of_nothing_but_faults_is_refused_with_the_first_of_them(tmp_path, monkeypatch):
    monkeypatch.setattr(sifting, "MOST_SET_ASIDE", 50)
    with pytest.raises(Invalid) as caught:
        interpret(read_bundle(users(USERS + "".join(row(f"c-{n}", role="wizard") for n in range(51)), tmp_path)))
    assert [(fault.pointer, fault.code) for fault in caught.value.faults] == [("/users.csv/5", "too-many-faults")]
    assert len(interpret(read_bundle(users(USERS + "".join(row(f"c-{n}", role="wizard") for n in range(50)), tmp_path))).set_aside) == 50


def test_blank_lines_are_counted_and_are_no_rows(tmp_path):
    roster = interpret(read_bundle(users(USERS + "\n,,,\n\r\n" + row("eka", role="wizard"), tmp_path)))
    assert [(each.row, each.reason) for each in roster.set_aside] == [(8, "unknown-role")]


# paths and kinds of archives -------------------------------------------------------------------------------------------------


def test_paths_that_lead_out_write_nothing_and_are_shown_without_what_a_terminal_obeys(tmp_path):
    folder = tmp_path / "inside"
    folder.mkdir()
    path = zipped({"../../orgs": ORGS, "/etc/users": USERS}, folder / "b.zip")
    assert len(interpret(read_bundle(path)).people) == 3
    assert [each.name for each in tmp_path.rglob("*")] == ["inside", "b.zip"]
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("x" * 300 + "\x1b[2J\u202e/users.csv", USERS)
    with pytest.raises(Invalid) as caught:
        read_bundle(path)
    assert str(caught.value).isprintable() and len(str(caught.value)) < 500


def test_a_folder_that_is_called_like_a_file_is_none(tmp_path):
    path = zipped(FILES, tmp_path / "b.zip")
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("cadangan/users.csv/", b"")
    assert len(interpret(read_bundle(path)).people) == 3


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06", b"sourcedId,status\n", b"Rar!\x1a\x07", b"\x1f\x8b\x08" + b"x" * 40, USERS.encode()])
def test_what_is_no_zip_is_told_what_to_send(tmp_path, content):
    path = tmp_path / "b.zip"
    path.write_bytes(content)
    assert refused(path) == ("", "not-a-zip")


def test_a_spreadsheet_is_a_zip_without_the_files(tmp_path):
    path = tmp_path / "roster.xlsx"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("xl/workbook.xml", "<workbook/>")
    assert refused(path) == ("/orgs.csv", "missing-file")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_way_of_packing_is_read(tmp_path, method):
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w", method) as file:
        for name, content in FILES.items():
            file.writestr(f"{name}.csv", content)
    assert len(interpret(read_bundle(path)).people) == 3


# headers and encodings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [str.upper, str.lower, str.title, lambda text: " , ".join(text.split(","))])
def test_columns_are_known_in_any_letter_case(tmp_path, change):
    header, rows = USERS.split("\n", 1)
    roster = interpret(read_bundle(users(change(header) + "\n" + rows + row("citra", status="tobedeleted"), tmp_path)))
    assert [(person.name, person.email, person.phone) for person in roster.people] == [
        ("Ani Lestari", "ani@contoh.invalid", "0811"), ("Ibu Lestari", "", "0812"), ("Budi Santoso", "", ""),
    ]  # fmt: skip
    assert (len(roster.gone), len(roster.people[0].guardians)) == (1, 1)


@pytest.mark.parametrize("second", ["email", "EMAIL", " Email ", '"email"'])
def test_a_column_that_stands_twice_in_any_letter_case_is_refused(tmp_path, second):
    assert refused(users(USERS.replace("password", second), tmp_path)) == ("/users.csv/email", "second-column")


def test_a_vendor_column_may_stand_twice(tmp_path):
    header, rows = USERS.split("\n", 1)
    doubled = f"{header},metadata.x,metadata.x\n" + "".join(f"{line},1,2\n" for line in rows.splitlines())
    assert len(interpret(read_bundle(users(doubled, tmp_path))).people) == 3


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_another_separator_is_told_as_such(tmp_path, mark):
    assert refused(users(USERS.replace(",", mark), tmp_path)) == ("/users.csv", "separator")


@pytest.mark.parametrize("encoding", ["cp1252", "iso-8859-1", "mac-roman", "utf-16", "utf-32", "utf-7"])
def test_another_encoding_is_refused_or_holds_nothing_that_differs(tmp_path, encoding):
    content = (USERS + row("citra", given_name="Renée")).encode(encoding)
    try:
        roster = interpret(read_bundle(users(content, tmp_path)))
    except Invalid as error:
        assert {fault.code for fault in error.faults} <= {"encoding", "unstorable-character"}
        return
    assert encoding == "utf-7" and "Ren+AOk-e Dewi" in [person.name for person in roster.people]


@pytest.mark.parametrize(("octets", "code"), [(b"\xff", "encoding"), (b"\0", "unstorable-character"), (b"\xc3", "encoding")])
@pytest.mark.parametrize("rows", [1, 500, 501, 4000])
def test_an_octet_that_is_no_text_is_told_with_its_line_however_far_down_it_stands(tmp_path, octets, code, rows):
    content = (USERS + "".join(row(f"c-{number}", given_name="Renée") for number in range(rows))).encode()
    bad = row("eka", given_name="???").encode().replace(b"???", octets)
    assert refused(users(content + bad + row("dian").encode() * 300, tmp_path)) == (f"/users.csv/{5 + rows}", code)


def test_every_refusal_has_a_mend_in_both_languages(tmp_path):
    for sentence in SENTENCES.values():
        assert sentence.id.endswith(".") and sentence.en.endswith(".") and ":" in sentence.id and ":" in sentence.en
    with pytest.raises(Invalid) as caught:
        read_bundle(users(USERS.replace("sourcedId", "id"), tmp_path))
    told = "Kolom sourcedId (users.csv) tidak ada: ekspor lagi. / There is no column sourcedId (users.csv): export it again."
    assert str(caught.value) == told
