"""The register of a school's letters: numbers follow one another without a gap, or are typed by hand; each is unique (people.md; ADR 33)."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.cases.domain.letters import numbering
from services.cases.domain.letters.register import (
    REGISTER,
    AlreadyReplaced,
    DocumentIssued,
    DocumentReplaced,
    FileKept,
    IssueDocument,
    KeepFile,
    MarkReplaced,
    NoSuchDocument,
    NumberTaken,
    OfSomethingElse,
    SeriesPassed,
    SeriesStarted,
    StartSeries,
)
from shared.testing import given as known
from tests.cases.people import COORDINATOR, COUNSELLOR, NOW, words

PATTERN = "421.5/{number:3}/BK/{roman month}/{year}"
DAY = date(2026, 2, 9)


def issue(document: str, **told: Any) -> IssueDocument:
    said: dict[str, Any] = {
        "act": f"act-{document}", "by": COUNSELLOR, "at": NOW, "document": document, "name": "parent-summons", "subject": "case-1", "made_from": 7,
        "template": 1, "pattern": PATTERN, "day": DAY, "verification": f"secret-{document}", "contents": words(),
    }  # fmt: skip
    return IssueDocument(**(said | told))


def issued(document: str, number: str, place: int | None, **told: Any) -> DocumentIssued:
    said = issue(document, **told).model_dump(exclude={"type", "version", "pattern", "typed", "contents", "calendar", "given_at"})
    return DocumentIssued(**said, number=number, place=place, contents=words())


def start(first: int) -> StartSeries:
    return StartSeries(act=f"act-start-{first}", by=COORDINATOR, at=NOW, first=first)


def started(first: int) -> SeriesStarted:
    return SeriesStarted(act=f"act-start-{first}", by=COORDINATOR, at=NOW, first=first)


FIRST, SECOND = issued("d-1", "421.5/001/BK/II/2026", 1), issued("d-2", "421.5/002/BK/II/2026", 2)


def test_the_first_number_is_one_and_the_next_follows():
    known(REGISTER).when(issue("d-1")).then(FIRST)
    known(REGISTER, FIRST).when(issue("d-2")).then(SECOND)


def test_the_same_document_again_is_quiet():
    known(REGISTER, FIRST).when(issue("d-1")).then()


def test_the_series_starts_where_the_school_says_and_never_goes_back():
    known(REGISTER).when(start(38)).then(started(38))
    known(REGISTER, started(38)).when(issue("d-1")).then(issued("d-1", "421.5/038/BK/II/2026", 38))
    known(REGISTER, started(38)).when(start(38)).then()
    known(REGISTER, started(38), issued("d-1", "421.5/038/BK/II/2026", 38)).when(start(38)).then()
    known(REGISTER, FIRST, SECOND).when(start(2)).refuses(SeriesPassed)


def test_a_number_typed_by_hand_is_kept_as_typed_and_unique():
    typed = issued("d-1", "800/17/SMP1", None)
    known(REGISTER).when(issue("d-1", typed="800/17/SMP1")).then(typed)
    known(REGISTER, typed).when(issue("d-2", typed="800/17/smp1 ")).refuses(NumberTaken)
    known(REGISTER, typed).when(issue("d-2")).then(issued("d-2", "421.5/001/BK/II/2026", 1))


def test_one_typed_in_the_form_of_the_pattern_takes_its_place_in_the_series():
    """Also with another month or without zeros: the running number is the same."""
    by_hand = issued("d-1", "421.5/1/BK/I/2026", 1)
    known(REGISTER).when(issue("d-1", typed="421.5/1/BK/I/2026")).then(by_hand)
    known(REGISTER, by_hand).when(issue("d-2")).then(SECOND)
    known(REGISTER, FIRST).when(issue("d-2", typed="421.5/1/BK/I/2026")).refuses(NumberTaken)


def test_a_correction_marks_the_old_as_replaced_once_and_only_of_its_own_kind():
    corrected = issued("d-2", "421.5/002/BK/II/2026", 2, replaces="d-1")
    known(REGISTER, FIRST).when(issue("d-2", replaces="d-1")).then(corrected)
    register = REGISTER.fold([FIRST, corrected])
    assert (register.documents["d-1"].replaced_by, register.documents["d-2"].replaced_by) == ("d-2", None)
    known(REGISTER, FIRST, corrected).when(issue("d-3", replaces="d-1")).refuses(AlreadyReplaced)
    known(REGISTER, FIRST).when(issue("d-3", replaces="d-0")).refuses(NoSuchDocument)
    known(REGISTER, FIRST).when(issue("d-3", replaces="d-1", subject="case-2")).refuses(OfSomethingElse)
    known(REGISTER, FIRST).when(issue("d-3", replaces="d-1", name="service-plan")).refuses(OfSomethingElse)


def test_the_register_of_the_year_before_says_what_was_replaced():
    mark = MarkReplaced(document="d-1", by="d-next", name="parent-summons", subject="case-1")
    known(REGISTER, FIRST).when(mark).then(DocumentReplaced(document="d-1", by="d-next"))
    known(REGISTER, FIRST, DocumentReplaced(document="d-1", by="d-next")).when(mark).refuses(AlreadyReplaced)
    known(REGISTER).when(mark).refuses(NoSuchDocument)
    elsewhere = issue("d-1", replaces="d-0", replaces_in="register-smp1-2025")
    assert REGISTER.decide(elsewhere, REGISTER.initial)[0].replaces == "d-0"  # type: ignore[union-attr]


def test_whoever_is_first_decides_which_bytes_are_kept():
    known(REGISTER, FIRST).when(KeepFile(document="d-1", digest="a")).then(FileKept(document="d-1", digest="a"))
    known(REGISTER, FIRST, FileKept(document="d-1", digest="a")).when(KeepFile(document="d-1", digest="b")).then()
    known(REGISTER).when(KeepFile(document="d-1", digest="a")).then()


@settings(max_examples=60)
@given(st.lists(st.one_of(st.none(), st.integers(1, 12), st.just("lain")), max_size=25))
def test_whatever_is_typed_in_between_the_series_has_no_gap_and_no_number_twice(typed):
    register, numbers = REGISTER.initial, []
    for place, hand in enumerate(typed):
        text = None if hand is None else f"800/{place}" if hand == "lain" else numbering.written(PATTERN, hand, DAY)
        try:
            events = REGISTER.decide(issue(f"d-{place}", typed=text), register)
        except NumberTaken:
            continue
        register = REGISTER.fold(events, register)
        numbers += [each.number for each in events if isinstance(each, DocumentIssued)]
    assert len(numbers) == len(set(numbers))
    automatic = [each for each in register.places if each <= register.next_place]
    assert sorted(automatic) == list(range(1, register.next_place)), "no number below the next one is missing"


# the pattern -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "shown"),
    [
        ("421.5/{number}/BK/{roman month}/{year}", "421.5/7/BK/XII/2026"),
        ("{number:4}/{month}-{year}", "0007/12-2026"),
        ("{number:1} (BK) [a.b*c]", "7 (BK) [a.b*c]"),
        (numbering.STANDARD, "007/BK/XII/2026"),
    ],
)
def test_a_number_is_written_by_the_pattern_and_read_again(pattern, shown):
    assert numbering.flaw(pattern) is None
    assert numbering.written(pattern, 7, date(2026, 12, 31)) == shown
    assert numbering.read(pattern, f" {shown} ") == 7
    assert numbering.read(pattern, "421/x") is None


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_has_its_roman_number(month):
    assert numbering.read(PATTERN, numbering.written(PATTERN, 3, date(2026, month, 1))) == 3


@pytest.mark.parametrize(
    ("pattern", "code"),
    [("421/BK", "one-number"), ("{number}/{number}", "one-number"), ("{number}/{bulan}", "unknown-field"), ("{number}/{", "unknown-field"),
     ("{number:0}", "unknown-field"), ("{number:x}", "unknown-field"), ("{number}{}", "unknown-field"), ("{number}/{year:2}", "unknown-field"),
     ("{{number}}", "unknown-field")],
)  # fmt: skip
def test_a_pattern_that_could_not_be_used_says_why(pattern, code):
    assert numbering.flaw(pattern) == numbering.Flaw(code)


@given(st.text(max_size=60))
def test_no_pattern_that_is_taken_breaks_the_writing_or_reading(pattern):
    if numbering.flaw(pattern) is None:
        assert numbering.read(pattern, numbering.written(pattern, 12, DAY).strip()) in (12, None)
