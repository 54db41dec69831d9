"""An export that was cut off: the guardians of one school are missing. It is refused for them with a table, and nobody leaves."""

from __future__ import annotations

from district.commands.directory import import_bundle, refused_rows
from district.commands.shell import Table
from district.demo.day import Day, LeftAlone
from district.sample.people import District
from district.sample.roster import write_roster

SCHOOL = "smp1"


def send_a_wrong_export(day: Day) -> None:
    """Imports the sample once more, without the guardians of one school. Raises: LeftAlone: the roster is one's own."""
    if day.own.roster:
        raise LeftAlone("daftar milik sendiri tidak disentuh / a roster of one's own is left alone")
    bundle = write_roster(cut_off(day.district), day.stage.home.folder / "demo-roster-wrong.zip")
    report = import_bundle(day.stage.origin, day.stage.home.service_headers(), bundle, allow_drop=False)
    day.kept.refused = refused_rows(report)
    if not day.kept.refused or report["applied"] or report["left"]:
        day.missing.append("the wrong export was not refused")


def cut_off(district: District) -> District:
    """The district as the wrong export has it."""
    return District(district.schools, [each for each in district.people if (each.kind, each.school) != ("guardian", SCHOOL)])


def refused_table(day: Day) -> Table:
    """What was refused of it, and what to do."""
    columns = ("sekolah:bagian / school:part", "sekolah / school", "akan hilang / would be lost", "dari / of", "yang harus dilakukan", "what to do")
    return Table("Ekspor keliru, ditolak / A wrong export, refused", columns, day.kept.refused)


def refused_lines(day: Day) -> list[str]:
    """The same in a line for each part."""
    return [
        f"ekspor keliru ditolak / wrong export refused: {part}, {lost} dari / of {of} hilang / lost" for part, _, lost, of, *_ in day.kept.refused
    ]
