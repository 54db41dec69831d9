"""Every role's guide: at most two pages, tagged, in one language, in the words of the pages; the same bytes each time (people.md; ADR 56)."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from services.cases.guides.guide import guide_of
from services.cases.guides.printing import printed
from services.cases.guides.words import WORDS
from services.cases.pages.roles import FIRST_PAGES, TOLD
from services.cases.reading.questions import TITLES
from services.cases.reading.vocabulary import WORDS as WORDS_FILES
from shared.pages.environment import Speaking, speaking
from shared.pages.gathering import PARTS, known_in
from shared.pages.languages import LANGUAGES, Language
from shared.pages.navigation import HAS_AN_ACCOUNT
from tests.cases.letters.reading_pdf import opened, tags, text

CASES = WORDS_FILES.parents[1]
ROLES = sorted(WORDS.sees)
QUOTED = re.compile("“([^”]+)”")

each_guide = pytest.mark.parametrize(("role", "language"), [(role, language) for role in ROLES for language in LANGUAGES])


def spoken(language: Language) -> Speaking:
    return speaking(language, CASES, "Asia/Jakarta")


def said(file: bytes) -> str:
    return "".join(text(opened(file)).split())


def test_whoever_has_an_account_has_a_guide():
    assert set(ROLES) == HAS_AN_ACCOUNT


@each_guide
def test_a_guide_has_two_pages_at_most_on_a4(role, language):
    pages = opened(printed(guide_of(role), spoken(language))).pages
    assert len(pages) <= 2
    assert {tuple(round(float(each)) for each in page.mediabox) for page in pages} == {(0, 0, 595, 842)}


@each_guide
def test_a_guide_is_tagged_with_one_title_above_all_headings_in_its_language(role, language):
    pdf = opened(printed(guide_of(role), spoken(language)))
    headings = [each for each in tags(pdf) if each in ("H1", "H2", "H3")]
    assert str(pdf.Root.Lang) == {"id": "id-ID", "en": "en-GB"}[language]
    assert b"pdfuaid:part" in pdf.Root.Metadata.read_bytes()
    assert (headings[0], headings.count("H1")) == ("H1", 1)
    assert {"L", "LI", "LBody"} <= set(tags(pdf)), "a reader hears lists as lists"


@each_guide
def test_a_guide_has_neither_a_date_nor_a_name_and_is_the_same_each_time(role, language):
    file = printed(guide_of(role), spoken(language))
    assert file == printed(guide_of(role), spoken(language))
    assert set(opened(file).docinfo) == {"/Author", "/Creator", "/Title"}


@pytest.mark.parametrize("role", sorted(FIRST_PAGES))
def test_a_guide_says_what_each_list_of_the_first_page_is_for(role):
    paper = said(printed(guide_of(role), spoken("id")))
    for name in FIRST_PAGES[role]:
        assert "".join(f"{TITLES[name][0]}: {TOLD[name]}".split()) in paper


@pytest.mark.parametrize("role", ROLES)
def test_a_guide_says_whom_to_call_where_there_is_danger(role):
    paper = said(printed(guide_of(role), spoken("id")))
    assert "112:darurat110:polisi119:medis;tekan8untukbantuankesehatanjiwaSAPA129:perempuandananak" in paper
    assert guide_of(role).jobs, "everybody has something to do here"


# the words of the pages --------------------------------------------------------------------------------------------


def on_pages() -> dict[str, set[str]]:
    """Every text of a page, with what it is in English."""
    found = defaultdict[str, set[str]](set)
    for part in PARTS:
        for (_, indonesian), english in known_in(part, "en").items():
            found[indonesian].update(english)
    for file in WORDS_FILES.glob("*.toml"):
        for indonesian, once in pairs(tomllib.loads(file.read_text(encoding="utf-8"))):
            found[indonesian].add(once)
    for indonesian, once in TITLES.values():
        found[indonesian].add(once)
    return found


def pairs(told: Any) -> Iterator[tuple[str, str]]:
    match told:
        case [str() as indonesian, str() as english]:
            yield indonesian, english
        case dict() | list():
            for each in told.values() if isinstance(told, dict) else told:
                yield from pairs(each)


def guided() -> Iterator[tuple[str, str]]:
    yield from pairs(tomllib.loads((CASES / "guides" / "words.toml").read_text(encoding="utf-8")))


def test_what_a_guide_quotes_stands_on_a_page_just_so_in_both_languages():
    known, quotes = on_pages(), [(QUOTED.findall(indonesian), QUOTED.findall(english)) for indonesian, english in guided()]
    assert [each for each in quotes if len(each[0]) != len(each[1])] == []
    both = [(indonesian, english) for each in quotes for indonesian, english in zip(*each, strict=True)]
    assert len(both) > 50
    assert [each for each in both if each[1] not in known.get(each[0], ())] == []


def test_steps_are_few_and_short_enough_for_somebody_tired():
    assert [job.title[0] for job in WORDS.jobs if not 2 <= len(job.steps) <= 3] == []
    assert [once for each in guided() for once in each if len(once.split()) > 30] == []
    assert [sentence for each in guided() for once in each for sentence in re.split(r"[.?;:] ", once) if len(sentence.split()) > 18] == []
