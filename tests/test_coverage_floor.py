"""The floor of coverage: what is counted, what falls under it, and that it only rises."""

import json

import pytest

from tests import coverage_floor
from tests.coverage_floor import FLOOR, ROOT, Lines, by_package, main, measured, verdict


def test_lines_are_counted_by_package_and_in_total():
    files = {
        "shared/web.py": Lines(10, 9),
        "shared/eventstore/store.py": Lines(20, 20),
        "shared/eventstore/unit.py": Lines(10, 1),
        "district/up.py": Lines(2, 2),
    }
    expected = {"district": Lines(2, 2), "shared": Lines(10, 9), "shared/eventstore": Lines(30, 21), "total": Lines(42, 32)}
    assert by_package(files) == expected
    assert [each.percent for each in (Lines(42, 32), Lines(3000, 2999), Lines(7, 7), Lines())] == [76.1, 99.9, 100.0, 100.0]


@pytest.mark.parametrize(
    ("percent", "floor", "earlier", "well", "says"),
    [
        (90.0, 90.0, [89.0, 90.0], True, "the floor is 90.0 %"),
        (91.0, 90.0, [], True, "the floor is 90.0 %"),
        (91.1, 90.0, [90.0], True, "raise .ci/coverage from 90.0 to 90.6"),
        (89.9, 90.0, [90.0], False, "add tests for what is new"),
        (95.0, 89.0, [88.0, 90.0, 89.0], False, "was 90.0 before and is 89.0: the floor only rises"),
    ],
)
def test_the_floor_holds_asks_to_be_raised_and_never_falls(percent, floor, earlier, well, says):
    sentence, fine = verdict(percent, floor, earlier)
    assert fine is well
    assert says in sentence


def test_the_report_of_a_run_is_read_and_its_verdict_is_the_exit_code(tmp_path, monkeypatch, capsys):
    report = tmp_path / "report.json"
    summary = {"num_statements": 8, "covered_lines": 7, "missing_lines": 1}
    report.write_text(json.dumps({"files": {"shared/web.py": {"summary": summary}}}), encoding="utf-8")
    assert measured(report) == {"shared/web.py": Lines(8, 7)}
    monkeypatch.setattr(coverage_floor, "remembered", list)
    monkeypatch.setattr(coverage_floor, "ROOT", tmp_path)
    (tmp_path / FLOOR).parent.mkdir()
    for floor, code in (("87.5\n", 0), ("87.6\n", 1)):
        (tmp_path / FLOOR).write_text(floor, encoding="utf-8")
        assert main(report) == code
    assert "shared                            7 of      8 lines   87.5 %" in capsys.readouterr().out


def test_the_floor_that_is_committed_is_a_number():
    assert 50 < float((ROOT / FLOOR).read_text(encoding="utf-8")) <= 100
