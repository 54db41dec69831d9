"""No small cell is shown, and none can be computed: for whatever is shown, another table of numbers would have shown the same."""

from collections import defaultdict
from itertools import product

import pytest

from services.cases.reading.small_cells import SMALL, compared, parted, shown


def test_a_number_alone_is_shown_from_five():
    assert [shown(count) for count in (0, 1, 4, 5, 60)] == [0, "<5", "<5", 5, 60]


@pytest.mark.parametrize("names", ["a", "ab", "abc", "abcd", "abcde"])
def test_no_small_part_can_be_found_by_whoever_knows_every_rule(names):
    alike = defaultdict(list)
    for counts in product(range(8), repeat=len(names)):
        total, parts = parted(sum(counts), {name: count for name, count in zip(names, counts, strict=True) if count})
        assert not any(isinstance(part, int) and part < SMALL for part in parts.values())
        alike[total, tuple(parts.items())].append(counts)
    for tables in alike.values():
        for counts in zip(*tables, strict=True):
            assert len(set(counts)) > 1 or not 0 < counts[0] < SMALL, tables


def test_of_two_tables_with_one_total_neither_gives_the_other_away():
    assert compared({"low": 11}, {"low": 5, "high": 6}) == ({"low": 11}, {"low": 5, "high": 6})
    assert compared({"low": 7, "high": 0}, {"low": 6, "high": 1}) == ({"low": "suppressed", "high": 0}, {"low": "suppressed", "high": "<5"})


def test_what_has_no_small_part_is_shown_whole():
    assert parted(11, {"medium": 6, "low": 5}) == (11, {"medium": 6, "low": 5})
    assert parted(7, {"medium": 6, "high": 1, "low": 0}) == ("suppressed", {"medium": 6, "high": "<5", "low": 0})
    assert parted(4, {"medium": 3, "high": 1}) == ("<5", {"medium": "<5", "high": "<5"})
    assert parted(0, {}) == (0, {})
