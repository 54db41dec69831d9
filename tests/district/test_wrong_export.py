"""The demonstration's wrong export: refused for the guardians of one school, and nothing of it is applied."""

import httpx
import pytest

from district.demo.day import LeftAlone, OwnFiles
from district.demo.page import page
from district.demo.wrong_export import SCHOOL, cut_off, refused_table, send_a_wrong_export
from district.sample.people import generate
from district.sample.roster import SOURCE, write_roster
from services.intake.roster.ids import school_id
from tests.district.test_demo_kept import day_of, district_with
from tests.intake.exports import Held

PART = ("20100002:guardians", "SMP Negeri 1", 96, 96, "periksa", "check")


def test_the_export_loses_the_guardians_of_one_school_and_changes_nothing_else(tmp_path):
    district, held = generate(), Held()
    held.take(write_roster(district, tmp_path / "whole.zip"))
    _, made = held.planned(write_roster(cut_off(district), tmp_path / "wrong.zip"))
    count = len(district.of(SCHOOL, "guardian"))
    assert [(each.school, each.part, each.reason, each.lost, each.of) for each in made.refused] == [
        (school_id(SOURCE, SCHOOL), "guardians", "loses-too-many", count, count)
    ]
    assert (made.people, made.departures) == ([], [])


def test_what_was_refused_stands_on_the_page_and_with_its_mend_in_the_file(tmp_path):
    day = day_of(tmp_path, lambda _: httpx.Response(200, json={"items": [], "next": None, "state": "closed"}))
    day.kept.refused = [PART]
    assert any("20100002:guardians, 96 dari / of 96" in line for line in page(day, [], []))
    assert refused_table(day).lines()[-1] == "20100002:guardians\tSMP Negeri 1\t96\t96\tperiksa\tcheck"


def test_a_roster_of_ones_own_is_left_alone(tmp_path):
    with pytest.raises(LeftAlone):
        send_a_wrong_export(day_of(tmp_path, district_with([], []), own=OwnFiles(roster=tmp_path / "own.zip")))
