"""What one page lets somebody type is never refused by the next: a line break is one character in every service (row 4 of a district's life); numbers
and moments that nobody means are none.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.cases.commands.bodies import Name, body_of
from services.cases.commands.bodies import Text as CaseText
from services.cases.domain.case.case import CASE_COMMANDS
from services.intake.raising import Narrative, Short
from services.notifications.api import Text as AnswerText
from shared.typed import moment_of, whole_number, with_plain_line_breaks

LONGEST = {"concern": (Narrative, 20_000), "case": (CaseText, 20_000), "answer": (AnswerText, 20_000), "short": (Short, 500), "name": (Name, 200)}
JAKARTA = ZoneInfo("Asia/Jakarta")
BREAKS = ("\n", "\r\n", "\r")


@pytest.mark.parametrize("name", list(LONGEST))
@pytest.mark.parametrize("line_break", BREAKS)
def test_a_text_of_full_length_with_many_line_breaks_is_taken_and_kept_with_plain_ones(name, line_break):
    kind, longest = LONGEST[name]
    lines = line_break.join(["x"] * (longest // 4))
    typed = lines + "x" * (longest - len(with_plain(lines)))
    taken: Any = TypeAdapter(kind).validate_python(typed)
    assert (taken, len(taken)) == (with_plain(typed), longest)
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(typed + "x")


def with_plain(text: str) -> str:
    return "\n".join(text.replace("\r\n", "\n").split("\r"))


@drawn(st.text(alphabet="ab\r\n", max_size=40))
def test_it_is_the_same_whichever_way_a_text_came(text):
    once = str(with_plain_line_breaks(text))
    assert "\r" not in once
    assert with_plain_line_breaks(once) == once
    assert {with_plain_line_breaks(once.replace("\n", each)) for each in BREAKS} == {once}


@pytest.mark.parametrize("other", [None, 3, ["a\r\nb"], b"a\r\nb"])
def test_what_is_no_text_is_left_for_the_fields_own_check(other):
    assert with_plain_line_breaks(other) == other


def test_every_command_that_takes_words_takes_them_so():
    """The bodies are made from the commands: whichever field holds words has the one type."""
    schemas = [body_of(each).model_json_schema() for each in CASE_COMMANDS if each.permission]
    limits = {each.get("maxLength") for schema in schemas for each in schema["properties"].values() if each.get("type") == "string"}
    assert limits <= {None, 200, 20_000}


@pytest.mark.parametrize(
    ("told", "number"), [("7", 7), ("007", 7), ("", None), ("-1", None), ("1.0", None), ("²", None), ("٣", None), ("9" * 5000, None)]
)
def test_a_whole_number_is_digits_and_not_too_many(told, number):
    assert whole_number(told) == number


@pytest.mark.parametrize("typed", ["", "x", "2026-02-30T08:00", "0001-01-01T00:00", "9999-12-31T23:59", "0001-01-01T00:00+14:00"])
def test_a_moment_that_nobody_means_is_none(typed):
    assert moment_of(typed, JAKARTA) is None


def test_a_moment_is_read_in_the_zone_unless_it_says_its_own():
    assert moment_of("2026-11-30T08:00", JAKARTA) == datetime(2026, 11, 30, 8, tzinfo=JAKARTA)
    assert moment_of("2026-11-30T08:00+09:00", JAKARTA) == datetime(2026, 11, 30, 6, tzinfo=JAKARTA)
