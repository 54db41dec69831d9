"""Partner agencies are read from HSDS 3.0 in every shape that districts export; what cannot be used is named and costs nothing else."""

import json
from pathlib import Path

import pytest

from district.agencies import AgencyRead, Skipped, read_agencies
from services.notifications.domain.listing import Offer
from shared.errors import Invalid
from tests.vectors import OURS, folder_of, foreign_wanted

HSDS = OURS / "hsds"
HEALTH_CENTRE = AgencyRead(
    "5f0c1b52-0000-4000-8000-000000000001", "Puskesmas Uji (FIKTIF)", "health-centre", ("Pemeriksaan kesehatan remaja", "Konsultasi gizi"),
    "https://puskesmas.contoh.invalid/tanggap", "whsec_dGFuZ2dhcDogcmFoYXNpYSB1amksIGJ1a2FuIGFzbGk=", "Lembaga fiktif untuk uji.",
    (
        Offer(service="5f0c1b52-0000-4000-8000-0000000000b1", name="Pemeriksaan kesehatan remaja", phones=("0800-11",)),
        Offer(service="5f0c1b52-0000-4000-8000-0000000000b2", name="Konsultasi gizi", phones=("0800-11",)),
    ),
    "puskesmas@contoh.invalid",
)  # fmt: skip
PSYCHOLOGIST = AgencyRead(
    "5f0c1b52-0000-4000-8000-000000000002", "Biro Psikologi Uji (FIKTIF)", "", ("Konseling keluarga",), None, None, "",
    (Offer(service="5f0c1b52-0000-4000-8000-0000000000b3", name="Konseling keluarga", hours=("MO,WE",)),),
)  # fmt: skip
HOSPITAL = AgencyRead(
    "5f0c1b52-0000-4000-8000-000000000003", "RSUD Uji (FIKTIF)", "", ("Psikiatri anak",), None, None, "", (Offer(service="y", name="Psikiatri anak"),),
)  # fmt: skip
SKIPPED = [
    Skipped("page.json[1] services", "not-an-object"),
    Skipped("page.json[1] services.name", "missing"),
    Skipped("page.json[2] organizations.name", "missing"),
    Skipped("page.json[3] organizations.id", "missing"),
    Skipped("page.json[4] organizations", "not-an-object"),
]


@pytest.mark.parametrize(
    ("file", "read", "skipped"),
    [("organization.json", [HEALTH_CENTRE], []), ("service.json", [PSYCHOLOGIST], []), ("page.json", [HOSPITAL], SKIPPED)],
)
def test_an_organisation_a_service_and_a_page_of_entries_are_read(file, read, skipped):
    assert read_agencies(HSDS / file) == (read, skipped)


def test_a_folder_is_read_file_by_file():
    assert read_agencies(HSDS) == ([HEALTH_CENTRE, HOSPITAL, PSYCHOLOGIST], SKIPPED)


def test_the_services_of_a_very_large_agency_beyond_those_that_are_described_are_told(tmp_path):
    services = [{"id": f"s{number}", "name": f"S{number}"} for number in range(52)]
    (tmp_path / "o.json").write_text(json.dumps({"id": "o", "name": "O", "services": services}), encoding="utf-8")
    (agency,), skipped = read_agencies(tmp_path / "o.json")
    assert (len(agency.services), len(agency.offers)) == (52, 50)
    assert skipped == [Skipped("o.json[1] services", "too-many")] * 2


def test_a_list_of_organisations_is_read_in_its_order(tmp_path):
    entries = [json.loads((HSDS / name).read_text(encoding="utf-8")) for name in ("service.json", "organization.json")]
    for told in (entries, {"organizations": entries}):
        (tmp_path / "list.json").write_text(json.dumps(told), encoding="utf-8-sig")
        assert read_agencies(tmp_path / "list.json") == ([PSYCHOLOGIST, HEALTH_CENTRE], [])


def test_an_office_s_address_that_is_none_costs_nothing_but_itself(tmp_path):
    told = {"id": "o-1", "name": "Biro Uji", "description": "-", "email": "kantor@uji.example; lain@uji.example"}
    (tmp_path / "o.json").write_text(json.dumps(told), encoding="utf-8")
    (read,), (skipped,) = read_agencies(tmp_path / "o.json")
    assert (read.name, read.mail, skipped.place) == ("Biro Uji", None, "o.json[1] organizations.email")


def test_what_is_registered_is_what_was_read():
    assert HEALTH_CENTRE.body() == {
        "id": HEALTH_CENTRE.id, "name": HEALTH_CENTRE.name, "kind": "health-centre", "services": list(HEALTH_CENTRE.services),
        "url": HEALTH_CENTRE.url, "mail": HEALTH_CENTRE.mail, "secret": HEALTH_CENTRE.secret,
    }  # fmt: skip
    assert HEALTH_CENTRE.listing() == {
        "id": HEALTH_CENTRE.id, "description": "Lembaga fiktif untuk uji.", "offers": [each.model_dump(mode="json") for each in HEALTH_CENTRE.offers],
    }  # fmt: skip


def test_a_file_that_is_absent_or_no_json_is_refused_by_its_name(tmp_path):
    (tmp_path / "broken.json").write_text('{"id": ', encoding="utf-8")
    with pytest.raises(Invalid, match=r"broken\.json is not JSON: export it again"):
        read_agencies(tmp_path / "broken.json")
    with pytest.raises(Invalid, match=r"absent\.json: there is no such file"):
        read_agencies(tmp_path / "absent.json")


def examples() -> list[tuple[Path, str, tuple[str, ...]]]:
    """Files, and the organisation and services in them: our own, and those of the specification where they are there."""
    ours = [
        (HSDS / "organization.json", HEALTH_CENTRE.name, HEALTH_CENTRE.services),
        (HSDS / "service.json", PSYCHOLOGIST.name, PSYCHOLOGIST.services),
    ]
    foreign = Path("hsds", "examples")
    counselling = ("Community Counselling",)
    theirs = [(foreign / f"{shape}_full.json", "Example Organization Inc.", counselling) for shape in ("organization", "service")]
    return ours + (theirs if foreign_wanted() else [])


@pytest.mark.parametrize(("file", "name", "services"), examples(), ids=str)
def test_the_full_examples_of_either_origin_are_read(file, name, services):
    (read,), skipped = read_agencies(file if file.is_absolute() else folder_of("foreign") / file)
    assert (read.name, read.services, skipped) == (name, services, [])
