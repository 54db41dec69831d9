"""An export that was cut off: a school's guardians are missing. It is refused for them, and nobody leaves."""

from __future__ import annotations

from typing import Any

from district.commands.directory import import_bundle, refused_rows
from district.commands.shell import checked
from district.demo.day import Day
from district.sample.people import District
from district.sample.roster import write_roster

SCHOOL = "smp1"

COLUMNS = ("sekolah:bagian / school:part", "sekolah / school", "hilang / lost", "dari / of", "yang harus dilakukan", "what to do")


def send_a_wrong_export(day: Day) -> None:
    """Imports the sample without the guardians of one school, right after the whole sample."""
    bundle = write_roster(cut_off(day.district), day.stage.home.folder / "demo-roster-wrong.zip")
    report = import_bundle(day.stage.origin, day.stage.home.service_headers(), bundle, allow_drop=False)
    if not report["refused"] or report["applied"] or report["left"]:
        day.missing.append("the wrong export was not refused")


def cut_off(district: District) -> District:
    """The district as the wrong export has it."""
    return District(district.schools, [each for each in district.people if (each.kind, each.school) != ("guardian", SCHOOL)])


def refused_lastly(day: Day) -> list[tuple[Any, ...]]:
    """What of the last import was refused, as rows of a table with these columns."""
    return refused_rows(checked(day.client.get(f"{day.stage.origin}/intake/api/roster/report", headers=day.stage.home.service_headers())))
