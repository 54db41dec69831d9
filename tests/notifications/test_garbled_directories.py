"""Directories that are garbled in any way are refused as a whole or sifted, with table, row and reason; what is taken can be kept (ADR 40, 75)."""

import csv
import io
import json
import random
import zipfile
from collections.abc import Mapping

import pytest

from district.agencies import read_agencies
from services.notifications.api import AgencyBody
from services.notifications.directory.reading import read_hsds
from services.notifications.directory.routes import DescriptionBody
from services.notifications.directory.sifting import Sifted, sift
from services.notifications.directory.tables import TABLES, Name, Tables
from shared.errors import Invalid
from tests.notifications.garbling import as_bytes, broken, garbled
from tests.notifications.test_directory import CSV, ORGANIZATION, SERVICE

FORMS = ("an organisation", "a list", "a page", "a service", "tables", "a package")
BRIEF, FULL = range(300), pytest.param(range(300, 20_000), marks=pytest.mark.thorough)


def made(form: str, chance: random.Random) -> tuple[str, bytes]:
    """A file of this form, garbled. Its name, too, is as others may give it."""
    organization = {**ORGANIZATION, "attributes": [{"id": "b1", "link_id": "s1", "label": "tanggap.room", "value": "3"}]}
    if form == "tables":
        table = chance.choice(list(CSV))
        return f"{table}.csv", broken(chance, table_of(chance, CSV[table]))
    if form == "a package":
        return "hsds.zip", package(chance)
    told = {
        "an organisation": organization,
        "a list": [organization, {**organization, "id": "o2"}],
        "a page": {"total_items": 1, "page_number": 1, "contents": [organization]},
        "a service": {**SERVICE, "organization": organization},
    }[form]
    return chance.choice(("o.json", "o.JSON", "o", ".json")), as_bytes(chance, garbled(chance, told))


def table_of(chance: random.Random, told: str) -> bytes:
    """With another separator, other line ends, doubled or missing heads, rows of other lengths, an encoding of an office."""
    rows = list(csv.reader(io.StringIO(told)))
    for _ in range(chance.randint(0, 3)):
        row = chance.choice(rows)
        row[chance.randrange(len(row) or 1) :] = chance.choice((["id"], ["s1", "s1"], ["x" * 140_000], ["\x00"], ["inf"], [], ["a\nb", '"']))
        rows = rows or [["id"]]
    made_ = io.StringIO()
    csv.writer(made_, delimiter=chance.choice(",,,;\t|"), lineterminator=chance.choice(("\n", "\r\n", "\r", "\n\n"))).writerows(rows)
    return made_.getvalue().encode(chance.choice(("utf-8", "utf-8-sig", "utf-16", "cp1252")), "replace")


def package(chance: random.Random) -> bytes:
    """A tabular package whose tables are garbled, doubled, misplaced, packed in each other, or whose own bytes are."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        archive.writestr("datapackage.json", as_bytes(chance, garbled(chance, {"resources": [{"name": "services", "path": "services.csv"}]})))
        for name, text in CSV.items():
            folder = chance.choice(("", "hsds/", "../", "/", "a\\"))
            archive.writestr(f"{folder}{name}.csv", table_of(chance, text))
        if chance.random() < 0.2:
            archive.writestr("services.csv.zip", package(chance))
    return broken(chance, content.getvalue()) if chance.random() < 0.5 else content.getvalue()


def require_whole(tables: Tables, sifted: Sifted) -> None:
    """Whatever was taken leads somewhere, and whatever was not is told with its place and reason. No row is neither."""
    for name, table in TABLES.items():
        for key, row in sifted.rows[name].items():
            assert row["id"] == key
            assert all(row[column] in sifted.rows[other] for column, other in table.owners.items() if row[column])
    assert all(each.file and each.row and each.table and each.reason for each in sifted.set_aside)
    told = {(each.file, each.row, each.table) for each in sifted.set_aside if each.whole}
    assert [
        row
        for table, rows in tables.rows.items()
        for row in rows
        if (row.file, row.number, table) not in told and row["id"] not in sifted.rows[table]
    ] == []


@pytest.mark.parametrize("seeds", [BRIEF, FULL], ids=["brief", "full"])
@pytest.mark.parametrize("form", FORMS)
def test_a_garbled_directory_is_refused_or_sifted_and_what_is_taken_can_be_kept(form, seeds, tmp_path):
    outcomes = set()
    for seed in seeds:
        name, octets = made(form, random.Random(f"{form}-{seed}"))
        try:
            tables = read_hsds(name, octets)
            require_whole(tables, sift(tables))
        except Invalid:
            outcomes.add("refused")
            continue
        path = tmp_path / name
        path.write_bytes(octets)
        agencies, skipped = read_agencies(path)
        for agency in agencies:
            AgencyBody.model_validate({**agency.body(), "url": None, "secret": None})
            DescriptionBody.model_validate(agency.listing())
        assert all(each.place and each.reason for each in skipped), seed
        outcomes |= {"taken"} if agencies else set()
    assert outcomes >= {"refused", "taken"} if form != "tables" else outcomes, "both ends are met"


LONG = "x" * 101


@pytest.mark.parametrize(
    ("told", "place"),
    [
        ({**ORGANIZATION, "id": LONG}, "organizations"),
        ({**ORGANIZATION, "services": [{**SERVICE, "id": LONG}]}, "services"),
    ],
    ids=["organisation", "service"],
)
def test_an_id_that_nothing_can_be_kept_under_is_set_aside(told: Mapping[str, object], place: Name):
    sifted = sift(read_hsds("o.json", json.dumps(told).encode()))
    assert sifted.rows[place] == {}
    assert ("o.json", 1, place, "id", "too-long", True) in [
        (each.file, each.row, each.table, each.field, each.reason, each.whole) for each in sifted.set_aside
    ]


def test_a_package_with_a_file_without_a_name_is_refused():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("organizations.csv", CSV["organizations"])
        packed.writestr("b.csv", "b")
    with pytest.raises(Invalid, match="not whole"):
        read_hsds("package.zip", content.getvalue().replace(b"b.csv", b"\0.csv"))
