"""How a roster is read: the laws of the domain page, "Reading a bundle", and rows 2, 8 and 28 of the cases from districts."""

import random
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.roster.ids import person_id, school_id
from services.intake.roster.known import Known, KnownPerson, KnownSchool
from services.intake.roster.people import Roster
from services.intake.roster.reading import read_bundle
from shared.errors import Invalid
from shared.events import Post
from tests.intake.bundles import FILES, ORGS, USERS, row, zipped
from tests.intake.exports import bundle, export, shuffled, written
from tests.intake.interpreting import interpret

CLASSED = {
    "classes": "sourcedId,title,classType\nc8,8A,homeroom\nmath,Matematika,scheduled\nc9,9B,Homeroom\n",
    "enrollments": "classSourcedId,userSourcedId,role\nmath,ani,student\nc8,ani,student\n",
}


def read(tmp_path: Path, **files: str | bytes) -> Roster:
    return read_beside(tmp_path, Known(), **files)


def read_beside(tmp_path: Path, known: Known, **files: str | bytes) -> Roster:
    return interpret(read_bundle(zipped({**FILES, **files}, tmp_path / "bundle.zip")), known)


def refused(path: Path) -> Invalid:
    with pytest.raises(Invalid) as caught:
        read_bundle(path)
    return caught.value


def aside(roster: Roster) -> list[tuple[str, int, str, str]]:
    return [(each.file, each.row, each.field, each.reason) for each in roster.set_aside]


def shown(roster: Roster, key: str) -> str | None:
    return next((person.name for person in roster.people if person.id == person_id("roster", key)), None)


# the same rows in any order ------------------------------------------------------------------------------------------


def said(roster: Roster) -> tuple[object, ...]:
    """A roster without the places of its rows."""
    people = {person.id: (repr(person), person.untold) for person in roster.people}
    rows = sorted((each.file, each.field, each.reason, each.person or "") for each in roster.set_aside)
    return {each.school: each for each in roster.schools}, people, rows, roster.gone, roster.nameless


DOUBTFUL_ROWS = {
    "orgs": [["smp1b", "active", "SMP ganda", "school", "20100001"], ["x", "active", "", "school", "20100009"]],
    "users": [["smp1-murid-1", "active", "Lain", "Contoh", "", "", ""], ["", "active", "Tanpa", "Nomor", "", "", ""]],
    "roles": [["smp1-staf-3", "active", "", "counselor", "sd2"], ["smp1-staf-4", "active", "primary", "principal", "sd2"]],
    "classes": [["smp1-7A", "active", "7-Jan", "homeroom"]],
    "enrollments": [["smp1-8A", "smp1-murid-3", "active", "student"], ["hilang", "smp1-murid-4", "active", "student"]],
    "demographics": [["smp1-murid-5", "2011-01-01"], ["smp1-murid-6", "12/31/2010"]],
}


@given(seed=st.integers(0, 2**32))
@settings(max_examples=60)
def test_the_same_rows_in_any_order_give_the_same_roster(tmp_path_factory, seed):
    folder = tmp_path_factory.mktemp("order")
    tables = {name: rows + DOUBTFUL_ROWS[name] for name, rows in export().items()}
    one = interpret(read_bundle(bundle(tables, folder)))
    other = interpret(read_bundle(bundle(shuffled(tables, random.Random(seed)), folder)))
    assert said(one) == said(other)


def test_files_may_lie_in_the_archive_in_any_order(tmp_path):
    files = {"manifest": "source.systemCode,dapodik\n"} | written(export())
    one = interpret(read_bundle(zipped(files, tmp_path / "a.zip")))
    other = interpret(read_bundle(zipped(dict(reversed(files.items())), tmp_path / "b.zip")))
    assert said(one) == said(other)
    assert len(one.people) == 96


def test_a_row_that_stands_twice_with_the_same_content_says_nothing_new(tmp_path):
    assert said(read(tmp_path, users=USERS + USERS.split("\n", 1)[1])) == said(read(tmp_path))


@pytest.mark.parametrize("second", [row("ani"), row("ani", given_name="Ani", familyName="Lestari", status="tobedeleted"), row("ani", role="wizard")])
def test_two_rows_of_one_id_with_other_content_are_both_set_aside(tmp_path, second):
    roster = read(tmp_path, users=USERS + second)
    assert aside(roster) == [("users.csv", 2, "sourcedId", "doubled"), ("users.csv", 5, "sourcedId", "doubled")]
    assert (len(roster.people), roster.gone) == (2, frozenset())
    assert {each.person for each in roster.set_aside} == {person_id("roster", "ani")}


def test_a_second_row_of_somebody_whose_first_row_is_garbled_is_not_taken_for_the_right_one(tmp_path):
    roster = read(tmp_path, users=USERS + row("ani", given_name="#REF!"))
    assert aside(roster) == [("users.csv", 2, "sourcedId", "doubled"), ("users.csv", 5, "givenName", "spreadsheet-error")]


def test_the_main_role_decides_where_somebody_belongs(tmp_path):
    people = [f"guru-{place}" for place in range(20)]
    users = "sourcedId,givenName,familyName,primaryOrgSourcedId\n" + "".join(f"{key},Guru,Contoh,smp1\n" for key in people)
    roles = "userSourcedId,roleType,role,orgSourcedId\n"
    marked = "".join(f"{key},secondary,teacher,a\n{key},primary,counselor,z\n" for key in people)
    unmarked = "".join(f"{key},,teacher,a\n{key},,counselor,smp1\n" for key in people)
    orgs = ORGS + "a,active,SMP A,school,20100001\nz,active,SMP Z,school,20100002\n"
    for told, school in ((marked, "z"), (unmarked, "smp1")):
        roster = read(tmp_path, users=users, roles=roles + told, orgs=orgs)
        held = (("counsellor",), (Post("subject-teacher", school_id("roster", "a")),))
        assert {(person.school, (person.roles, person.elsewhere)) for person in roster.people} == {(school_id("roster", school), held)}


# the archive -----------------------------------------------------------------------------------------------------------


def test_row_8_what_a_mac_or_windows_leaves_in_an_archive_is_passed_over(tmp_path):
    path = zipped(FILES, tmp_path / "b.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("__MACOSX/", b"")
        archive.writestr("kelas/", b"")
        for name in (
            "__MACOSX/._orgs.csv",
            "._orgs.csv",
            ".DS_Store",
            "Thumbs.db",
            "desktop.ini",
            "__MACOSX/orgs.csv",
            "~$users.csv",
            "a/._users.csv",
        ):
            archive.writestr(name, b"\x00\x05\x16\x07\xff\xfe")
    assert len(interpret(read_bundle(path)).people) == 3


@pytest.mark.parametrize("second", ["users.csv", "Users.csv", "USERS.CSV", "lama/users.csv", "lama\\users.csv"])
def test_a_second_file_of_the_same_name_is_refused_and_both_are_named(tmp_path, second):
    path = zipped(FILES, tmp_path / "b.zip")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning) if second == "users.csv" else _nothing():
        archive.writestr(second, USERS)
    error = refused(path)
    assert [(fault.pointer, fault.code) for fault in error.faults] == [("/users.csv", "second-file")]
    assert "users.csv" in str(error) and second.replace("\\", "/") in str(error)


COPIES = ("users (1)", "users - Copy", "users - Copy (2)", "Users_2", "Salinan users", "users copy", "lama/users (3)")


@pytest.mark.parametrize("copy", [*COPIES, "roles (1)"])
def test_a_copy_that_a_browser_or_a_desktop_made_is_refused_by_its_name(tmp_path, copy):
    path = zipped({**FILES, copy: USERS}, tmp_path / "b.zip")
    error = refused(path)
    wanted = "roles" if copy.startswith("roles") else "users"
    assert [(fault.pointer, fault.code) for fault in error.faults] == [(f"/{wanted}.csv", "copied-file")]
    assert f"{copy}.csv" in str(error)


@pytest.mark.parametrize("other", ["courses", "userProfiles", "users.csv", "academicSessions (1)", "usersnew", "users-2026"])
def test_other_files_of_the_standard_and_of_vendors_are_passed_over(tmp_path, other):
    assert len(interpret(read_bundle(zipped({**FILES, other: USERS}, tmp_path / "b.zip"))).people) == 3


def _nothing():
    from contextlib import nullcontext

    return nullcontext()


def test_a_folder_follows_the_same_rules(tmp_path):
    for name, text in FILES.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    (tmp_path / "._users.csv").write_bytes(b"\xff")
    assert len(interpret(read_bundle(tmp_path)).people) == 3
    (tmp_path / "lama").mkdir()
    (tmp_path / "lama" / "Users.csv").write_text(USERS, encoding="utf-8")
    assert refused(tmp_path).faults[0].code == "second-file"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_refused_by_name(tmp_path, encoding):
    error = refused(zipped(FILES | {"users": USERS.encode(encoding)}, tmp_path / "b.zip"))
    assert (error.faults[0].pointer, error.faults[0].code) == ("/users.csv", "encoding")
    assert "UTF-16" in str(error)


@pytest.mark.parametrize("mark", [";", "\t"])
def test_another_separator_is_refused_by_name(tmp_path, mark):
    error = refused(zipped(FILES | {"users": USERS.replace(",", mark)}, tmp_path / "b.zip"))
    assert (error.faults[0].pointer, error.faults[0].code) == ("/users.csv", "separator")


@pytest.mark.parametrize("spoilt", [USERS + 'citra,"aktif', USERS + '"ci"tra,active\n', USERS.replace("Ani,", '"Ani,')])
def test_a_missing_quotation_mark_is_refused_with_the_row_it_began_in(tmp_path, spoilt):
    error = refused(zipped(FILES | {"users": spoilt}, tmp_path / "b.zip"))
    row_number = 2 if '"Ani' in spoilt else 5
    assert [(fault.pointer, fault.code) for fault in error.faults] == [(f"/users.csv/{row_number}", "not-csv")]


def test_a_column_that_stands_twice_is_refused(tmp_path):
    error = refused(zipped(FILES | {"users": USERS.replace("password", "email")}, tmp_path / "b.zip"))
    assert (error.faults[0].pointer, error.faults[0].code) == ("/users.csv/email", "second-column")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks_change_nothing(tmp_path, end, mark):
    assert said(read(tmp_path, users=mark + USERS.replace("\n", end))) == said(read(tmp_path))


def test_line_breaks_in_quoted_cells_are_borne_and_rows_are_counted_as_a_spreadsheet_does(tmp_path):
    told = "alamat,".join(USERS.splitlines(keepends=True)[:1]) + "".join(USERS.splitlines(keepends=True)[1:])
    users = told.replace("ext", "") + row("citra", phone='"0813\r\n"', familyName='"Dewi\nSari"') + row("eka", role="wizard")
    roster = read(tmp_path, users=users)
    assert shown(roster, "citra") == "Citra Dewi Sari"
    assert aside(roster) == [("users.csv", 6, "role", "unknown-role")]


def test_missing_optional_columns_take_nothing_away(tmp_path):
    roster = read(tmp_path, users="sourcedId,givenName,familyName,role,orgSourcedIds\nani,Ani,Lestari,student,smp1\n")
    (ani,) = roster.people
    assert ani.untold == {"email", "phone", "guardians", "born", "homeroom"}
    assert roster.set_aside == []


# what spreadsheets do ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("garbled", "reason"),
    [
        ("1,23E+12", "spreadsheet-number"), ("1.23E+12", "spreadsheet-number"), ("5E+15", "spreadsheet-number"), ("5.320.101", "spreadsheet-number"),
        ("5,320,101", "spreadsheet-number"), ("20109999.0", "spreadsheet-number"), ("20109999,00", "spreadsheet-number"), ("'00123", "spreadsheet-number"),
        ("12/31/2010", "spreadsheet-date"), ("08-Jan", "spreadsheet-date"), ("Mei-26", "spreadsheet-date"), ("8-Agu-2026", "spreadsheet-date"),
        ("#REF!", "spreadsheet-error"), ("#####", "spreadsheet-error"), ('=""00123""', "spreadsheet-error"), ("nomor\ufffd", "lost-letters"),
    ],
)  # fmt: skip
def test_a_garbled_id_sets_the_row_aside_and_tells_no_value(tmp_path, garbled, reason):
    roster = read(tmp_path, users=USERS + row(f'"{garbled}"'))
    assert aside(roster) == [("users.csv", 5, "sourcedId", reason)]
    assert garbled not in repr(roster.set_aside)
    assert (len(roster.people), roster.nameless) == (3, frozenset({school_id("roster", "smp1")}))


@pytest.mark.parametrize("sound", ["mariam-01", "decky-02", "8e12", "1234567890123", "00123", "1.2.840", "3f2a-77e1", "agus-1", "a,b"])
def test_an_id_that_only_looks_odd_is_an_id(tmp_path, sound):
    assert aside(read(tmp_path, users=USERS + row(f'"{sound}"'))) == []


@pytest.mark.parametrize(("phone", "column"), [("8,12E+11", "phone"), ("812.345.678", "sms"), ("'0812", "phone"), ("#N/A", "sms")])
def test_a_garbled_telephone_number_is_set_aside_alone(tmp_path, phone, column):
    roster = read(tmp_path, users=USERS + row("citra", **{column: f'"{phone}"'}))
    assert aside(roster)[0][:3] == ("users.csv", 5, column)
    citra = roster.people[-1]
    assert (citra.name, citra.phone, "phone" in citra.untold) == ("Citra Dewi", "", True)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("0812.3456.7890", "+6281234567890"), ("+62 812-3456-7890", "+6281234567890"), ("(0274) 512345", "+62274512345"),
        ("081.234.567", "081.234.567"), ("0812.000", "0812.000"),
    ],
)  # fmt: skip
def test_a_telephone_number_as_people_write_it_is_taken(tmp_path, written, kept):
    """As E.164; what is no one number stays as it was written, and no message goes there (ADR 47)."""
    assert read(tmp_path, users=USERS + row("citra", phone=written)).people[-1].phone == kept


@pytest.mark.parametrize("npsn", ["2,01E+07", "20.109.999", "'20109999"])
def test_a_garbled_school_number_sets_the_school_aside_and_its_people_with_it(tmp_path, npsn):
    roster = read(tmp_path, orgs=ORGS.replace("20109999", f'"{npsn}"'))
    assert (roster.schools, roster.people) == ([], [])
    assert aside(roster)[0] == ("orgs.csv", 2, "identifier", "spreadsheet-number")
    assert {each.person for each in roster.set_aside[1:]} == {person_id("roster", key) for key in ("ani", "ibu", "budi")}


@pytest.mark.parametrize("title", ["8-Jan", "08/01/2026", "#NAME?"])
def test_a_garbled_class_leaves_its_students_without_a_word_about_their_class(tmp_path, title):
    roster = read(tmp_path, **CLASSED | {"classes": CLASSED["classes"].replace("8A", title)})
    assert [each[:3] for each in aside(roster)] == [("classes.csv", 2, "title"), ("enrollments.csv", 3, "classSourcedId")]
    assert "homeroom" in roster.people[0].untold


def test_a_row_with_more_cells_than_the_header_is_set_aside(tmp_path):
    roster = read(tmp_path, users=USERS + row("citra", familyName="Dewi, S.Pd") + row("eka"))
    assert aside(roster) == [("users.csv", 5, "", "too-many-cells")]
    assert shown(roster, "eka") == "Citra Dewi"
    ended = USERS.splitlines()[0] + "\n" + "".join(f"{line},\n" for line in USERS.splitlines()[1:])
    assert said(read(tmp_path, users=ended)) == said(read(tmp_path))


def test_an_unknown_status_is_not_guessed(tmp_path):
    assert aside(read(tmp_path, users=USERS + row("citra", status="aktip"))) == [("users.csv", 5, "status", "unknown-status")]


# people ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("enabled", ["false", "FALSE", "0", ""])
def test_row_2_a_switched_off_login_is_no_departure(tmp_path, enabled):
    roster = read(tmp_path, users=USERS.replace("ani,active,true", f"ani,active,{enabled}").replace("ibu,active,true", f"ibu,active,{enabled}"))
    assert said(roster) == said(read(tmp_path))


@pytest.mark.parametrize(
    ("given_name", "family", "name"),
    [
        ("Suharti", "-", "Suharti"), ("Suharti", ".", "Suharti"), ("Suharti", "", "Suharti"), ("Suharti", "Suharti", "Suharti"),
        ("Suharti", "SUHARTI", "Suharti"), ("-", "Suharti", "Suharti"), ("Suharti", "--", "Suharti"), ("Suharti", "\u2013", "Suharti"),
        ("Suharti", "N/A", "Suharti"), ("Suharti", "null", "Suharti"), ("Siti  Suharti ", "Siti Suharti", "Siti Suharti"), ("Ani", "O", "Ani O"),
        ("Suharti", "Tidak Ada", "Suharti"), ("Suharti", "N.A.", "Suharti"), ("Suharti", "0", "Suharti"), ("Nur'aini", "M. Said", "Nur'aini M. Said"),
    ],
)  # fmt: skip
def test_row_28_a_person_of_one_name_is_shown_with_one_name(tmp_path, given_name, family, name):
    assert shown(read(tmp_path, users=USERS + row("citra", given_name=given_name, familyName=family)), "citra") == name


def test_a_middle_name_that_is_none_is_not_shown(tmp_path):
    users = "sourcedId,givenName,middleName,familyName,role,orgSourcedIds\na,Suharti,-,.,student,smp1\nb,Siti,Siti,Aminah,student,smp1\n"
    assert [person.name for person in read(tmp_path, users=users).people] == ["Suharti", "Siti Aminah"]


def test_whoever_has_no_name_but_marks_is_set_aside(tmp_path):
    assert aside(read(tmp_path, users=USERS + row("citra", given_name="-", familyName="."))) == [("users.csv", 5, "givenName", "no-name")]


def test_the_homeroom_class_is_the_class_of_that_type(tmp_path):
    assert read(tmp_path, **CLASSED).people[0].homeroom == "8A"
    other = CLASSED | {"enrollments": "classSourcedId,userSourcedId,role\nmath,ani,student\n"}
    assert (read(tmp_path, **other).people[0].homeroom, read(tmp_path, **other).set_aside) == (None, [])


def test_two_homeroom_classes_are_set_aside_unless_their_dates_tell_the_later_one(tmp_path):
    both = CLASSED | {"enrollments": "classSourcedId,userSourcedId,role\nc8,ani,student\nc9,ani,student\n"}
    roster = read(tmp_path, **both)
    assert [each[:2] + each[3:] for each in aside(roster)] == [("enrollments.csv", 2, "two-homerooms"), ("enrollments.csv", 3, "two-homerooms")]
    assert "homeroom" in roster.people[0].untold
    dated = "classSourcedId,userSourcedId,role,beginDate\nc9,ani,student,2026-07-13\nc8,ani,student,2025-07-14\n"
    assert read(tmp_path, **CLASSED | {"enrollments": dated}).people[0].homeroom == "9B"
    garbled = dated.replace("2025-07-14", "14/07/2025")
    assert len(read(tmp_path, **CLASSED | {"enrollments": garbled}).set_aside) == 2


# schools -----------------------------------------------------------------------------------------------------------------


def test_one_npsn_is_one_school_whatever_the_systems_call_it(tmp_path):
    two = ORGS + "sekolah-77,active,SMP Negeri 1,school,20109999\n"
    roster = read(tmp_path, orgs=two, users=USERS + row("citra", organisation="sekolah-77"))
    assert [each.school for each in roster.schools] == [school_id("roster", "sekolah-77")]
    assert {person.school for person in roster.people} == {school_id("roster", "sekolah-77")}
    known = Known(schools={"lama": KnownSchool("20109999", "SMP Negeri 1 Contoh")})
    roster = read_beside(tmp_path, known, manifest="source.systemCode,dapodik-baru\n")
    assert ([each.school for each in roster.schools], {person.school for person in roster.people}) == (["lama"], {"lama"})


@pytest.mark.parametrize("number", ["-", "0", "my identifier", ""])
def test_what_is_no_npsn_joins_no_schools(tmp_path, number):
    roster = read(tmp_path, orgs=ORGS.replace("20109999", number) + f"smp2,active,SMP 2,school,{number}\n")
    assert len(roster.schools) == 2


# manifests ---------------------------------------------------------------------------------------------------------------

HELD = Known(
    people={person_id("roster", "ani"): KnownPerson("student", school_id("roster", "smp1"), (), "d", "8A", ("ibu",))},
    schools={school_id("roster", "smp1"): KnownSchool("20109999", "SMP Negeri 1 Contoh")},
)


def test_a_file_that_the_manifest_calls_absent_is_not_read(tmp_path):
    roster = read(tmp_path, manifest="file.demographics,absent\n", demographics="sourcedId,birthDate\nani,2012-05-06\n")
    assert (roster.people[0].born, "born" in roster.people[0].untold) == ("", True)


@pytest.mark.parametrize("mode", ["bulk", "delta"])
def test_a_file_that_the_manifest_promises_must_be_there(tmp_path, mode):
    error = refused(zipped(FILES | {"manifest": f"file.roles,{mode}\n"}, tmp_path / "b.zip"))
    assert (error.faults[0].pointer, error.faults[0].code) == ("/roles.csv", "missing-file")


def test_an_unknown_mode_is_refused(tmp_path):
    error = refused(zipped(FILES | {"manifest": "file.users,partial\n"}, tmp_path / "b.zip"))
    assert (error.faults[0].pointer, error.faults[0].code) == ("/manifest.csv/file.users", "unknown-mode")


def test_a_delta_of_users_says_nothing_about_the_others(tmp_path):
    delta = {"manifest": "file.users,delta\nfile.orgs,absent\n", "users": USERS.splitlines(keepends=True)[0] + row("ani", status="tobedeleted")}
    path = zipped(delta, tmp_path / "b.zip")
    roster = interpret(read_bundle(path), HELD)
    assert (roster.covers, roster.gone, roster.people, roster.set_aside) == (frozenset(), frozenset({person_id("roster", "ani")}), [], [])


def test_a_delta_finds_the_schools_and_keeps_the_places_that_are_known(tmp_path):
    users = "sourcedId,status,givenName,familyName\nani,active,Anisa,Lestari\n"
    roles = "userSourcedId,role,orgSourcedId\n"
    manifest = "file.users,delta\nfile.roles,delta\nfile.orgs,absent\n"
    roster = interpret(read_bundle(zipped({"manifest": manifest, "users": users, "roles": roles}, tmp_path / "b.zip")), HELD)
    (ani,) = roster.people
    assert (ani.name, ani.kind, ani.school, ani.untold) == (
        "Anisa Lestari", "student", school_id("roster", "smp1"), frozenset({"born", "homeroom", "email", "phone", "guardians"}),
    )  # fmt: skip
    moved = roles + "ani,student,smp1\n"
    again = interpret(read_bundle(zipped({"manifest": manifest, "users": users, "roles": moved}, tmp_path / "b.zip")), HELD)
    assert again.people == [replace(ani)]


def test_a_delta_about_somebody_whose_row_is_not_sent_is_set_aside(tmp_path):
    files = {"manifest": "file.users,delta\nfile.demographics,delta\n", "demographics": "sourcedId,birthDate\nlain,2012-05-06\n"}
    assert aside(read(tmp_path, **files)) == [("demographics.csv", 2, "", "person-not-told")]
