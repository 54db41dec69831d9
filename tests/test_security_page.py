"""The page of security names every requirement of ASVS 5.0.0 up to level 2 once, and only tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (?P<items>[\d., ]+) \| (?P<state>[a-z ]+) \| (?P<where>.+) \|$", re.MULTILINE)
STATES = {"done", "partly", "not yet", "none here", "operator"}


def rows() -> list[tuple[list[str], str, str]]:
    return [(found["items"].split(", "), found["state"], found["where"]) for found in ROW.finditer(PAGE)]


def test_every_requirement_of_levels_1_and_2_stands_there_once():
    wanted = (ROOT / "tests" / "data" / "asvs-5.0.0-level-2.txt").read_text(encoding="utf-8").split()
    named = [item for items, _, _ in rows() for item in items]
    assert sorted(named) == sorted(wanted)
    assert len(wanted) == 253


def test_every_row_says_how_far_it_is():
    assert {state for _, state, _ in rows()} <= STATES


def test_every_test_that_it_names_is_there():
    named = re.findall(r"`(tests/[^`]+)`", PAGE)
    assert [each for each in named if not (ROOT / each).exists()] == []
    assert len(set(named)) > 40
