"""A directory of agencies in HSDS 3.0: every row is taken or set aside with table, row and reason, whatever the form and however it is damaged."""

import csv
import io
import json
import random
import zipfile
from collections.abc import Mapping

import pytest

from services.notifications.directory.reading import read_hsds
from services.notifications.directory.sifting import Sifted, sift
from services.notifications.directory.tables import TABLES
from shared.errors import Invalid
from tests.vectors import folder_of, foreign_wanted

SERVICE = {
        "id": "s1", "name": "Psikolog anak", "minimum_age": 6, "maximum_age": 18, "assured_date": "2026-11-01", "phones": [{"id": "p1", "number": "021"}],
        "schedules": [{"id": "h1", "byday": "MO,TU", "opens_at": "08:00"}], "service_areas": [{"id": "d1", "name": "Kota Contoh"}],
        "languages": [{"id": "l1", "name": "Indonesia", "code": "id"}], "required_documents": [{"id": "r1", "document": "Surat rujukan"}],
        "service_at_locations": [{"id": "x1", "location": {"id": "t1", "name": "Kantor"}}],
}  # fmt: skip
ORGANIZATION = {
    "id": "o1", "name": "UPTD PPA Uji (FIKTIF)", "email": "halo@uptd.invalid", "contacts": [{"id": "c1", "name": "Nama Orang"}],
    "phones": [{"id": "p1", "number": "021", "languages": [{"id": "l2", "name": "Jawa"}]}],
    "locations": [{"id": "t1", "name": "Kantor", "addresses": [{"id": "a1", "address_1": "Jalan Uji 1", "city": "Contoh"}]}],
    "organization_identifiers": [{"id": "i1", "identifier": "P1", "identifier_scheme": "ID-KEMKES-FASKES"}],
    "services": [SERVICE],
}  # fmt: skip

CSV: Mapping[str, str] = {
    "organizations": "id,name\no1,UPTD PPA Uji (FIKTIF)\n",
    "services": "id,organization_id,name,minimum_age\ns1,o1,Psikolog anak,6\ns2,o9,Hilang,6\ns3,o1,Konsultasi,enam\n",
    "locations": "id,organization_id,name\nt1,o9,Kantor\n",
    "service_at_location": "id,service_id,location_id\nx1,s1,t1\nx2,s2,t1\n",
    "phones": "id,service_id,organization_id,number\np1,s2,o1,021\np2,,,022\n",
}


def zipped(files: Mapping[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"hsds/{name}.csv", text)
    return content.getvalue()


def read(told: object) -> Sifted:
    return sift(read_hsds("o.json", json.dumps(told).encode()))


def counted(sifted: Sifted) -> dict[str, int]:
    return {name: len(rows) for name, rows in sifted.rows.items() if rows}


def aside(sifted: Sifted) -> list[tuple[str, int, str, str, str, bool]]:
    return [(each.file, each.row, each.table, each.field, each.reason, each.whole) for each in sifted.set_aside]


EVERYTHING = {
    "organizations": 1, "services": 1, "locations": 1, "service_at_location": 1, "addresses": 1, "phones": 1, "schedules": 1, "service_areas": 1,
    "languages": 2, "required_documents": 1, "organization_identifiers": 1,
}  # fmt: skip


def test_an_organisation_in_full_is_taken_with_its_services_places_hours_areas_and_languages():
    sifted = read(ORGANIZATION)
    assert (counted(sifted), aside(sifted)) == (EVERYTHING, [])
    assert sifted.rows["service_at_location"]["x1"].cells == {"id": "x1", "service_id": "s1", "location_id": "t1"}
    assert sifted.rows["phones"]["p1"].cells == {"id": "p1", "number": "021", "organization_id": "o1", "service_id": "s1"}
    assert "Nama Orang" not in repr(sifted)


def test_a_service_and_a_service_at_a_place_say_the_same_from_below():
    service = {**SERVICE, "organization": {"id": "o1", "name": "UPTD PPA Uji (FIKTIF)"}}
    assert counted(read(service))["organizations"] == 1
    assert read(service).rows["services"]["s1"]["organization_id"] == "o1"
    place = {"id": "x1", "location": {"id": "t1", "name": "Kantor"}, "service": service}
    assert read(place).rows["service_at_location"]["x1"].cells == {"id": "x1", "service_id": "s1", "location_id": "t1"}


def test_dangling_rows_and_cells_are_set_aside_with_table_row_and_reason():
    sifted = sift(read_hsds("hsds.zip", zipped(CSV)))
    assert counted(sifted) == {"organizations": 1, "services": 2, "locations": 1, "service_at_location": 1, "phones": 1}
    assert aside(sifted) == [
        ("locations.csv", 2, "locations", "organization_id", "dangling", False),
        ("phones.csv", 2, "phones", "service_id", "dangling", False),
        ("phones.csv", 3, "phones", "", "of-nobody", True),
        ("service_at_location.csv", 3, "service_at_location", "service_id", "dangling", True),
        ("services.csv", 3, "services", "organization_id", "dangling", True),
        ("services.csv", 4, "services", "minimum_age", "not-a-number", False),
    ]


def test_two_rows_of_one_id_that_contradict_are_not_chosen_between():
    sifted = read([{"id": "o1", "name": "Satu"}, {"id": "o1", "name": "Dua"}, {"id": "o1", "name": "Satu"}])
    assert ([row["name"] for row in sifted.rows["organizations"].values()], aside(sifted)) == (
        ["Satu"],
        [("o.json", 2, "organizations", "id", "doubled", True)],
    )


def deep() -> object:
    entry: dict[str, object] = {"id": "s", "name": "Dalam"}
    for _ in range(50):
        entry = {"id": "s", "name": "Dalam", "services": [entry]}
    return entry


REFUSED = {
    "no JSON": b'{"id": ',
    "a nest without end": b"[" * 100_000,
    "entries inside each other without end": json.dumps(deep()).encode(),
    "half a zip": zipped(CSV)[:200],
    "a zip of nothing": zipped({}),
    "another zip": zipped({"belanja": "a,b\n1,2\n"}),
    "UTF-16": "id,name".encode("utf-16"),
    "nothing": b"",
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_hsds_is_refused_as_a_whole(case):
    with pytest.raises(Invalid):
        read_hsds("o.json", REFUSED[case])


@pytest.mark.skipif(not foreign_wanted(), reason="the specification's own examples are not here")
@pytest.mark.parametrize("shape", ["organization", "service", "service_at_location"])
def test_the_specifications_own_examples_are_taken_whole(shape):
    sifted = sift(read_hsds("x.json", (folder_of("foreign") / "hsds" / "examples" / f"{shape}_full.json").read_bytes()))
    assert [each for each in sifted.set_aside if each.whole] == []
    assert {"organizations", "services", "locations", "service_at_location"} <= counted(sifted).keys()


@pytest.mark.skipif(not foreign_wanted(), reason="the specification's own examples are not here")
def test_the_specifications_own_tables_are_taken_but_for_what_dangles():
    """The official package has references that lead nowhere; one of them is in a table that we take."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in sorted((folder_of("foreign") / "hsds" / "examples" / "csv").glob("*.csv")):
            archive.write(path, path.name)
    sifted = sift(read_hsds("csv.zip", content.getvalue()))
    assert aside(sifted) == [("locations.csv", 2, "locations", "organization_id", "dangling", False)]
    assert counted(sifted) == dict.fromkeys(TABLES, 1)


def test_a_row_that_stands_twice_is_kept_where_one_of_its_owners_is_there_and_no_second_owner_is_passed_over_in_silence():
    services = "id,organization_id,name\ns1,o9,Psikolog\ns1,o1,Psikolog\ns1,o2,Psikolog\ns2,o8,Hilang\ns2,,Hilang\n"
    sifted = sift(read_hsds("hsds.zip", zipped({"organizations": "id,name\no1,Satu\no2,Dua\n", "services": services})))
    assert {key: row["organization_id"] for key, row in sifted.rows["services"].items()} == {"s1": "o1"}
    assert aside(sifted) == [
        ("services.csv", 2, "services", "organization_id", "dangling", False), ("services.csv", 4, "services", "organization_id", "doubled", False),
        ("services.csv", 5, "services", "organization_id", "dangling", True), ("services.csv", 6, "services", "", "of-nobody", True),
    ]  # fmt: skip


def damaged(chance: random.Random) -> dict[str, str]:
    files = dict(CSV)
    for _ in range(chance.randint(1, 6)):
        name = chance.choice(list(files))
        rows = list(csv.reader(io.StringIO(files[name])))
        row = chance.choice(rows or [[]])
        if row:
            row[chance.randrange(len(row))] = chance.choice(["", "x" * 6000, "\u202e", "s1", "o9", '"', "-1", "2026-02-30", "\n", "Ω漢字"])
        chance.shuffle(rows) if chance.random() < 0.1 else None
        told = io.StringIO()
        csv.writer(told, lineterminator="\n").writerows(rows)
        files[name] = told.getvalue()[: None if chance.random() > 0.1 else chance.randrange(60)]
    return files


@pytest.mark.parametrize("piece", range(10))
def test_a_thousand_damaged_packages_are_refused_or_sifted(piece):
    for seed in range(piece * 100, piece * 100 + 100):
        try:
            sifted = sift(read_hsds("hsds.zip", zipped(damaged(random.Random(seed)))))
        except Invalid:
            continue
        for name, table in TABLES.items():
            for row in sifted.rows[name].values():
                assert all(row[column] in sifted.rows[other] for column, other in table.owners.items() if row[column]), seed
        assert all(each.file and each.row for each in sifted.set_aside), seed
