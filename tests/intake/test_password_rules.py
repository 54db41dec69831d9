"""Which passwords are refused (OWASP ASVS 5.0, 6.2): too short, too common, one's own name; never for what they are made of."""

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from services.intake.accounts.password_rules import SHORTEST, flaw_of

OWN = ("Siti Rahmawati", "siti.rahmawati@smpn1.example")


@pytest.mark.parametrize(
    "password",
    [
        "gunung merapi di pagi hari", "kudalumpingterbang", "zxkw-plmr-qvtb", "Xk29!dfq-Lw", "8271 kucing 554 hijau", "ꦱꦼꦏꦺꦴꦭꦃꦲꦤ꧀ꦚꦂ", "a b c d e f 9 tahu",
        "tempe" * 12 + " dan kecap manis", "🦜🐘🌋🛶🪁🥁🌶️🍚",
    ],
)  # fmt: skip
def test_a_password_of_ones_own_is_taken_whatever_it_is_made_of(password):
    assert flaw_of(password, OWN) is None


@pytest.mark.parametrize(("password", "flaw"), [("", "password-too-short"), ("merapi7", "password-too-short"), ("k" * 257, "password-too-long")])
def test_at_least_eight_characters_and_at_most_256(password, flaw):
    assert flaw_of(password, OWN) == flaw


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "12345678",
        "qwertyuiop",
        "indonesia",
        "indonesia123",
        "bismillah1",
        "rahasia123",
        "Rahasia2026",
        "tanggap123",
        "sekolah1",
        "aaaaaaaaaaaa",
        "P@ssw0rd",
    ],
)
def test_common_passwords_are_refused(password):
    assert flaw_of(password, OWN) == "password-common"


@pytest.mark.parametrize("place", range(0, 3000, 150))
def test_all_that_stand_in_the_list_of_the_most_common_are_refused(place):
    common = [each for each in FREQUENCY_LISTS["passwords"] if len(each) >= SHORTEST]
    assert flaw_of(common[place], OWN) == "password-common"


@pytest.mark.parametrize(
    "password", ["siti rahmawati", "SitiRahmawati1", "rahmawati2026", "RAHMAWATI!!", "siti.rahmawati@smpn1.example", "smpn1.example"]
)
def test_ones_own_name_and_address_are_refused(password):
    assert flaw_of(password, OWN) == "password-own-name"


def test_a_name_within_a_long_password_is_no_harm():
    assert flaw_of("siti makan rujak cingur di pasar", OWN) is None
