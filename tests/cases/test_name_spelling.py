"""How names are compared: what is found by what somebody types (ADR 46)."""

import pytest

from services.cases.searching.spelling import asked_by, is_found, parts_of
from services.cases.searching.tokens import token_of
from shared.keys import Key


def found(name: str, typed: str, *, whole: bool = False) -> bool:
    """By the index and by the look at the opened name, which have to agree."""
    told = is_found(name, typed, whole=whole)
    assert (set(asked_by(typed, whole=whole)) <= parts_of(name)) == told, (name, typed)
    return told


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Siti Rahmawati", "siti"),
        ("Siti Rahmawati", "rahma SIT"),
        ("Siti Nur'aini", "nuraini"),
        ("Siti Nur'aini", "nur’a"),
        ("Soekarno Poetra", "sukarno putra"),
        ("Djoko Tjahjono", "joko cah"),
        ("Muh. Rizki", "muhammad riz"),
        ("Mochamad Alif", "moh"),
        ("Moh Alif", "muhamad"),
        ("Muhammad Alif", "moha"),
        ("Muhlis", "muh"),
        ("Annisa", "anisa"),
        ("I Gede Agung", "i gede"),
        ("José Amaral", "jose"),
        ("Anak Agung-Putri", "putri"),
    ],
)
def test_a_beginning_of_each_word_finds_a_name_in_any_order_and_spelling(name, typed):
    assert found(name, typed)


@pytest.mark.parametrize(
    ("name", "typed"), [("Siti Rahmawati", "siti budi"), ("Rahmawati", "wati"), ("Muhlis", "muhammad"), ("Siti", "sitinah"), ("I Gede", "ge i k")]
)
def test_what_no_word_begins_with_finds_nobody(name, typed):
    assert not found(name, typed)


@pytest.mark.parametrize(("typed", "told"), [("siti rahmawati", True), ("rahmawati", True), ("siti rahma", False), ("sit", False)])
def test_whole_words_alone_count_for_whoever_may_ask_across_the_district(typed, told):
    assert found("Siti Rahmawati", typed, whole=True) == told
    assert found("Moh. Siti Rahmawati", f"muhammad {typed}", whole=True) == told


def test_a_token_says_nothing_without_its_key_and_fits_the_database():
    one, other = token_of(Key("1", b"a" * 32), "siti"), token_of(Key("2", b"b" * 32), "siti")
    assert one != other
    assert all(-(2**63) <= each < 2**63 for each in (one, other))
    assert token_of(Key("1", b"a" * 32), "=siti") != one
