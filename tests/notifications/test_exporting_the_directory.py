"""The directory leaves as HSDS 3.0: valid by its own schema, and what was read comes back (ADR 40)."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import jsonschema
import pytest

from services.notifications.directory.describing import described
from services.notifications.directory.exporting import organization, page
from services.notifications.directory.reading import read_hsds
from services.notifications.directory.searching import Listed
from services.notifications.directory.sifting import sift
from services.notifications.domain.agency_correction import EntryCorrected
from services.notifications.domain.listing import Offer
from tests.notifications.desk import desk
from tests.vectors import folder_of, foreign_wanted

SERVICE = "5f0c1b52-0000-4000-8000-0000000000b1"
FULL = Listed(
    "5f0c1b52-0000-4000-8000-000000000001", "Puskesmas Uji (FIKTIF)", "health-centre", ("Konseling",), "Lembaga fiktif.",
    (Offer(service=SERVICE, name="Konseling", description="Untuk remaja", eligibility="Anak 6-18 tahun", minimum_age=6, maximum_age=18,
           areas=("Kota Contoh",), languages=("Indonesia",), phones=("0800-11",), unaccompanied=True, room=3, checked_on=date(2026, 11, 1)),),
)  # fmt: skip
OWN = replace(FULL, agency="5f0c1b52-0000-4000-8000-000000000002", corrections=(
    EntryCorrected(agency=FULL.agency, service=SERVICE, hours=("Senin–Jumat 08.00–15.00",), around_the_clock=True, phones=("112",), by="tuti",
                   at=datetime(2026, 11, 20, 9, tzinfo=UTC)),
))  # fmt: skip
BARE = Listed("upt", "UPT", "", ("Pendampingan", "Psikolog"))


def imported(told: dict[str, Any]):
    """As our own import reads it."""
    sifted = sift(read_hsds("o.json", json.dumps(told).encode()))
    (row,) = sifted.rows["organizations"].values()
    return described(row, sifted), sifted.set_aside


@pytest.mark.skipif(not foreign_wanted(), reason="the schemas of HSDS are not ours to commit")
@pytest.mark.parametrize("each", [FULL, OWN, BARE], ids=lambda each: each.agency)
def test_an_organisation_is_valid_by_the_schema_of_the_specification(each):
    schema = json.loads((folder_of("foreign") / "hsds" / "schema" / "organization.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
    assert list(validator.iter_errors(organization(each))) == []
    assert list(validator.iter_errors(organization(each) | {"id": 7})), "the schema finds what is wrong"


@pytest.mark.parametrize("each", [FULL, OWN], ids=lambda each: each.agency)
def test_what_leaves_comes_back_as_it_was(each):
    listing, set_aside = imported(organization(each))
    assert (list(listing.offers), listing.description, set_aside) == (each.offers_by_name(), each.description, [])


def test_an_agency_of_which_only_names_are_known_leaves_with_a_service_for_each():
    told = organization(BARE)
    assert [each["name"] for each in told["services"]] == ["Pendampingan", "Psikolog"]
    assert organization(BARE) == told, "ids stay the same"


def test_pages_hold_everything_once():
    everything = [Listed(f"a-{number}", f"A {number}", "", ()) for number in range(5)]
    pages = [page(everything, number, 2) for number in (1, 2, 3, 4)]
    assert [each["name"] for page_ in pages for each in page_["contents"]] == [each.name for each in everything]
    assert [(each["first_page"], each["last_page"], each["empty"], each["total_pages"]) for each in pages] == [
        (True, False, False, 3), (False, False, False, 3), (False, True, False, 3), (False, True, True, 3),
    ]  # fmt: skip


@pytest.mark.anyio
async def test_the_export_holds_no_secret_no_mailbox_and_no_endpoint(database, redis_url):
    async with desk(database, redis_url, "smtp://127.0.0.1:9") as running:
        await running.register("upt", "http://127.0.0.1:9/hook", mail="kantor@upt.example")
        answer = await running.client.get("/notifications/api/agencies/hsds", headers=running.as_service())
        assert [each["name"] for each in answer.json()["contents"]] == ["UPT"]
        assert not any(hidden in answer.text for hidden in ("whsec_", "kantor@", "127.0.0.1"))
        for wrong in ("page=0", "per_page=0", "per_page=201", "page=x"):
            assert (await running.client.get(f"/notifications/api/agencies/hsds?{wrong}", headers=running.as_service())).status_code == 422
