"""The people of a case are compared after every command. Fields that say nothing about them are passed over, and this shows that they say nothing."""

from collections.abc import Iterator
from dataclasses import fields
from itertools import accumulate, pairwise, product

import pytest

from services.cases.domain.case import people
from services.cases.domain.case.case import CASE
from services.cases.domain.case.state import ASIDE, Case
from tests.golden.histories import histories

HISTORIES = [each for each in histories() if each.service == "cases" and each.decider is CASE]


@pytest.fixture(scope="module")
def lives() -> list[list[Case]]:
    """The case after each event, of every recorded history."""
    return [list(accumulate(each.decoded(), CASE.evolve, initial=CASE.initial))[1:] for each in HISTORIES]


STRIDES = (1, 7, 61)
"""How far away the other case stands whose value a case is given."""


def exchanged(lives: list[list[Case]], name: str) -> Iterator[tuple[Case, Case]]:
    """Every case, and with another one's value in this field."""
    every = [case for life in lives for case in life]
    for place, stride in product(range(len(every)), STRIDES):
        other = every[(place + stride) % len(every)]
        yield every[place], every[place].changed(**{name: getattr(other, name)})


def is_late(case: Case) -> bool:
    return any(each.step for each in case.deadlines.values())


def test_a_field_that_is_passed_over_says_nothing_about_the_people(lives) -> None:
    for name in sorted(people.SILENT - {"deadlines"}):
        found = list(exchanged(lives, name))
        assert any(getattr(case, name) != getattr(other, name) for case, other in found), f"no history changes {name}"
        assert all(people.what_is_told(case) == people.what_is_told(other) for case, other in found), name


def test_of_the_deadlines_only_it_matters_whether_one_is_late(lives) -> None:
    found = list(exchanged(lives, "deadlines"))
    assert any(is_late(case) != is_late(other) for case, other in found)
    assert all(people.what_is_told(case) == people.what_is_told(other) for case, other in found if is_late(case) == is_late(other))


def test_what_is_said_is_what_the_comparison_of_everything_says(lives) -> None:
    steps = [pair for life in lives for pair in pairwise(life)]
    assert [bool(people.changed(before, after)) for before, after in steps] == [
        people.what_is_told(before) != people.what_is_told(after) for before, after in steps
    ]


def test_what_is_passed_over_are_fields() -> None:
    assert {each.name for each in fields(Case)} >= people.SILENT
    assert people.SILENT >= ASIDE, "what is aside is not even looked at"
