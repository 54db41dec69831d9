"""*Keadaan layanan*: an administrator sees at one look which service needs something, and no content (people.md, The desk)."""

import pytest

from tests.intake.answering import WELL, answering

pytestmark = pytest.mark.anyio


@pytest.fixture
async def district(database, tmp_path):
    async with answering(database, tmp_path) as made:
        yield made


def tags(cards: list[str]) -> list[str]:
    return [card.split('<strong class="tag')[1].split(">", 1)[1].split("<")[0] for card in cards]


async def test_where_all_is_well_each_service_says_so(district):
    cards = await district.page()
    assert tags(cards) == ["baik", "baik", "baik"]
    for card in cards:
        assert "Semua bagian berjalan." in card
        assert "Cadangan malam terakhir baik." in card
        assert "Tidak ada yang tertahan." in card
        assert "<form" not in card


async def test_what_stands_still_is_parked_or_not_backed_up_is_said_of_its_service_alone(district):
    district.told["cases"] = {
        "ready": False, "parts": {"relay": {"ok": False, "why": "no sign of life"}, "case_list_v1": {"ok": False}, "keys": {"ok": True}},
        "backup": {"ok": False, "why": "none was ever made"}, "parked": 2,
    }  # fmt: skip
    well, cases, other = await district.page()
    assert tags([well, cases, other]) == ["baik", "perlu diperiksa", "baik"]
    assert "2 bagian berhenti atau tertinggal." in cases
    assert "Cadangan terakhir gagal, terlalu lama, atau belum pernah dibuat." in cases
    assert "2 peristiwa tertahan karena tidak dapat diterapkan." in cases
    assert ("case_list_v1" in cases, "relay" in cases) == (False, False), "no code of the software"


async def test_a_service_that_does_not_answer_or_not_to_be_understood_is_named_with_the_mend(district):
    district.told["notifications"] = None
    cards = await district.page()
    assert tags(cards) == ["baik", "baik", "tidak menjawab"]
    assert "<code>./tanggap doctor</code>" in cards[2]


async def test_what_is_parked_is_tried_again_by_a_button_and_again_is_harmless(district):
    district.told["cases"] = {**WELL, "parked": 2}
    for _ in range(2):
        answer = await district.client.post("/intake/keadaan/ulangi", headers=district.headers, data={"layanan": "cases"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/intake/keadaan?dicoba=1")
    assert district.replayed == ["cases", "cases"]


@pytest.mark.parametrize(("service", "status"), [("notifications", 503), ("pangkalan", 422), ("", 422)])
async def test_what_cannot_be_tried_is_said_and_nothing_is_lost(district, service, status):
    district.told["notifications"] = None
    answer = await district.client.post("/intake/keadaan/ulangi", headers=district.headers | {"accept": "text/html"}, data={"layanan": service})
    assert answer.status_code == status
    assert ("Layanan itu tidak menjawab." in answer.text) == (status == 503)
