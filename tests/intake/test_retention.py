"""The archive schedule as data: nothing is kept longer or shorter than its rule, over twenty years of random districts (ADR 50)."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain.erasure import Kept
from services.intake.domain.retention import PURPOSES, Life, Rule, Schedule, due, ends, still_kept, years_after
from services.intake.erasure import schedule as reading
from services.intake.erasure.schedule import read_schedule
from shared.errors import StartRefused

START = date(2026, 7, 1)
DAYS = 20 * 366
LEVELS = ("sd", "smp", "sma", "smk", "slb", "other")


def rule(**told) -> Rule:
    return Rule(**{"id": "1", "kind": "case-record", "years": 5, "counted_from": "leaving"} | told)


def schedule(*rules: Rule) -> Schedule:
    return Schedule(source="test", rules=rules)


RULES = st.lists(
    st.builds(
        Rule,
        id=st.sampled_from("abc"),
        kind=st.sampled_from(sorted(PURPOSES)),
        years=st.integers(0, 20),
        counted_from=st.sampled_from(("leaving", "birth")),
        levels=st.frozensets(st.sampled_from(LEVELS), max_size=3),
        whose=st.frozensets(st.sampled_from(("student", "guardian", "staff")), min_size=1),
        then=st.sampled_from(("destroy", "destroy", "destroy", "keep")),
    ),
    max_size=6,
).map(lambda rules: schedule(*rules))
LIVES = st.builds(
    Life,
    whose=st.sampled_from(("student", "guardian", "staff")),
    level=st.sampled_from(LEVELS),
    left=st.none() | st.dates(START, START + timedelta(days=DAYS)),
    born=st.none() | st.dates(date(2008, 1, 1), date(2020, 12, 31)),
)


def longest_by_hand(told: Schedule, life: Life, kinds: set[str]) -> list[tuple[date | None, str]]:
    """Independent of the code: the end of each rule that fits one of the kinds."""
    fitting = [each for each in told.rules if each.kind in kinds and life.whose in each.whose and (not each.levels or life.level in each.levels)]
    found = []
    for each in fitting:
        begun = life.left if each.counted_from == "leaving" else life.born
        counted = begun is not None and life.left is not None and each.then == "destroy"
        found.append((years_after(begun, each.years) if counted and begun else None, each.id))
    return found


@settings(max_examples=400)
@given(RULES, st.lists(LIVES, max_size=12))
def test_over_twenty_years_nothing_ends_before_its_rule_says_so_or_stays_a_day_longer(told, people):
    """Every day on which anything could change is lived through; each purpose ends on exactly the day of its strictest rule."""
    for life in people:
        ended: dict[str, date] = {}
        days = {
            START,
            *(kept.until for kept in ends(told, life).values() if kept.until),
            *(day for day, _ in longest_by_hand(told, life, set(PURPOSES)) if day),
        }
        for day in sorted({each + timedelta(days=move) for each in days for move in (-1, 0, 1)}):
            for purpose in due(told, life, day):
                ended.setdefault(purpose, day)
            assert not set(due(told, life, day)) & {kept.purpose for kept in still_kept(told, life, day)}
        named = {"case-record", "concern", "counselling-notes"}
        for kind, purposes in PURPOSES.items():
            for purpose in purposes:
                kinds = {kind} | (named if purpose == "identity" else set())
                expected = longest_by_hand(told, life, kinds)
                if not expected or any(day is None for day, _ in expected):
                    assert purpose not in ended
                else:
                    last = max(day for day, _ in expected if day)
                    assert ended[purpose] == max(last, min(days) - timedelta(days=1))


def test_without_a_schedule_nothing_ends_and_no_duty_keeps_anything():
    life = Life("student", "smp", START, date(2012, 1, 1))
    assert (due(schedule(), life, date(2100, 1, 1)), still_kept(schedule(), life, START)) == ((), ())


def test_the_rule_that_keeps_longest_counts_and_the_name_stays_as_long_as_what_it_names():
    told = schedule(rule(), rule(id="2", years=9), rule(id="3", kind="counselling-notes", years=2), rule(id="4", kind="identity", years=1))
    life = Life("student", "smp", START, None)
    assert ends(told, life)["case"] == Kept(purpose="case", until=date(2035, 7, 1), rule="2")
    assert ends(told, life)["identity"] == Kept(purpose="identity", until=date(2035, 7, 1), rule="2")
    assert due(told, life, date(2028, 6, 30)) == ("sign-in",)
    assert due(told, life, date(2028, 7, 1)) == ("counselling", "sign-in")


def test_a_kind_of_school_has_rules_of_its_own():
    told = schedule(rule(levels={"slb"}, counted_from="birth", years=25))
    assert ends(told, Life("student", "smp", START, date(2012, 2, 29))) == {}
    assert ends(told, Life("student", "slb", START, date(2012, 2, 29)))["case"].until == date(2037, 3, 1)


@pytest.mark.parametrize("life", [Life("student", "smp", None, date(2012, 1, 1)), Life("student", "smp", START, None)])
def test_what_cannot_be_counted_is_kept_until_it_can(life):
    told = schedule(rule(counted_from="birth", years=1))
    assert due(told, life, date(2100, 1, 1)) == ()
    assert {each.until for each in still_kept(told, life, date(2100, 1, 1))} == {None}


def test_the_example_reads_and_a_wrong_file_stops_the_start_by_name(tmp_path):
    example = Path(reading.__file__).with_name("schedule.example.toml")
    assert len(read_schedule(example).rules) == 3
    for content, told in (("source = ", "TOML"), ('source = "x"\n[[rules]]\nid = "1"\nkind = "x"\nyears = -1', "rules/0/kind"), ("", "source")):
        (tmp_path / "jra.toml").write_text(content)
        with pytest.raises(StartRefused, match=told):
            read_schedule(tmp_path / "jra.toml")
    assert read_schedule(None).rules == ()
