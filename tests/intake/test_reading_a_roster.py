"""Reading a roster bundle: good rows are read, bad rows are set aside and named, and a bundle that cannot be trusted is refused as a whole."""

from collections.abc import Callable
from pathlib import Path

import pytest

from services.intake.roster import archive
from services.intake.roster.people import Person, Roster, person_id, school_id
from services.intake.roster.reading import read_bundle
from shared.errors import Invalid
from shared.events import SchoolRegistered
from tests.intake.bundles import CANARY, FILES, ORGS, USERS, row, zipped
from tests.intake.interpreting import interpret
from tests.intake.rosters import each_sample

Changed = Callable[[dict[str, str]], None]


def read(tmp_path: Path, **files: str | bytes) -> Roster:
    return interpret(read_bundle(zipped({**FILES, **files}, tmp_path / "bundle.zip")))


def refused(path: Path) -> tuple[str, str]:
    """Pointer and code of the one fault the bundle is refused for."""
    with pytest.raises(Invalid) as caught:
        read_bundle(path)
    (fault,) = caught.value.faults
    assert CANARY not in str(caught.value)
    return fault.pointer, fault.code


def names(roster: Roster) -> list[str]:
    return [person.name for person in roster.people]


def aside(roster: Roster) -> list[tuple[str, int, str]]:
    return [(each.file, each.row, each.reason) for each in roster.set_aside]


def test_a_1_1_bundle_gives_schools_and_people_under_ids_of_our_own(tmp_path):
    roster = read(tmp_path)
    school = school_id("roster", "smp1")
    assert roster.schools == [SchoolRegistered(school=school, npsn="20109999", name="SMP Negeri 1 Contoh", level="smp")]
    ani, ibu, budi = roster.people
    assert ani == Person(
        person_id("roster", "ani"), "student", school, (), "Ani Lestari", "", "ani@contoh.invalid", "0811", (person_id("roster", "ibu"),), None
    )
    assert (ibu.kind, ibu.phone, ibu.roles) == ("guardian", "0812", ())
    assert (budi.kind, budi.roles) == ("staff", ("subject-teacher",))
    assert roster.set_aside == []


def test_the_same_source_id_of_another_system_is_another_person():
    assert person_id("dapodik", "ani") != person_id("simpatika", "ani")
    assert person_id("dapodik", "ani") != school_id("dapodik", "ani")


def test_a_1_2_bundle_takes_roles_classes_and_birth_dates_from_their_files(tmp_path):
    roster = read(
        tmp_path,
        manifest="propertyName,value\noneroster.version,1.2\nsource.systemCode,dapodik\n",
        users=USERS.replace("student", "").replace("teacher", "").replace("parent", ""),
        roles="userSourcedId,status,roleType,role,orgSourcedId\nani,active,primary,student,smp1\nibu,active,primary,guardian,smp1\n"
        "budi,active,secondary,teacher,smp1\nbudi,active,primary,counselor,smp1\nbudi,tobedeleted,primary,principal,smp1\n",
        classes="sourcedId,title\nc8,8A\n",
        enrollments="classSourcedId,userSourcedId,role,status\nc8,ani,student,active\nc8,budi,teacher,active\n",
        demographics="sourcedId,birthDate\nani,2012-05-06\n",
    )
    ani, ibu, budi = roster.people
    assert (ani.id, ani.born, ani.homeroom) == (person_id("dapodik", "ani"), "2012-05-06", "8A")
    assert (ibu.kind, budi.roles, budi.homeroom) == ("guardian", ("counsellor", "subject-teacher"), None)


@pytest.mark.parametrize("spelling", ["\ufeff{}", "{}\r\n\r\n", '"sourcedId"{}'])
def test_a_byte_order_mark_blank_lines_and_quotes_change_nothing(tmp_path, spelling):
    told = spelling.format(USERS.removeprefix("sourcedId") if spelling.startswith('"') else USERS)
    assert names(read(tmp_path, users=told)) == names(read(tmp_path))


def test_capital_letters_in_file_names_folders_and_vendor_columns_are_borne(tmp_path):
    files = {"export/Orgs": ORGS.replace("identifier", "identifier,ext_vendor").replace("20109999", "20109999,x"), "export/USERS": USERS}
    assert names(interpret(read_bundle(zipped(files, tmp_path / "b.zip")))) == ["Ani Lestari", "Ibu Lestari", "Budi Santoso"]
    for name, content in FILES.items():
        (tmp_path / f"{name}.CSV").write_text(content, encoding="utf-8")
    assert len(interpret(read_bundle(tmp_path)).people) == 3


@pytest.mark.parametrize("status", ["tobedeleted", "inactive", "ToBeDeleted"])
def test_who_is_marked_as_gone_is_not_taken_and_is_no_fault(tmp_path, status):
    roster = read(tmp_path, users=USERS + row("citra", status=status))
    assert (len(roster.people), roster.gone, roster.set_aside) == (3, frozenset({person_id("roster", "citra")}), [])


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("SD Negeri 1", "sd"), ("SDN 1 Contoh", "sd"), ("MIN 2", "sd"), ("SMP Islam", "smp"), ("SMPN 3", "smp"), ("MTsN 1", "smp"),
        ("SMA Negeri 1", "sma"), ("SMAS Harapan", "sma"), ("MAN 1", "sma"), ("SMK 2", "smk"), ("SLB A", "slb"), ("PKBM Harapan", "other"),
    ],
)  # fmt: skip
def test_a_schools_level_is_read_from_its_name(tmp_path, name, level):
    assert read(tmp_path, orgs=ORGS.replace("SMP Negeri 1 Contoh", name)).schools[0].level == level


def test_only_columns_of_the_allow_list_are_used_so_that_no_password_comes_along(tmp_path):
    roster = read(tmp_path)
    assert CANARY not in repr(roster)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (row(""), "missing-id"),
        (row("citra", given_name="", familyName=""), "no-name"),
        (row("citra", role="wizard"), "unknown-role"),
        (row("citra", role=""), "unknown-role"),
        (row("citra", organisation="sma9"), "unknown-school"),
        (row("citra", organisation=""), "unknown-school"),
        ("citra\n", "no-name"),
    ],
)
def test_a_bad_row_is_set_aside_with_its_number_and_reason_and_costs_no_other(tmp_path, wrong, reason):
    roster = read(tmp_path, users=USERS + wrong + row("eka", given_name="Eka"))
    assert aside(roster) == [("users.csv", 5, reason)]
    assert names(roster) == ["Ani Lestari", "Ibu Lestari", "Budi Santoso", "Eka Dewi"]


@pytest.mark.parametrize(
    ("born", "reason"),
    [
        ("06/05/2012", "spreadsheet-date"), ("12/31/2010", "spreadsheet-date"), ("40543", "spreadsheet-date"), ("40543,5", "spreadsheet-date"),
        ("05-Jun-12", "spreadsheet-date"), ("6 Mei 2012", "spreadsheet-date"), ("2,01E+07", "spreadsheet-date"), ("#VALUE!", "spreadsheet-error"),
        ("########", "spreadsheet-error"), ("2012-13-01", "not-a-date"), ("2012-02-30", "not-a-date"), ("20120506", "not-a-date"),
        ("2012-W18-1", "not-a-date"), ("tomorrow", "not-a-date"),
    ],
)  # fmt: skip
def test_a_birth_date_that_is_none_is_set_aside_without_quoting_it_and_the_child_comes_in(tmp_path, born, reason):
    roster = read(tmp_path, demographics=f'sourcedId,birthDate\nani,"{born}"\n')
    assert aside(roster) == [("demographics.csv", 2, reason)]
    assert born not in repr(roster.set_aside)
    assert (roster.people[0].id, roster.people[0].born, "born" in roster.people[0].untold) == (person_id("roster", "ani"), "", True)


def test_a_school_without_a_name_is_set_aside_and_its_people_with_it(tmp_path):
    roster = read(tmp_path, orgs=ORGS + "sd1,active,,school,20100001\n", users=USERS + row("citra", organisation="sd1"))
    assert aside(roster) == [("orgs.csv", 3, "no-name"), ("users.csv", 5, "unknown-school")]


def test_rows_are_counted_as_a_person_counts_them_also_after_a_blank_one(tmp_path):
    assert aside(read(tmp_path, users=USERS + "\n" + row("citra", role="wizard"))) == [("users.csv", 6, "unknown-role")]


@pytest.mark.parametrize("kept", [0, 1, 30, 0.5, 0.9, -1])
def test_a_truncated_zip_is_refused(tmp_path, kept):
    whole = zipped(FILES, tmp_path / "whole.zip").read_bytes()
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole[: int(len(whole) * kept) if isinstance(kept, float) else kept])
    assert refused(cut) == ("", "not-a-zip")


def test_what_is_no_zip_at_all_is_refused(tmp_path):
    (tmp_path / "users.zip").write_text(USERS, encoding="utf-8")
    assert refused(tmp_path / "users.zip") == ("", "not-a-zip")
    assert refused(tmp_path / "absent.zip") == ("", "not-a-zip")


@pytest.mark.parametrize(
    ("file", "column"),
    [
        ("orgs", "sourcedId"), ("orgs", "name"), ("orgs", "type"), ("users", "sourcedId"), ("users", "givenName"), ("users", "familyName"),
    ],
)  # fmt: skip
def test_a_missing_column_refuses_the_bundle_and_names_file_and_column(tmp_path, file, column):
    header, rest = FILES[file].split("\n", 1)
    path = zipped(FILES | {file: header.replace(column, "other", 1) + "\n" + rest}, tmp_path / "b.zip")
    assert refused(path) == (f"/{file}.csv/{column}", "missing-column")


@pytest.mark.parametrize("file", ["roles", "classes", "enrollments", "demographics"])
def test_an_optional_file_may_be_missing_but_not_empty(tmp_path, file):
    pointer, code = refused(zipped(FILES | {file: ""}, tmp_path / "b.zip"))
    assert (pointer.split("/")[1], code) == (f"{file}.csv", "missing-column")


@pytest.mark.parametrize("file", ["orgs", "users"])
def test_a_missing_file_refuses_the_bundle(tmp_path, file):
    path = zipped({name: content for name, content in FILES.items() if name != file}, tmp_path / "b.zip")
    assert refused(path) == (f"/{file}.csv", "missing-file")


@pytest.mark.parametrize(
    ("content", "pointer", "code"),
    [
        (USERS.encode("utf-16"), "/users.csv", "encoding"),
        (USERS.encode("utf-16-le"), "/users.csv", "encoding"),
        (USERS.encode("utf-16-be"), "/users.csv", "encoding"),
        (USERS.replace("Budi", "André").encode("latin-1"), "/users.csv/4", "encoding"),
        (USERS.replace("Ani", "A\x00ni").encode(), "/users.csv/2", "unstorable-character"),
    ],
)
def test_another_encoding_is_refused_and_named(tmp_path, content, pointer, code):
    assert refused(zipped(FILES | {"users": content}, tmp_path / "b.zip")) == (pointer, code)


def test_what_unpacks_to_far_too_much_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MOST_OCTETS", len(USERS) - 1)
    assert refused(zipped(FILES, tmp_path / "b.zip")) == ("/users.csv", "too-large")


def test_one_damaged_octet_anywhere_is_either_harmless_or_refused(tmp_path):
    whole = zipped(FILES, tmp_path / "whole.zip").read_bytes()
    others, damaged = set(), tmp_path / "damaged.zip"
    for place in range(len(whole)):
        damaged.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            read_bundle(damaged)
        except Invalid:
            continue
        except Exception as error:  # noqa: BLE001 - which ones is the question
            others.add(type(error).__name__)
    assert others == set()


def test_an_encrypted_zip_is_refused(tmp_path):
    whole = bytearray(zipped(FILES, tmp_path / "b.zip").read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := whole.find(mark, place + 1)) >= 0:
            whole[place + flags] |= 1
    (tmp_path / "b.zip").write_bytes(whole)
    assert refused(tmp_path / "b.zip")[1] == "encrypted"


def test_a_field_that_never_ends_is_refused(tmp_path):
    with pytest.raises(Invalid):
        read(tmp_path, users=USERS + row("citra", given_name='"' + "x" * 140_000))


@pytest.mark.parametrize("gone", [{"status": "tobedeleted"}, {"role": "wizard"}])
def test_a_student_has_no_guardian_who_is_not_in_the_roster(tmp_path, gone):
    roster = read(tmp_path, users=USERS + row("ayah", **{"role": "parent"} | gone) + row("citra", agentSourcedIds="ayah"))
    known = {person.id for person in roster.people}
    assert all(guardian in known for person in roster.people for guardian in person.guardians)


@each_sample
def test_a_whole_bundle_is_read_with_nothing_set_aside(sample):
    bundle = read_bundle(sample.path)
    roster = interpret(bundle)
    assert bundle.version == sample.version
    assert [school.name for school in roster.schools] == sample.schools
    assert sorted((person.kind, person.name) for person in roster.people) == sample.people
    assert roster.set_aside == []
    assert sample.unread not in repr(roster)
