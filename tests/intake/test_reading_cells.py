"""Cells that cannot be right, and what an export does not say about a school or a guardian (domain page, "Reading a bundle")."""

import unicodedata
from pathlib import Path

import pytest

from services.intake.roster.ids import person_id, school_id
from services.intake.roster.known import Known, KnownPerson, KnownSchool
from services.intake.roster.people import Roster
from services.intake.roster.reading import read_bundle
from tests.intake.bundles import FILES, ORGS, USERS, row, zipped
from tests.intake.interpreting import interpret

SMP = school_id("roster", "smp1")
HELD = Known(schools={SMP: KnownSchool("20109999", "SMP Negeri 1 Contoh", "gugus-3")})


def read(tmp_path: Path, known: Known | None = None, *, users: str = USERS, orgs: str = ORGS, demographics: str = "sourcedId,birthDate\n") -> Roster:
    files = {**FILES, "users": users, "orgs": orgs, "demographics": demographics}
    return interpret(read_bundle(zipped(files, tmp_path / "bundle.zip")), known)


def aside(roster: Roster) -> list[tuple[str, int, str, str]]:
    return [(each.file, each.row, each.field, each.reason) for each in roster.set_aside]


# names -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Nurâ€™aini", "lost-letters"), ("RenÃ©e", "lost-letters"), ("Ani\ufffd", "lost-letters"), ("A\x1b[31mni", "invisible-character"),
        ("Ani\x07", "invisible-character"), ("\u202einA", "invisible-character"), ("\u2066Ani", "invisible-character"), ("x" * 301, "too-long"),
        ("#NAME?", "spreadsheet-error"),
    ],
)  # fmt: skip
def test_a_name_that_cannot_be_right_is_set_aside(tmp_path, name, reason):
    roster = read(tmp_path, users=USERS + row("citra", given_name=f'"{name}"'))
    assert aside(roster) == [("users.csv", 5, "givenName", reason)]
    assert roster.set_aside[0].person == person_id("roster", "citra")


@pytest.mark.parametrize("name", ["Nur’aini", "Renée", "ʻAisyah", "I Gusti Ngurah", "محمد", "Ñoña", "Siti\tAminah", "Dr. H. Ahmad, M.Pd", "Âni", "Ã"])
def test_a_name_as_people_write_it_is_taken(tmp_path, name):
    assert aside(read(tmp_path, users=USERS + row("citra", given_name=f'"{name}"'))) == []


def test_a_name_is_the_same_whichever_way_a_system_composes_its_letters(tmp_path):
    composed, taken_apart = (unicodedata.normalize(form, "Renée") for form in ("NFC", "NFD"))
    one, two = (read(tmp_path, users=USERS + row("citra", given_name=name)) for name in (composed, taken_apart))
    assert one.people == two.people


# dates ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("born", ["1900-01-01", "1899-12-30", "1899-12-31", "1904-01-01", "1970-01-01", "0001-01-01"])
def test_a_date_that_a_program_wrote_for_an_empty_cell_makes_nobody_of_age(tmp_path, born):
    roster = read(tmp_path, demographics=f"sourcedId,birthDate\nani,{born}\n")
    assert aside(roster) == [("demographics.csv", 2, "birthDate", "empty-date")]
    assert (roster.people[0].born, "born" in roster.people[0].untold) == ("", True)


@pytest.mark.parametrize("born", ["2012-05-06", "2008-02-29", "1985-01-01"])
def test_a_date_of_a_student_of_any_age_is_taken(tmp_path, born):
    roster = read(tmp_path, demographics=f"sourcedId,birthDate\nani,{born}\n")
    assert (aside(roster), roster.people[0].born) == ([], born)


# our own column of roles ---------------------------------------------------------------------------------------------------


def with_our_roles(told: str) -> str:
    header, rows = USERS.split("\n", 1)
    return f"{header},metadata.tanggapRoles\n" + "".join(f"{line},{told if line.startswith('budi') else ''}\n" for line in rows.splitlines())


def test_a_mistyped_role_takes_no_role_away(tmp_path):
    known = Known({person_id("roster", "budi"): KnownPerson("staff", SMP, ("coordinator", "counsellor"))}, HELD.schools)
    roster = read(tmp_path, known, users=with_our_roles("coordinater|counsellor"))
    assert aside(roster) == [("users.csv", 4, "metadata.tanggapRoles", "unknown-role")]
    assert roster.people[-1].roles == ("coordinator", "counsellor")
    assert read(tmp_path, users=with_our_roles("coordinater|counsellor")).people[-1].roles == ("counsellor",)


# guardians -----------------------------------------------------------------------------------------------------------------


def guardians(roster: Roster, key: str) -> tuple[tuple[str, ...], bool]:
    (person,) = (each for each in roster.people if each.id == person_id("roster", key))
    return person.guardians, "guardians" in person.untold


@pytest.mark.parametrize("cell", ['"ibu,bapak"', '"ibu,bu"'])
def test_a_guardian_who_is_in_no_row_is_told_and_the_others_are_kept(tmp_path, cell):
    roster = read(tmp_path, users=USERS + row("citra", agentSourcedIds=cell))
    assert aside(roster) == [("users.csv", 5, "agentSourcedIds", "unknown-guardian")]
    assert guardians(roster, "citra") == ((person_id("roster", "ibu"),), True)


def test_two_guardians_with_a_semicolon_between_are_not_guessed(tmp_path):
    roster = read(tmp_path, users=USERS + row("citra", agentSourcedIds="ibu;ani"))
    assert (aside(roster), guardians(roster, "citra")) == ([("users.csv", 5, "agentSourcedIds", "unknown-guardian")], ((), True))


@pytest.mark.parametrize("gone", [{"status": "tobedeleted"}, {"role": "wizard"}])
def test_a_guardian_whose_own_row_says_why_is_not_told_again(tmp_path, gone):
    roster = read(tmp_path, users=USERS + row("bapak", **({"role": "parent"} | gone)) + row("citra", agentSourcedIds='"ibu,bapak"'))
    assert [each.field for each in roster.set_aside] == (["role"] if "role" in gone else [])
    assert guardians(roster, "citra") == ((person_id("roster", "ibu"),), False)


# schools -------------------------------------------------------------------------------------------------------------------


def school(roster: Roster) -> tuple[str | None, str | None]:
    (told,) = roster.schools
    return told.npsn, told.cluster


def orgs(identifier: str, cluster: str | None = None) -> str:
    header, cells = ("sourcedId,name,type,identifier", f"smp1,SMP Negeri 1 Contoh,school,{identifier}")
    return f"{header}\n{cells}\n" if cluster is None else f"{header},metadata.cluster\n{cells},{cluster}\n"


def test_what_an_export_does_not_say_of_a_school_stays(tmp_path):
    assert school(read(tmp_path, HELD, orgs=orgs("20109999"))) == ("20109999", "gugus-3")
    assert school(read(tmp_path, HELD, orgs=orgs(""))) == ("20109999", "gugus-3")
    assert school(read(tmp_path, HELD, orgs=orgs("20109999", ""))) == ("20109999", None)
    assert school(read(tmp_path, HELD, orgs=orgs("20109999", "gugus-4"))) == ("20109999", "gugus-4")
    assert school(read(tmp_path, orgs=orgs("20109999"))) == ("20109999", None)


@pytest.mark.parametrize("identifier", ["2010999", "2010 9999", "smp1", "-"])
def test_what_is_no_npsn_takes_none_away(tmp_path, identifier):
    roster = read(tmp_path, HELD, orgs=orgs(identifier))
    assert (school(roster)[0], aside(roster)) == ("20109999", [("orgs.csv", 2, "identifier", "not-an-npsn")])


def test_a_garbled_cluster_is_set_aside_alone(tmp_path):
    roster = read(tmp_path, HELD, orgs=orgs("20109999", "#REF!"))
    assert (school(roster), aside(roster)) == (("20109999", "gugus-3"), [("orgs.csv", 2, "metadata.cluster", "spreadsheet-error")])
    assert len(roster.people) == 3
