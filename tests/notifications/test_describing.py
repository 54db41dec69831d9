"""What HSDS says about a service is kept, with what belongs to it through the places where it is offered."""

import json
from datetime import date

import pytest

from services.notifications.directory.describing import LONGEST, LONGEST_LINE, described
from services.notifications.directory.reading import read_hsds
from services.notifications.directory.sifting import sift
from services.notifications.domain.listing import Offer


def offer(attributes=(), **service) -> Offer:
    told = {"id": "a", "name": "A", "services": [{"id": "s", "name": "S", **service}], "attributes": list(attributes)}
    sifted = sift(read_hsds("a.json", json.dumps(told).encode()))
    (found,) = described(sifted.rows["organizations"]["a"], sifted).offers
    return found


def test_everything_that_is_said_of_a_service_is_kept():
    at_a_place = {
        "id": "at", "location": {"id": "l", "name": "Kantor", "addresses": [{"id": "d", "address_1": "Jalan 1", "city": "Contoh"}]},
        "schedules": [{"id": "h", "byday": "MO", "opens_at": "08:00", "closes_at": "14:00"}],
    }  # fmt: skip
    found = offer(
        description="Konseling.", alert="Tutup pada hari libur.", eligibility_description="Murid", status="active", minimum_age=10, maximum_age=18.5,
        assured_date="2026-01-31", service_areas=[{"id": "w", "name": "Kabupaten Contoh"}], languages=[{"id": "b", "name": "Jawa"}],
        phones=[{"id": "t", "number": "٠00", "description": "kantor"}], service_at_locations=[at_a_place],
    )  # fmt: skip
    assert found == Offer(
        service="s", name="S", description="Konseling. Tutup pada hari libur.", eligibility="Murid", minimum_age=10, maximum_age=18.5,
        areas=("Kabupaten Contoh",), languages=("Jawa",), hours=("MO 08:00–14:00",), places=("Jalan 1, Contoh",), phones=("000 kantor",),
        checked_on=date(2026, 1, 31),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("told", "always"),
    [
        ({"schedules": [{"id": "h", "freq": "DAILY", "opens_at": "00:00", "closes_at": "23:59"}]}, True),
        ({"schedules": [{"id": "h", "byday": "MO,TU,WE,TH,FR,SA,SU", "opens_at": "00:00:00", "closes_at": "24:00"}]}, True),
        ({"schedules": [{"id": "h", "byday": "MO,TU,WE,TH,FR", "opens_at": "00:00", "closes_at": "23:59"}]}, False),
        ({"schedules": [{"id": "h", "freq": "WEEKLY", "opens_at": "00:00", "closes_at": "23:59"}]}, False),
        ({"schedules": [{"id": "h", "description": "Buka 24 jam"}]}, True),
        ({"phones": [{"id": "t", "number": "119", "description": "hotline 24/7"}]}, True),
        ({"description": "Layanan 24 jam setiap hari"}, True),
        ({"description": "Layanan 24 jamaah"}, False),
        ({"description": "Pesan dibalas dalam 24 jam"}, False),
    ],
)
def test_day_and_night_is_read_from_hours_or_from_words(told, always):
    assert offer(**told).around_the_clock is always


@pytest.mark.parametrize(("value", "known"), [("yes", True), ("Ya", True), ("no", False), ("mungkin", None)])
def test_whether_minors_may_come_alone_is_what_the_agency_says_and_never_guessed(value, known):
    said = [{"id": "x", "link_id": "a", "label": "tanggap.unaccompanied", "value": value}]
    assert offer(said).unaccompanied is known
    of_the_service = [{"id": "y", "link_id": "s", "label": "tanggap.unaccompanied", "value": "no"}]
    assert offer([*said, *of_the_service]).unaccompanied is False


@pytest.mark.parametrize(("value", "room"), [("3", 3), ("0", 0), ("banyak", None), ("-1", None)])
def test_room_is_a_number_or_not_known(value, room):
    assert offer([{"id": "x", "link_id": "a", "label": "tanggap.room", "value": value}]).room == room


@pytest.mark.parametrize(("status", "active"), [("active", True), ("", True), ("inactive", False), ("temporarily closed", False), ("Defunct", False)])
def test_a_service_that_is_closed_is_known_to_be(status, active):
    assert offer(status=status).active is active


def test_what_is_too_long_is_cut():
    found = offer(description="x" * 4_000, service_areas=[{"id": "w", "name": "y" * 400}])
    assert (len(found.description), len(found.areas[0])) == (LONGEST, LONGEST_LINE)
