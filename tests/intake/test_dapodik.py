"""Dapodik's answers and lists give the same roster as OneRoster would, and nothing that is not needed is ever taken."""

import copy
import datetime as dt
import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from services.intake.roster.dapodik.spans import MOST_CELLS, Span, spread
from services.intake.roster.ids import person_id
from services.intake.roster.known import Known, KnownPerson, KnownSchool
from services.intake.roster.people import Person, Roster
from services.intake.roster.refusing import leaving
from services.intake.roster.sources import read_source
from shared.errors import Invalid
from tests.intake.dapodik import (
    ABOVE,
    ANI,
    ANSWERS,
    CANARY,
    NIK,
    STUDENT_TITLES,
    STUDENTS,
    Answers,
    Cells,
    answers_in,
    staff_list,
    student_list,
    workbook,
)
from tests.intake.interpreting import interpret


def read(path: Path, known: Known | None = None, school: str | None = None) -> Roster:
    return interpret(read_source(path, school), known)


def of(content: bytes, tmp_path: Path, name: str = "daftar.xlsx") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def refused(path: Path) -> str:
    with pytest.raises(Invalid) as caught:
        read_source(path)
    (fault,) = caught.value.faults
    assert CANARY not in str(caught.value)
    return fault.code


def told(roster: Roster) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(person.kind, person.name, person.roles) for person in roster.people]


def aside(roster: Roster) -> list[tuple[str, int, str, str]]:
    return [(each.file, each.row, each.field, each.reason) for each in roster.set_aside]


def test_answers_give_the_school_its_people_their_classes_and_their_guardians(tmp_path):
    roster = read(answers_in(tmp_path / "jawaban.zip"))
    (school,) = roster.schools
    assert (school.npsn, school.name, school.level) == ("20109999", "SMP Negeri 1 Contoh", "smp")
    assert told(roster) == [
        ("student", "Ani Lestari", ()), ("guardian", "Bagus Lestari", ()), ("guardian", "Ratna Dewi", ()), ("student", "Budi Santoso", ()),
        ("guardian", "Sri Wahyuni", ()), ("staff", "Sari Utami", ("counsellor", "subject-teacher")),
        ("staff", "Tono Prasetyo", ("homeroom", "subject-teacher")), ("staff", "Wati Kusuma", ("principal",)), ("staff", "Yudi Hartono", ()),
    ]  # fmt: skip
    assert roster.people[0] == Person(
        person_id("dapodik", "P-1"), "student", school.school, (), "Ani Lestari", "2012-05-06", "ani@contoh.invalid", "+62811000001",
        (person_id("dapodik", "P-1/ayah"), person_id("dapodik", "P-1/ibu")), "8A",
    )  # fmt: skip
    assert roster.set_aside == []


def test_a_list_gives_the_same_people_as_the_answers_do(tmp_path):
    roster = read(of(student_list(), tmp_path))
    answered = [person for person in read(answers_in(tmp_path / "jawaban.zip")).people if person.kind != "staff"]
    assert [(each.kind, each.name, each.email, each.phone, each.homeroom) for each in roster.people if each.name != "Budi Santoso"] == [
        (each.kind, each.name, each.email, each.phone, each.homeroom) for each in answered if each.name != "Budi Santoso"
    ]
    assert [school.npsn for school in roster.schools] == ["20109999"]
    assert roster.people[0].id == person_id("dapodik", "0101234567")


@pytest.mark.parametrize("kind", ["answers", "students", "staff"])
def test_what_is_to_be_dropped_is_in_no_row(tmp_path, kind):
    """No NIK, religion, address, income or height."""
    path = answers_in(tmp_path / "jawaban.zip") if kind == "answers" else of(student_list() if kind == "students" else staff_list(), tmp_path)
    bundle = read_source(path)
    assert bundle.rows("users")
    everything = repr(bundle)
    assert CANARY not in everything
    assert NIK not in everything


def test_a_list_of_staff_knows_posts_and_duties(tmp_path):
    roster = read(of(staff_list(), tmp_path))
    assert told(roster) == [("staff", "Sari Utami", ("counsellor",)), ("staff", "Wati Kusuma", ("principal", "subject-teacher"))]


def test_both_lists_in_one_zip_are_one_school(tmp_path):
    with zipfile.ZipFile(tmp_path / "dua.zip", "w") as archive:
        archive.writestr("siswa.xlsx", student_list())
        archive.writestr("guru.xlsx", staff_list())
    roster = read(tmp_path / "dua.zip")
    assert len(roster.schools) == 1
    assert {person.kind for person in roster.people} == {"student", "guardian", "staff"}
    assert roster.covers == {"student", "guardian", "staff"}


MOVED: Mapping[str, tuple[Cells, Cells]] = {
    "moved": ([["Rombel Saat Ini", "NISN", "Tanggal Lahir", "Nama", "HP"]], [["8A", "0101234567", "2012-05-06", "Ani Lestari", "0811000001"]]),
    "renamed": (
        [["Nomor", "Nama Lengkap Siswa", "N I S N", "NISN Siswa", "Tgl. Lahir", "No. HP", "Kelas"]],
        [["1", "Ani Lestari", "", "0101234567", "2012-05-06", "0811000001", "8A"]],
    ),
    "a month in words": ([["Nama Peserta Didik", "NISN", "Tanggal Lahir", "Kelas", "HP"]], [["Ani Lestari", "0101234567", "6 Mei 2012", "8A", "0811000001"]]),
    "a date cell": (
        [["Nama", "NISN", "Tanggal Lahir", "Kelas", "HP"]],
        [["Ani Lestari", "0101234567", dt.datetime(2012, 5, 6), "8A", "0811000001"]],  # noqa: DTZ001 -- as a spreadsheet keeps a day
    ),
    "rows that number the columns": (
        [["Nama", "NISN", "Tanggal Lahir", "Kelas", "HP"]],
        [["(1)", "(2)", "(3)", "(4)", "(5)"], ["Ani Lestari", "0101234567", "2012-05-06", "8A", "0811000001"]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MOVED)
def test_columns_are_found_by_their_headings_wherever_they_stand(tmp_path, case):
    titles, rows = MOVED[case]
    (ani,) = read(of(student_list(rows, titles=titles), tmp_path)).people
    assert (ani.name, ani.born, ani.homeroom, ani.phone) == ("Ani Lestari", "2012-05-06", "8A", "+62811000001")
    assert ani.id == person_id("dapodik", "0101234567")


def damaged(**cells: object) -> list[list[object]]:
    titles = [str(title) for title in STUDENT_TITLES[0]]
    row = list(STUDENTS[0])
    for title, cell in cells.items():
        row[titles.index(title.replace("_", " "))] = cell
    return [row, list(STUDENTS[1])]


DAMAGE: Mapping[str, tuple[Mapping[str, object], tuple[str, str]]] = {
    "a number lost its zero": ({"NISN": 101234567}, ("NISN", "spreadsheet-number")),
    "a number as a power": ({"NISN": "1.01E+08"}, ("NISN", "spreadsheet-number")),
    "a date as a number": ({"Tanggal_Lahir": 41035}, ("Tanggal Lahir", "spreadsheet-date")),
    "a date that may be either": ({"Tanggal_Lahir": "06/05/2012"}, ("Tanggal Lahir", "spreadsheet-date")),
    "a formula's error": ({"Nama": "#REF!"}, ("Nama", "spreadsheet-error")),
    "a class as a date": ({"Rombel_Saat_Ini": "8-Jan"}, ("Rombel Saat Ini", "spreadsheet-date")),
    "a telephone as a number": ({"HP": 811000001}, ("HP", "spreadsheet-number")),
    "two addresses": ({"E-Mail": "a@contoh.invalid, b@contoh.invalid"}, ("E-Mail", "several-addresses")),
}  # fmt: skip


@pytest.mark.parametrize("case", DAMAGE)
def test_a_spreadsheets_damage_is_set_aside_with_row_and_heading_and_never_guessed(tmp_path, case):
    cells, wanted = DAMAGE[case]
    roster = read(of(student_list(damaged(**cells)), tmp_path))
    found = [(field, reason) for file, row, field, reason in aside(roster) if (file, row) == ("daftar.xlsx", 8)]
    assert wanted in found
    assert "Budi Santoso" in [person.name for person in roster.people]


def opened_again(change: Callable[[Worksheet], None]) -> bytes:
    """The list of students after somebody worked on it in a spreadsheet."""
    book = load_workbook(io.BytesIO(student_list()))
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    change(sheet)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def column(title: str) -> int:
    return [str(each) for each in STUDENT_TITLES[0]].index(title) + 1


def students(roster: Roster) -> list[tuple[str, str | None]]:
    return [(person.name, person.homeroom) for person in roster.people if person.kind == "student"]


ANI_AND_BUDI = [("Ani Lestari", "8A"), ("Budi Santoso", "8A")]


def test_a_class_merged_over_its_students_is_the_class_of_each(tmp_path):
    def merge(sheet: Worksheet) -> None:
        place = column("Rombel Saat Ini")
        sheet.merge_cells(start_row=8, end_row=9, start_column=place, end_column=place)

    assert students(read(of(opened_again(merge), tmp_path))) == ANI_AND_BUDI


@pytest.mark.parametrize(("merged", "height"), [(40, 10_000), (1, 100_000)])
def test_cells_merged_over_and_over_are_refused_before_they_are_written(merged, height):
    rows = [["", "", "", "8A"], *([] for _ in range(height))]
    with pytest.raises(Invalid) as caught:
        spread("daftar.xlsx", rows, [Span(3, 1, height + 1)] * merged, 0)
    assert [(each.pointer, each.code) for each in caught.value.faults] == [("/daftar.xlsx", "too-much-merged")]
    assert sum(map(len, rows)) <= MOST_CELLS + 4


@pytest.mark.parametrize("cell", ['=TEXT(101234567,"0000000000")', True, "#N/A"])
def test_nobody_is_known_by_another_number_where_a_spreadsheet_has_lost_theirs(tmp_path, cell):
    """A child under a second id would be two children."""
    roster = read(of(opened_again(lambda sheet: sheet.cell(8, column("NISN"), cell)), tmp_path))
    assert students(roster) == [("Budi Santoso", "8A")]
    assert ("daftar.xlsx", 8, "NISN", "spreadsheet-error") in aside(roster)


def test_every_sheet_with_a_list_is_read_and_other_sheets_are_passed_over(tmp_path):
    """Schools keep one sheet for each class, and one that says how to fill them."""

    def grow(sheet: Worksheet) -> None:
        book = sheet.parent
        assert book
        book.create_sheet("Petunjuk", 0).append(["Isilah daftar ini dengan lengkap."])
        other = book.create_sheet("7B")
        for row in [["Nama", "NISN", "Rombel Saat Ini"], ["Citra Dewi", "0101234569", "7B"], ["Dewa", 101234570, "7B"]]:
            other.append(row)

    roster = read(of(opened_again(grow), tmp_path))
    assert students(roster) == [*ANI_AND_BUDI, ("Citra Dewi", "7B")]
    assert len(roster.schools) == 1
    assert aside(roster) == [("daftar.xlsx (7B)", 3, "NISN", "spreadsheet-number")]


def test_a_hidden_sheet_is_not_read(tmp_path):
    def hide(sheet: Worksheet) -> None:
        assert sheet.parent
        old = sheet.parent.copy_worksheet(sheet)
        old.cell(8, column("Nama"), "Nama Lama")
        old.sheet_state = "hidden"

    roster = read(of(opened_again(hide), tmp_path))
    assert (students(roster), aside(roster)) == (ANI_AND_BUDI, [])


@pytest.mark.parametrize("row", [["Jumlah", 2], ["Kelas 8B"], ["", "Mengetahui, Kepala Sekolah"]])
def test_what_stands_below_or_between_is_nobody(tmp_path, row):
    roster = read(of(opened_again(lambda sheet: sheet.append(row)), tmp_path))
    assert (students(roster), aside(roster)) == (ANI_AND_BUDI, [])


def test_a_student_without_a_national_number_is_known_by_the_schools_own(tmp_path):
    ani = next(iter(read(of(student_list(damaged(NISN="")), tmp_path)).people))
    assert ani.id == person_id("dapodik", "20109999/1001")


def test_a_student_without_any_number_is_set_aside(tmp_path):
    roster = read(of(student_list(damaged(NISN="", NIPD="")), tmp_path))
    assert ("daftar.xlsx", 8, "NISN", "missing-id") in aside(roster)
    assert "Ani Lestari" not in [person.name for person in roster.people]


def test_a_list_without_a_number_of_its_school_needs_one(tmp_path):
    path = of(student_list(above=[["Daftar Peserta Didik"], ["SMP NEGERI 1 CONTOH"]]), tmp_path)
    assert refused(path) == "no-school"
    assert [school.npsn for school in read(path, school="20109999").schools] == ["20109999"]


def test_a_list_without_a_name_of_its_school_is_of_the_one_that_has_the_number(tmp_path):
    known = Known(schools={"S": KnownSchool("20109999", "SMP Negeri 1 Contoh")})
    roster = read(of(student_list(above=[["NPSN 20109999"]]), tmp_path), known)
    assert [(school.school, school.name) for school in roster.schools] == [("S", "SMP Negeri 1 Contoh")]
    assert {person.school for person in roster.people} == {"S"}


def test_a_list_of_students_lets_no_teacher_go(tmp_path):
    known = Known(
        {"t": KnownPerson("staff", "S", ("counsellor",)), "s": KnownPerson("student", "S"), "g": KnownPerson("guardian", "S")},
        {"S": KnownSchool("20109999", "SMP Negeri 1 Contoh")},
    )
    assert sorted(leaving(read(of(student_list(), tmp_path), known), known)) == ["g", "s"]
    assert leaving(read(of(staff_list(), tmp_path), known), known) == ["t"]


def test_columns_that_a_list_does_not_have_take_nothing_away(tmp_path):
    (ani,) = read(of(student_list([["Ani Lestari", "0101234567", "8A"]], titles=[["Nama", "NISN", "Kelas"]]), tmp_path)).people
    assert ani.untold == {"email", "phone", "guardians", "born"}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_list_is_read_with_any_separator(tmp_path, separator):
    lines = [["NPSN", "20109999"], ["Nama", "NISN", "Kelas"], ["Ani Lestari", "0101234567", "8A"]]
    (ani,) = read(of("\n".join(separator.join(line) for line in lines).encode(), tmp_path, "siswa.csv"), known_school()).people
    assert (ani.name, ani.homeroom) == ("Ani Lestari", "8A")


def known_school() -> Known:
    return Known(schools={"S": KnownSchool("20109999", "SMP Negeri 1 Contoh")})


FAULTY: Mapping[str, tuple[Answers, str]] = {
    "a page of HTML": ({"getPesertaDidik": "<!doctype html><title>Masuk</title>"}, "not-an-answer"),
    "a token that is wrong": ({"getPesertaDidik": {"success": False, "message": CANARY}}, "not-an-answer"),
    "a cut answer": ({"getPesertaDidik": '{"results": 2, "rows": [{"nama": "An'}, "not-an-answer"),
    "half the pages": ({"getPesertaDidik": {"results": 900, "rows": [ANI]}}, "half-answer"),
    "a nest without end": ({"getPesertaDidik": "[" * 100_000}, "not-an-answer"),
    "rows that are none": ({"getPesertaDidik": {"rows": ["Ani", 3]}}, "not-an-answer"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTY)
def test_an_answer_that_is_none_is_refused_as_a_whole(tmp_path, case):
    changed, code = FAULTY[case]
    assert refused(answers_in(tmp_path / "jawaban.zip", {**ANSWERS, **changed})) == code


def test_answers_without_their_school_are_refused(tmp_path):
    assert refused(answers_in(tmp_path / "jawaban.zip", {key: value for key, value in ANSWERS.items() if key != "getSekolah"})) == "missing-file"


def test_pages_of_a_long_answer_are_one(tmp_path):
    answers = copy.deepcopy(dict(ANSWERS))
    answers |= {"getPesertaDidik-1": {"results": 2, "rows": [ANI]}, "getPesertaDidik-2": {"results": 2, "rows": [{**ANI, "peserta_didik_id": "P-2"}]}}
    del answers["getPesertaDidik"]
    roster = read(answers_in(tmp_path / "jawaban.zip", answers))
    assert [person.id for person in roster.people if person.kind == "student"] == [person_id("dapodik", "P-1"), person_id("dapodik", "P-2")]


def test_folders_of_several_schools_are_one_bundle(tmp_path):
    path = answers_in(tmp_path / "jawaban.zip")
    other = {**ANSWERS, "getSekolah": {"rows": {"sekolah_id": "S-2", "npsn": "20108888", "nama": "SMA Negeri 2 Contoh"}}}
    other |= {"getPesertaDidik": {"rows": [{**ANI, "peserta_didik_id": "P-9"}]}, "getGtk": {"rows": []}}
    roster = read(answers_in(path, other, folder="20108888"))
    assert [school.npsn for school in roster.schools] == ["20108888", "20109999"]
    assert roster.covers == {"student", "guardian"}


HOSTILE = {
    "no sheet": workbook([["Belanja", "Harga"], ["Kapur", 3]]),
    "an old spreadsheet": b"\xd0\xcf\x11\xe0" + bytes(200),
    "half a workbook": student_list()[:1500],
    "nothing": b"",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(100),
}


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_a_csv_list_in_another_encoding_is_told_as_such(tmp_path, encoding):
    content = "NPSN,20109999\nNama,NISN,Kelas\nAndré Lestari,0101234567,8A\n".encode(encoding)
    assert refused(of(content, tmp_path, "siswa.csv")) == "encoding"


def test_a_number_in_digits_of_another_script_makes_no_second_child(tmp_path):
    """The same number would be another text, and so another child."""
    arabic = "".join(chr(0x0660 + int(digit)) for digit in "0101234567")
    roster = read(of(student_list(damaged(NISN=arabic)), tmp_path))
    assert students(roster) == [("Budi Santoso", "8A")]
    assert ("daftar.xlsx", 8, "NISN", "spreadsheet-number") in aside(roster)


@pytest.mark.parametrize("case", HOSTILE)
def test_a_file_that_is_no_list_is_refused(tmp_path, case):
    assert refused(of(HOSTILE[case], tmp_path)) in {"not-a-zip", "missing-file", "no-list"}


def test_two_columns_that_could_be_the_same_are_refused(tmp_path):
    titles = [["Nama", "NISN", "NISN", "Kelas"]]
    content = student_list([["Ani Lestari", "0101234567", "0101234568", "8A"]], titles=titles, above=ABOVE)
    with pytest.raises(Invalid) as caught:
        read_source(of(content, tmp_path))
    assert [fault.code for fault in caught.value.faults] in (["second-column"], ["not-a-zip"])


@pytest.mark.parametrize("column", ["Nama", "HP", "Rombel_Saat_Ini"])
def test_an_identity_number_in_a_wrong_column_is_kept_nowhere(tmp_path, column):
    roster = read(of(student_list(damaged(**{column: NIK})), tmp_path))
    assert "identity-number" in [reason for *_, reason in aside(roster)] or column == "HP"
    assert NIK not in repr(roster)
