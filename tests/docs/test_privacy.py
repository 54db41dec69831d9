"""docs/privacy says what the code does: it is written from the events, and fresh."""

import pytest

from district.privacy.__main__ import PAGES
from district.privacy.catalogue import sealed_fields
from district.privacy.pages import FOLDER, words
from services.intake.domain.retention import PURPOSES as KINDS
from shared.destroying import PURPOSES


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_what_the_code_says_today(name):
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name](), "run python -m district.privacy"


def test_every_purpose_of_a_key_has_its_words_and_a_kind_of_the_schedule():
    assert set(words()) == set(PURPOSES)
    assert {row.retention for row in words().values()} == set(KINDS)
    assert {purpose for purposes in KINDS.values() for purpose in purposes} == set(PURPOSES)


def test_the_catalogue_finds_texts_in_parts_of_events_too():
    found = sealed_fields()
    assert found["concern"]["concern-raised"] == ("text", "description", "people.description")
    assert "member-noted" in found["counselling"]
