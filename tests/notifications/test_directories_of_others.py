"""Directories as other offices and programs write them: each is read, or set aside with file, row, table, field and reason, or refused by name."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from services.notifications.directory.describing import described
from services.notifications.directory.reading import read_hsds
from services.notifications.directory.searching import Listed
from services.notifications.directory.sifting import sift
from services.notifications.fhir.directory import services as as_fhir
from shared.errors import Invalid

ORGANIZATIONS, SERVICES = "id,name\no1,UPTD PPA\n", "id,organization_id,name\ns1,o1,Psikolog\n"
Aside = tuple[str, int, str, str, str, bool]


@dataclass(frozen=True)
class Bundle:
    """told: one entry of JSON, or files by name. rows: ids that are taken. aside: what is not."""

    told: Any
    rows: Mapping[str, list[str]]
    aside: tuple[Aside, ...] = ()
    name: str = "p.zip"

    def content(self) -> bytes:
        if isinstance(self.told, bytes):
            return self.told
        if not self.name.endswith(".zip"):
            return json.dumps(self.told).encode()
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            for name, text in self.told.items():
                archive.writestr(name, text)
        return made.getvalue()


BOTH = {"organizations": ["o1"], "services": ["s1"]}
FORTNIGHTLY = {
    "id": "h1",
    "freq": "WEEKLY",
    "interval": 2,
    "dtstart": "2026-01-05",
    "byday": "MO",
    "opens_at": "08:00",
    "closes_at": "12:00",
    "timezone": 7,
}
TWICE_A_MONTH = {
    "id": "h2", "freq": "MONTHLY", "bymonthday": "1,15", "opens_at": "09:00:00+09:00", "closes_at": "12:00", "timezone": "Asia/Jayapura",
    "valid_from": "2026-01-01", "valid_to": "2026-12-24", "notes": "Tutup pada hari libur.",
}  # fmt: skip
PLACES = [
    {"id": "x1", "location": {"id": "l1", "addresses": [{"id": "a1", "address_1": "Jalan 1"}]}, "schedules": [FORTNIGHTLY]},
    {"id": "x2", "location": {"id": "l2", "addresses": [{"id": "a2", "address_1": "Jalan 2"}]}, "schedules": [TWICE_A_MONTH]},
]
EMPTY = {
    "id": "s1", "name": "Psikolog", "minimum_age": "", "maximum_age": None, "assured_date": "", "phones": [{"id": "p1", "number": ""}],
    "schedules": [{"id": "h1", "byday": "", "opens_at": "", "interval": ""}],
}  # fmt: skip
BUNDLES: dict[str, Bundle] = {
    "no table of organisations": Bundle(
        {"services.csv": SERVICES, "phones.csv": "id,service_id,number\np1,s1,021\n"}, {},
        (("phones.csv", 2, "phones", "service_id", "dangling", True), ("services.csv", 2, "services", "organization_id", "dangling", True)),
    ),
    "rows that lead nowhere": Bundle(
        {"organizations.csv": ORGANIZATIONS, "services.csv": SERVICES + "s2,o9,Hilang\n", "schedules.csv": "id,service_id,byday\nh1,s2,MO\n"}, BOTH,
        (("schedules.csv", 2, "schedules", "service_id", "dangling", True), ("services.csv", 3, "services", "organization_id", "dangling", True)),
    ),
    "a spreadsheet's Unicode text": Bundle(
        {"organizations.csv": ORGANIZATIONS.replace(",", "\t").encode("utf-16"), "services.csv": SERVICES.encode("utf-16")}, BOTH
    ),
    "JSON in UTF-16": Bundle(json.dumps({"id": "o1", "name": "UPTD PPA"}).encode("utf-16"), {"organizations": ["o1"]}, name="o.json"),
    "a mark of UTF-8, semicolons, and line ends of Windows": Bundle(
        {"organizations.csv": b"\xef\xbb\xbfid;name\r\no1;UPTD, PPA\r\n", "services.csv": b"\xef\xbb\xbfid;organization_id;name\r\ns1;o1;Psikolog\r\n"}, BOTH
    ),
    "a separator in a line of its own": Bundle(
        {"organizations.csv": "sep=;\r\nid;name\r\no1;UPTD, PPA\r\n;Tanpa id\r\n"}, {"organizations": ["o1"]},
        (("organizations.csv", 4, "organizations", "id", "missing", True),),
    ),
    "more cells than the head": Bundle(
        {"organizations.csv": ORGANIZATIONS + "o2,UPTD, PPA\no3,Tiga,,\n"}, {"organizations": ["o1", "o3"]},
        (("organizations.csv", 3, "organizations", "", "too-many-cells", True),),
    ),
    "a tabular package with files of other names": Bundle(
        {
            "datapackage.json": json.dumps({"resources": [
                {"name": "organizations", "path": "data/lembaga.csv"}, {"name": "services", "path": "data/layanan.csv"}, {"name": 1}, "x",
            ]}),
            "data/lembaga.csv": ORGANIZATIONS, "data/layanan.csv": SERVICES, "data/belanja.csv": "a,b\n1,2\n",
        },
        BOTH,
    ),
    "names in capitals, in folders": Bundle({"HSDS/Organizations.CSV": ORGANIZATIONS, "HSDS/SERVICE.CSV": SERVICES}, BOTH),
    "nested JSON beside a table": Bundle(
        {
            "o.json": json.dumps({"id": "o1", "name": "UPTD PPA", "services": [{"id": "s1", "name": "Psikolog"}]}),
            "services.csv": SERVICES + "s2,o1,Hukum\ns1,o1,Lain\n",
        },
        {"organizations": ["o1"], "services": ["s1", "s2"]},
        (("services.csv", 4, "services", "id", "doubled", True),),
    ),
    "rows that stand twice": Bundle(
        {"organizations.csv": ORGANIZATIONS + "o1,UPTD PPA\no1,Lain\n", "services.csv": SERVICES + "s1,o1,Psikolog\n"}, BOTH,
        (("organizations.csv", 4, "organizations", "id", "doubled", True),),
    ),
    "an id that was moved": Bundle(
        {"organizations.csv": "id,name\no2,UPTD PPA\n", "services.csv": SERVICES + "s2,o2,Hukum\n"}, {"organizations": ["o2"], "services": ["s2"]},
        (("services.csv", 2, "services", "organization_id", "dangling", True),),
    ),
    "several places with hours of their own": Bundle(
        {"id": "o1", "name": "UPTD PPA", "services": [{"id": "s1", "name": "Psikolog", "service_at_locations": PLACES}]},
        {**BOTH, "locations": ["l1", "l2"], "service_at_location": ["x1", "x2"], "addresses": ["a1", "a2"], "schedules": ["h1", "h2"]}, name="o.json",
    ),
    "days that are none": Bundle(
        {"id": "o1", "name": "UPTD PPA", "services": [
            {"id": "s1", "name": "Psikolog", "schedules": [{"id": "h1", "byday": "MO", "until": "besok", "valid_from": "31/12/2026"}]},
        ]},
        {**BOTH, "schedules": ["h1"]},
        (("o.json", 1, "schedules", "until", "not-a-date", False), ("o.json", 1, "schedules", "valid_from", "not-a-date", False)), name="o.json",
    ),
    "empty texts instead of null": Bundle(
        {"id": "o1", "name": "UPTD PPA", "email": "", "services": [EMPTY]}, {**BOTH, "schedules": ["h1"]},
        (("o.json", 1, "phones", "number", "missing", True),), name="o.json",
    ),
    "null instead of lists": Bundle(
        {"id": "o1", "name": "UPTD PPA", "services": None, "phones": [None, {}], "locations": [[]]}, {"organizations": ["o1"]},
        (("o.json", 1, "locations", "", "not-an-object", True), ("o.json", 1, "phones", "id", "missing", True)), name="o.json",
    ),
    "services in an object that is nothing itself": Bundle(
        {"services": [{"id": "s1", "name": "Psikolog", "organization": {"id": "o1", "name": "UPTD PPA"}}]}, BOTH, name="o.json"
    ),
    "numbers that are none": Bundle(
        b'{"id": 1, "name": "A", "services": [{"id": 2, "name": "P", "minimum_age": NaN, "maximum_age": 1e999}]}',
        {"organizations": ["1"], "services": ["2"]},
        (("o.json", 1, "services", "maximum_age", "not-a-number", False), ("o.json", 1, "services", "minimum_age", "not-a-number", False)), name="o.json",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BUNDLES)
def test_a_directory_is_taken_but_for_what_is_set_aside(case):
    bundle = BUNDLES[case]
    sifted = sift(read_hsds(bundle.name, bundle.content()))
    assert {name: list(rows) for name, rows in sifted.rows.items() if rows} == bundle.rows
    assert tuple((each.file, each.row, each.table, each.field, each.reason, each.whole) for each in sifted.set_aside) == bundle.aside


REFUSED: dict[str, tuple[str, bytes, str]] = {
    "another encoding": ("services.csv", "id,name\ns1,Café\n".encode("cp1252"), "services.csv is not UTF-8"),
    "half of UTF-16": ("services.csv", b"\xff\xfei", "services.csv is not UTF-8"),
    "lines of JSON": ("o.json", b'{"id":"o1","name":"A"}\n{"id":"o2","name":"B"}\n', "o.json is not JSON"),
    "a head alone": ("organizations.csv", b"id,name\n", "no row of HSDS 3.0"),
    "a page of the web": ("o.json", b"<html></html>", "o.json is not JSON"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_nobody_can_read_is_refused_with_its_name(case):
    name, content, sentence = REFUSED[case]
    with pytest.raises(Invalid, match=sentence):
        read_hsds(name, content)


def listing(*schedules: dict[str, Any]) -> Any:
    told = {"id": "o1", "name": "UPTD PPA", "services": [{"id": "s1", "name": "Psikolog", "schedules": list(schedules)}]}
    sifted = sift(read_hsds("o.json", json.dumps(told).encode()))
    return described(sifted.rows["organizations"]["o1"], sifted)


def weekly(**more: Any) -> dict[str, Any]:
    return {"id": "h", "freq": "WEEKLY", "byday": "MO,WE", "opens_at": "08:00", "closes_at": "12:00"} | more


@pytest.mark.parametrize(
    ("schedule", "line"),
    [
        (weekly(), "MO,WE 08:00–12:00"),
        (weekly(interval=1), "MO,WE 08:00–12:00"),
        (FORTNIGHTLY, "setiap 2 minggu mulai 2026-01-05, MO 08:00–12:00 WIB"),
        (weekly(interval="2"), "setiap 2 minggu MO,WE 08:00–12:00"),
        (weekly(interval="dua"), "tidak setiap minggu MO,WE 08:00–12:00"),
        (weekly(freq="", interval=2), "tidak setiap minggu MO,WE 08:00–12:00"),
        (weekly(freq="monthly", interval=3, byday="2MO"), "setiap 3 bulan 2MO 08:00–12:00"),
        (weekly(freq="MONTHLY", byday="-1FR"), "setiap bulan -1FR 08:00–12:00"),
        (TWICE_A_MONTH, "setiap bulan tanggal 1,15 09:00–12:00 (Asia/Jayapura) sejak 2026-01-01 sampai 2026-12-24 Tutup pada hari libur."),
        (weekly(byweekno="41,42", count=3, timezone="+09:00"), "MO,WE minggu ke-41,42 08:00–12:00 WIT 3 kali"),
        (weekly(until="2026-12-31T00:00:00", timezone=8.0), "MO,WE 08:00–12:00 WITA sampai 2026-12-31"),
    ],
)
def test_hours_say_no_more_than_their_schedule(schedule, line):
    (offer,) = listing(schedule).offers
    assert offer.hours == (line,)
    (service,) = as_fhir([Listed(agency="o1", name="UPTD PPA", kind="", description="", offers=(offer,), services=(), corrections=())])
    assert ("availableTime" in service, service.get("comment")) == (
        (True, None) if line.startswith("MO,WE 08:00–12:00") and line.endswith("12:00") else (False, line)
    )


@pytest.mark.parametrize("more", [{"interval": 2}, {"valid_to": "2026-01-31"}, {"bymonthday": "1"}, {"count": 4}])
def test_day_and_night_on_some_days_is_not_day_and_night(more):
    (offer,) = listing(weekly(byday="MO,TU,WE,TH,FR,SA,SU", opens_at="00:00", closes_at="23:59") | more).offers
    assert (offer.around_the_clock, len(offer.hours)) == (False, 1)
