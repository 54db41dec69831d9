"""No small cell is shown, and none can be computed: for whatever is shown, another table of numbers would have shown the same."""

from collections import defaultdict
from itertools import product

import pytest

from services.cases.reading.small_cells import SMALL, compared, parted, shown


def test_a_number_alone_is_shown_from_five():
    assert [shown(count) for count in (0, 1, 4, 5, 9, 60)] == [0, "<5", "<5", "5-9", "5-9", "60-64"]


@pytest.mark.parametrize("names", ["a", "ab", "abc", "abcd", "abcde"])
def test_no_small_part_can_be_found_by_whoever_knows_every_rule(names):
    alike = defaultdict(list)
    for counts in product(range(8), repeat=len(names)):
        total, parts = parted(sum(counts), {name: count for name, count in zip(names, counts, strict=True) if count})
        assert not any(isinstance(part, int) and part < SMALL for part in parts.values())
        alike[total, tuple(parts.items())].append(counts)
    for tables in alike.values():
        for counts in zip(*tables, strict=True):
            assert len(set(counts)) >= SMALL - 1 or 0 in counts or max(counts) >= SMALL, tables


def test_of_two_tables_with_one_total_neither_gives_the_other_away():
    assert compared({"low": 11}, {"low": 5, "high": 6}) == ({"low": "10-14"}, {"low": "5-9", "high": "5-9"})
    assert compared({"low": 7, "high": 0}, {"low": 6, "high": 1}) == ({"low": "suppressed", "high": 0}, {"low": "suppressed", "high": "<5"})


def test_what_has_no_small_part_is_shown_whole():
    assert parted(11, {"medium": 6, "low": 5}) == ("10-18", {"medium": "5-9", "low": "5-9"})
    assert parted(7, {"medium": 6, "high": 1, "low": 0}) == ("suppressed", {"medium": "5-9", "high": "<5", "low": 0})
    assert parted(4, {"medium": 3, "high": 1}) == ("suppressed", {"medium": "<5", "high": "<5"})
    assert parted(0, {}) == (0, {})


def published(table: tuple[int, ...]) -> object:
    """What a district's report says of a school with these parts."""
    total, parts = parted(sum(table), {str(place): count for place, count in enumerate(table)})
    return total, tuple(parts.items())


def test_an_attacker_with_every_table_of_two_days_bounds_no_suppressed_cell_and_no_growth_tighter_than_the_threshold():
    """Knows every rule, and that counts only grow. Every pair of tables of two levels up to 12 is a random district's two days."""
    alike = defaultdict(list)
    for table in product(range(13), repeat=2):
        alike[published(table)].append(table)
    for first, then in product(alike.values(), repeat=2):
        pairs = [(one, two) for one in first for two in then if all(a <= b for a, b in zip(one, two, strict=True))]
        for place in range(2) if pairs else ():
            for values in ({one[place] for one, _ in pairs}, {two[place] for _, two in pairs}):
                assert len(values) >= SMALL - 1 or values == {0} or min(values) >= SMALL, (pairs, place)
            growth = {two[place] - one[place] for one, two in pairs}
            complete = max(two[place] for _, two in pairs) < 10  # what lies beyond 12 is cut off here
            assert len(growth) >= SMALL - 1 or growth == {0} or not complete, (pairs, place)
