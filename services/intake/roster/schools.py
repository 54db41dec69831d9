"""The schools of a bundle. One NPSN is one school, whatever the exporting system calls itself or the school."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from services.intake.roster.ids import school_id
from services.intake.roster.known import Known, KnownSchool
from services.intake.roster.reading import Row
from services.intake.roster.sifting import Sifted
from shared.events import SchoolRegistered

Level = Literal["sd", "smp", "sma", "smk", "slb", "other", "district"]

_LEVELS: tuple[tuple[str, Level], ...] = (
    ("sd", "sd"), ("mi", "sd"), ("smp", "smp"), ("mts", "smp"), ("sma", "sma"), ("ma", "sma"), ("smk", "smk"), ("slb", "slb"),
)  # fmt: skip
_NPSN = re.compile(r"\d{8}|[A-Z]\d{7}")
"""The national number of a school: eight digits, or a letter and seven."""


@dataclass
class Schools:
    """told: what the bundle says of each school. ids: our id of each school, by the id that the bundle uses."""

    told: list[SchoolRegistered] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)


def read_schools(sifted: Sifted, known: Known) -> Schools:
    """The schools of which the bundle has a row."""
    named = [row for row in sifted.rows["orgs"] if _has_name(sifted, row, known)]
    schools = Schools()
    for rows in _by_school(named):
        first = min(rows, key=lambda row: row["sourcedId"])
        school = _known_as(first, rows, known, sifted.bundle.source)
        schools.told.append(_school(sifted, first, school, known.schools.get(school)))
        schools.ids |= {row["sourcedId"]: school for row in rows}
    return schools


def ids_of(schools: Schools, portion: Sifted, known: Known) -> Mapping[str, str]:
    """Our ids of the schools. Where orgs.csv holds only changes, those that we have and that some people's rows name count, too."""
    if "orgs" in portion.bundle.files and portion.bundle.manifest.whole("orgs"):
        return schools.ids
    source = portion.bundle.source
    used = {each for row in portion.rows["users"] for each in (*row.many("orgSourcedIds"), row["primaryOrgSourcedId"])}
    used |= {row["orgSourcedId"] for row in portion.rows["roles"]}
    return schools.ids | {each: school_id(source, each) for each in used - schools.ids.keys() if school_id(source, each) in known.schools}


def _has_name(sifted: Sifted, row: Row, known: Known) -> bool:
    """A list of a school may give its number alone; its name is then the one that we have."""
    has_name = bool(row["name"] or (_npsn(row) and any(each.npsn == _npsn(row) for each in known.schools.values())))
    if not has_name:
        sifted.put_row_aside("orgs", row, "name", "no-name")
    return has_name


def _by_school(rows: Iterable[Row]) -> Iterable[list[Row]]:
    found: Mapping[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        number = _npsn(row)
        found[("npsn", number) if number and _NPSN.fullmatch(number) else ("id", row["sourcedId"])].append(row)
    return found.values()


def _known_as(first: Row, rows: list[Row], known: Known, source: str) -> str:
    """The id that the school has, or a new one. Where two schools of ours have the number, the one that this system's id leads to goes before."""
    number = _npsn(first)
    own = [school_id(source, row["sourcedId"]) for row in rows]
    ours = sorted(school for school, each in known.schools.items() if each.npsn == number) if number and _NPSN.fullmatch(number) else []
    return next((school for school in ours if school in own), ours[0] if ours else school_id(source, first["sourcedId"]))


def _npsn(row: Row) -> str:
    return row["identifier"] if row["type"].lower() == "school" else ""


def _school(sifted: Sifted, row: Row, school: str, was: KnownSchool | None) -> SchoolRegistered:
    """was: how we have the school. A number or a cluster that the export does not say, or says wrongly, stays."""
    name = row["name"] or (was.name if was else "")
    level = _level(name) if row["type"].lower() == "school" else "district"
    return SchoolRegistered(school=school, npsn=_number(sifted, row, was), name=name, level=level, cluster=_cluster(sifted, row, was))


def _number(sifted: Sifted, row: Row, was: KnownSchool | None) -> str | None:
    told, known = _npsn(row), was.npsn if was else None
    if told and known and _NPSN.fullmatch(known) and not _NPSN.fullmatch(told):
        sifted.put_cell_aside("orgs", row, "identifier", "not-an-npsn")
        return known
    return told or known


def _cluster(sifted: Sifted, row: Row, was: KnownSchool | None) -> str | None:
    is_told = sifted.has_column("orgs", "metadata.cluster") and "metadata.cluster" not in sifted.touched_of("orgs", row["sourcedId"])
    if is_told or was is None:
        return row["metadata.cluster"] or None if is_told else None
    return was.cluster


def _level(name: str) -> Level:
    words = name.lower().replace("n ", " ").split()
    first = words[0] if words else ""
    return next((level for prefix, level in _LEVELS if first in (prefix, f"{prefix}n", f"{prefix}s")), "other")
