"""Telephone numbers: one parser, one form, and two are never guessed between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.addresses import Flaw
from shared.phones import PhoneNumber, phone_number, with_plain_digits


@pytest.mark.parametrize(
    "written",
    [
        "0812-3456-7801",
        "081234567801",
        "+62 812 3456 7801",
        "+6281234567801",
        "(0812) 3456.7801",
        "０８１２３４５６７８０１",
        "0812\u20113456\u20117801",
    ],
)
def test_a_number_has_one_form_however_it_is_written(written):
    assert phone_number(written) == PhoneNumber("+6281234567801", takes_text=True)


def test_digits_of_another_script_are_written_as_everybody_here_dials_them():
    assert with_plain_digits("٠٢١ ५৬७ ０８ (kantor lantai ²)") == "021 567 08 (kantor lantai ²)"


def test_a_landline_takes_no_text_and_another_country_s_number_is_one():
    assert phone_number("021 5794 8000") == PhoneNumber("+622157948000", takes_text=False)
    assert phone_number("+60 12-345 6789") == PhoneNumber("+60123456789", takes_text=True)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "not-a-number"), ("-", "not-a-number"), ("tidak ada", "not-a-number"), ("0812 (ibu)", "not-a-number"), ("ani@x.id", "not-a-number"),
        ("0812-3456-7801 / 0813-3456-7801", "several-numbers"), ("081234567801, 081334567801", "several-numbers"),
        ("081234567801 atau 081334567801", "several-numbers"), ("0811", "no-such-number"), ("+62", "not-a-number"), ("911", "no-such-number"),
        ("+999 123 4567 8901", "not-a-number"), ("08123456780112345", "no-such-number"), ("=081234567801", "not-a-number"),
    ],
)  # fmt: skip
def test_what_is_no_single_number_has_a_flaw_that_never_quotes_it(written, code):
    flaw = phone_number(written)
    assert isinstance(flaw, Flaw)
    assert flaw.code == code
    assert len(written) < 3 or written not in flaw.reason


@given(st.text(max_size=30))
def test_any_text_is_a_number_in_its_one_form_or_has_a_flaw(text):
    found = phone_number(text)
    if isinstance(found, PhoneNumber):
        assert phone_number(found.e164) == found
