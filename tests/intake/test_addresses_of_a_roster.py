"""Row 5: a cell holds one mail address or none. A cell with two is set aside by row, and its person comes in without an address."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.roster.people import Roster, SetAside, person_id
from services.intake.roster.reading import Bundle, Row, read_bundle
from services.intake.roster.reasons import SENTENCES
from shared.addresses import MailAddress, mail_address
from tests.intake.bundles import FILES, ORGS, USERS, row, zipped
from tests.intake.interpreting import interpret


def read(folder: Path, email: str) -> Roster:
    return interpret(read_bundle(zipped(FILES | {"users": USERS + row("citra", role="parent", email=f'"{email}"')}, folder / "b.zip")))


@pytest.mark.parametrize(
    "email", ["a@x.invalid; b@x.invalid", "a@x.invalid, b@x.invalid", "a@x.invalid b@x.invalid", "Ibu <a@x.invalid>; b@x.invalid"]
)
def test_row_5_two_addresses_in_one_cell_are_set_aside_with_file_row_reason_and_mend(tmp_path, email):
    roster = read(tmp_path, email)
    assert roster.set_aside == [SetAside("users.csv", 5, "email", "several-addresses", person_id("roster", "citra"))]
    assert "keep one" in SENTENCES["several-addresses"].en
    assert [(person.name, person.email) for person in roster.people if person.kind == "guardian"] == [("Ibu Lestari", ""), ("Citra Dewi", "")]


@pytest.mark.parametrize("email", ["", " ", "-", "–", "—", ".", "- "])
def test_row_5_a_cell_that_says_nothing_is_no_address_and_no_fault(tmp_path, email):
    roster = read(tmp_path, email)
    assert roster.set_aside == []
    assert [person.email for person in roster.people][-1] == ""


@pytest.mark.parametrize(
    ("email", "kept"),
    [(" Citra@Contoh.Invalid ", "Citra@contoh.invalid"), ("k@sekolah-é.invalid", "k@xn--sekolah--i1a.invalid"), ("é@x.id", "é@x.id")],
)
def test_row_5_an_address_comes_in_as_it_goes_on_the_wire(tmp_path, email, kept):
    roster = read(tmp_path, email)
    assert (roster.set_aside, [person.email for person in roster.people][-1]) == ([], kept)


@given(st.text(max_size=40) | st.text("ab@.;, <>-–\t\u00e9\u200b", max_size=25))
def test_row_5_whatever_a_cell_holds_its_person_comes_in_with_one_address_or_none(email):
    cells = {"sourcedId": "citra", "givenName": "Citra", "familyName": "Dewi", "role": "parent", "orgSourcedIds": "smp1", "email": email}
    school = {"sourcedId": "smp1", "name": "SMP Negeri 1 Contoh", "type": "school"}
    files = {"orgs": [Row("orgs.csv", 2, school)], "users": [Row("users.csv", 2, cells)]}
    bundle = Bundle(files, {name: frozenset(rows[0].cells) for name, rows in files.items()})
    roster = interpret(bundle)
    (person,) = roster.people
    if person.email:
        assert isinstance(mail_address(person.email), MailAddress)
        assert roster.set_aside == []
    assert [each.row for each in roster.set_aside] in ([], [2])
    assert {each.field for each in roster.set_aside} <= {"email"}


def test_row_5_the_sample_school_has_no_cell_to_set_aside(tmp_path):
    assert interpret(read_bundle(zipped({"orgs": ORGS, "users": USERS}, tmp_path / "b.zip"))).set_aside == []
