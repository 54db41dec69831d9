"""The policy as data: every wrong file is refused, with its line and key."""

from datetime import date

import pytest

from services.cases.policies import parse_policy, policy_for, policy_of, read_policy
from shared.errors import Invalid
from tests.cases.drafts import changed
from tests.cases.people import POLICY


def refused(text):
    with pytest.raises(Invalid) as error:
        parse_policy(text, "draft.toml")
    return error.value


WRONG_KEYS = {
    # what is wrong: the change, the key that the error names, the text of the line that it points to
    "unknown-field": ("repeat_days = 30", "repeat_days = 30\ncolour = 1", "colour", "colour = 1"),
    "unknown-field-in-a-table": ("adult = 18", "adult = 18\ncolour = 1", "telling.colour", "colour = 1"),
    "unknown-field-of-a-clock": ("plan = 10080", "plam = 10080", "clocks.medium.plam", "plam = 10080"),
    "wrong-level-of-a-category": ('"bullying" = "medium"', '"bullying" = "grave"', "categories.bullying", '"bullying" = "grave"'),
    "wrong-level-of-a-fact": ('"fear" = "medium"', '"fear" = "Medium"', "facts.fear", '"fear" = "Medium"'),
    "unknown-category": ('"quarrel" = "low"', '"quarel" = "low"', "categories.quarel", '"quarel" = "low"'),
    "unknown-fact": ('"fear" = "medium"', '"anger" = "medium"', "facts.anger", '"anger" = "medium"'),
    "unknown-critical-fact": ('"family" = ["unsafe_now"]', '"family" = ["unsafe"]', "critical.family", '"family" = ["unsafe"]'),
    "unknown-authority": ('"medical", "drugs", "weapon"', '"medical", "drug", "weapon"', "referral.authority", 'authority = ["medical"'),
    "wrong-zone": ('zone = "Asia/Jakarta"', 'zone = "WIB"', "calendar.zone", 'zone = "WIB"'),
    "wrong-school-day": ("school_days = [1, 2, 3, 4, 5]", "school_days = [1, 8]", "calendar.school_days", "school_days = [1, 8]"),
    "no-school-day-at-all": ("school_days = [1, 2, 3, 4, 5]", "school_days = []", "calendar.school_days", "school_days = []"),
    "wrong-type": ("adult = 18", 'adult = "eighteen"', "telling.adult", "adult ="),
    "wrong-date": ("effective = 2026-01-01", 'effective = "soon"', "effective", "effective ="),
    "too-small": ("reopen_days = 30", "reopen_days = -1", "reopen_days", "reopen_days = -1"),
    "too-large": ("decide = 60", "decide = 90000", "clocks.emergency.decide", "decide = 90000"),
    "no-rungs": ('rungs = ["counsellor", "coordinator", "principal", "district-duty"]', "rungs = []", "ladder.rungs", "rungs = []"),
    "climb-of-nothing": ("emergency = [15, 15, 15]", "emergency = []", "ladder.climb.emergency", "emergency = []"),
    "unknown-level-of-a-climb": ("low = [2880, 2880, 2880]", "low = [2880]\nlowest = [1]", "ladder.climb.lowest", "lowest = [1]"),
    "holiday-without-its-end": (
        '{ first = 2026-05-01, last = 2026-05-01, name = "Hari Buruh" }', '{ first = 2026-05-01, name = "Hari Buruh" }',
        "calendar.holidays.2.last", "holidays = [",
    ),
    "holiday-that-is-no-date": (
        '{ first = 2026-05-01, last = 2026-05-01, name = "Hari Buruh" }', '{ first = "1 Mei", last = 2026-05-01, name = "Hari Buruh" }',
        "calendar.holidays.2.first", "holidays = [",
    ),
    "missing-key-of-a-clock": ("acknowledge = 15\n", "", "clocks.emergency.acknowledge", "[clocks.emergency]"),
    "missing-key-of-a-table": ("letter = 1440", "", "telling.letter", "[telling]"),
    "missing-climb": ("low = [2880, 2880, 2880]", "", "ladder.climb lacks low", None),
    "missing-clock": (
        "[clocks.low]\nacknowledge = 2880\ndecide = 7200\nrespond = 7200\ncontact_school_days = 5\n", "", "clocks lacks low", None,
    ),
    "missing-table": ("[telling]\nadult = 18\nletter = 1440\n", "", "telling", None),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "line"), WRONG_KEYS.values(), ids=WRONG_KEYS)
def test_a_wrong_policy_file_is_refused_with_its_line_and_its_key(old, new, key, line):
    text = changed((old, new))
    told = str(refused(text))
    assert told.startswith("draft.toml: line ")
    assert key in told
    number = int(told.removeprefix("draft.toml: line ").split(":")[0])
    if line:
        assert text.splitlines()[number - 1].startswith(line)
    else:
        assert number == 1, "what is nowhere in the file is told at its top"


def test_every_error_of_a_file_is_told_at_once_and_never_the_value():
    text = changed(('"bullying" = "medium"', '"bullying" = "rahasia"'), ("adult = 18", 'adult = "kenari"'), ("plan = 10080", "plam = 10080"))
    error = refused(text)
    assert sorted(fault.pointer for fault in error.faults) == ["/categories/bullying", "/clocks/medium/plam", "/telling/adult"]
    assert str(error).count("line ") == len(error.faults)
    assert "rahasia" not in str(error)
    assert "kenari" not in str(error)


def test_a_holiday_that_ends_before_it_begins_is_refused():
    told = str(refused(changed(("first = 2026-03-19, last = 2026-03-25", "first = 2026-03-25, last = 2026-03-19"))))
    assert "calendar.holidays.1: " in told


def test_what_is_no_toml_and_what_is_no_file_is_told_by_name(tmp_path):
    broken = changed(("adult = 18", "adult = "))
    line = broken.splitlines().index("adult = ") + 1
    assert str(refused(broken)).startswith("draft.toml: ")
    assert f"(at line {line}, column" in str(refused(broken))
    with pytest.raises(Invalid, match="there is no such file"):
        read_policy(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'id = "\xe9"')
    with pytest.raises(Invalid, match=r"latin\.toml: not a text in UTF-8"):
        read_policy(tmp_path / "latin.toml")


def test_the_policy_in_force_is_the_newest_whose_day_has_come():
    assert policy_for(date(2026, 1, 1)).id == "default"
    assert policy_of("default", 1) == POLICY
    assert policy_of("default", 999) is None
    assert policy_of("nobody's", 1) is None
