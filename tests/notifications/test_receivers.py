"""The search for a receiver: need, age, area, hours and whether minors may come alone are compared, and every comparison is told."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.notifications.directory.needs import needs
from services.notifications.directory.room import RoomSaid
from services.notifications.directory.saying import sentences
from services.notifications.directory.searching import Code, Fit, Listed, Reason, Wish, receivers
from services.notifications.domain.listing import Offer

NOW = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Jakarta"))


def agency(known_as: str, /, kind: str = "", about: str = "", **offer: object) -> Listed:
    told = Offer(service="s", **{"name": "Layanan", **offer})
    return Listed(known_as, known_as, kind, (told.name,), about, (told,))


def fits(wish: Wish, listed: Listed) -> dict[Code, Fit]:
    (hit,) = receivers(wish, [listed], NOW)
    return {each.code: each.fit for each in hit.reasons}


@pytest.mark.parametrize(
    ("wish", "offer", "told"),
    [
        (Wish(need="mental-health"), {"name": "Psikiatri anak"}, {"need": "fits"}),
        (Wish(need="mental-health"), {"name": "Konsultasi gizi"}, {"need": "against"}),
        (Wish(age=12), {"minimum_age": 10, "maximum_age": 18}, {"age": "fits"}),
        (Wish(age=9), {"minimum_age": 10, "maximum_age": 18}, {"age": "against"}),
        (Wish(age=40), {"minimum_age": 18}, {"age": "fits"}),
        (Wish(age=18), {"maximum_age": 17}, {"age": "against"}),
        (Wish(age=12), {}, {"age": "unknown"}),
        (Wish(area="Contoh"), {"areas": ("Kabupaten Contoh",)}, {"area": "fits"}),
        (Wish(area="contoh"), {"areas": ("Kabupaten Lain",)}, {"area": "against"}),
        (Wish(area="Contoh"), {"areas": ("Seluruh Indonesia",)}, {"area": "fits"}),
        (Wish(area="Contoh"), {"places": ("Jalan Satu, Contoh",)}, {"area": "fits"}),
        (Wish(area="Contoh"), {"places": ("Jalan Satu, Lain",)}, {"area": "unknown"}),
        (Wish(unaccompanied=True), {"unaccompanied": True}, {"unaccompanied": "fits"}),
        (Wish(unaccompanied=True), {"unaccompanied": False}, {"unaccompanied": "against"}),
        (Wish(unaccompanied=True), {}, {"unaccompanied": "unknown"}),
        (Wish(around_the_clock=True), {"around_the_clock": True, "hours": ("00:00–23:59",)}, {"around-the-clock": "fits"}),
        (Wish(around_the_clock=True), {"hours": ("08:00–14:00",)}, {"around-the-clock": "against"}),
        (Wish(around_the_clock=True), {}, {"around-the-clock": "unknown"}),
        (Wish(), {"room": 2}, {"room": "fits"}),
        (Wish(), {"room": 0}, {"room": "against"}),
        (Wish(), {"active": False}, {"active": "against"}),
        (Wish(), {"checked_on": date(2025, 6, 1)}, {"checked": "unknown"}),
        (Wish(), {"checked_on": date(2026, 2, 1)}, {}),
        (Wish(words="trauma anak"), {"description": "Menangani trauma pada anak-anak."}, {"words": "fits"}),
        (Wish(words="trauma lansia"), {"description": "Menangani trauma pada anak-anak."}, {"words": "against"}),
        (Wish(words="(["), {}, {"words": "against"}),
        (Wish(), {}, {}),
    ],
)
def test_each_wish_is_compared_with_what_the_agency_says(wish, offer, told):
    assert fits(wish, agency("Lembaga", **offer)) == told


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (RoomSaid(has_room=True, told_at=NOW - timedelta(days=2)), [("room-now", "fits", "2")]),
        (RoomSaid(has_room=False, told_at=NOW), [("room-now", "against", "0")]),
        (RoomSaid(has_room=True, told_at=NOW - timedelta(days=15)), [("room", "against", "0"), ("room-once", "unknown", "15")]),
        (RoomSaid(asked_at=NOW - timedelta(days=3)), [("room", "against", "0"), ("room-waits", "unknown", "3")]),
        (
            RoomSaid(has_room=True, told_at=NOW - timedelta(days=9), asked_at=NOW - timedelta(days=1)),
            [("room-now", "fits", "9"), ("room-waits", "unknown", "1")],
        ),
        (RoomSaid(has_room=False, told_at=NOW - timedelta(days=1), asked_at=NOW - timedelta(days=2)), [("room-now", "against", "1")]),
        (RoomSaid(), [("room", "against", "0")]),
    ],
)
def test_what_the_agency_said_of_its_room_goes_before_the_directory_while_it_is_young(said, told):
    (hit,) = receivers(Wish(), [replace(agency("Lembaga", room=0), room=said)], NOW)
    assert sorted((each.code, each.fit, each.about) for each in hit.reasons) == told


def test_the_words_are_also_looked_for_in_what_the_agency_says_of_itself():
    assert fits(Wish(words="rawan"), agency("Lembaga", about="Untuk remaja rawan")) == {"words": "fits"}


def test_an_agency_is_found_by_its_kind_where_its_services_have_other_names():
    assert fits(Wish(need="protection"), agency("Unit", kind="child-protection", name="Layanan terpadu")) == {"need": "fits"}


def test_an_agency_of_which_only_names_are_known_is_found_by_them():
    known = Listed("u", "UPTD", "", ("Rumah aman", "Pendampingan korban"))
    assert fits(Wish(need="protection", age=12), known) == {"need": "fits", "age": "unknown"}


def test_the_best_stand_first_and_nobody_is_left_out():
    far = agency("Jauh", name="Psikologi", areas=("Kabupaten Lain",))
    near = agency("Dekat", name="Psikologi", areas=("Kabupaten Contoh",), minimum_age=6, maximum_age=18)
    silent = agency("Diam", name="Psikologi")
    other = agency("Lain", name="Konsultasi gizi", areas=("Kabupaten Lain",))
    found = receivers(Wish(need="mental-health", age=12, area="Contoh"), [other, far, silent, near], NOW)
    assert [(each.listed.name, each.suits) for each in found] == [("Dekat", True), ("Diam", True), ("Jauh", False), ("Lain", False)]


def test_an_agency_stands_by_the_service_that_fits_best():
    offers = (Offer(service="a", name="Psikologi dewasa", minimum_age=18), Offer(service="b", name="Psikologi remaja", maximum_age=18))
    (hit,) = receivers(Wish(need="mental-health", age=12), [Listed("l", "L", "", (), "", offers)], NOW)
    assert hit.offer.service == "b"


def test_every_comparison_has_a_sentence_in_both_languages():
    comparisons: list[tuple[Code, Fit]] = [
        *((code, fit) for code in ("age", "area", "unaccompanied", "around-the-clock") for fit in ("fits", "unknown", "against")),
        *((code, fit) for code in ("need", "words", "room") for fit in ("fits", "against")),
        ("active", "against"), ("checked", "unknown"),
        ("room-now", "fits"), ("room-now", "against"), ("room-once", "unknown"), ("room-waits", "unknown"),
    ]  # fmt: skip
    said = [sentences(Reason(code, fit, "X")) for code, fit in comparisons]
    assert all(each.indonesian and each.english and each.indonesian != each.english for each in said)
    assert all("{" not in each.indonesian + each.english for each in said)


def test_every_need_has_words_in_lower_case():
    assert all(each.title[0] and each.title[1] and each.words == tuple(word.lower() for word in each.words) for each in needs().values())
