"""An agency's own words about its hours and telephones lie over the directory's; no import wipes them, and whose they are is said (ADR 75)."""

import html
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.notifications.directory.exporting import organization
from services.notifications.directory.searching import Listed, Wish, receivers
from services.notifications.domain.agency import AGENCY, AgencyDescribed, NoSuchAgency, NoSuchService
from services.notifications.domain.agency_correction import CorrectEntry, CorrectionWithdrawn, EntryCorrected, WithdrawCorrection
from services.notifications.domain.listing import Offer
from services.notifications.fhir.directory import services
from shared.testing import given
from tests.notifications.partner import Partner
from tests.notifications.test_agency import REGISTERED
from tests.notifications.test_fhir import checked

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOTLINE = Offer(service="hotline", name="Hotline", hours=("08:00–14:00",), phones=("021 1",), checked_on=date(2025, 1, 2))
DESCRIBED = AgencyDescribed(agency="upt", description="", offers=(HOTLINE, Offer(service="rumah", name="Rumah aman", phones=("021 2",))))
CORRECT = CorrectEntry(service="hotline", hours=(), around_the_clock=True, phones=("021 9",), by="tuti", at=AT)
CORRECTED = EntryCorrected(agency="upt", service="hotline", hours=(), around_the_clock=True, phones=("021 9",), by="tuti", at=AT)
WITHDRAW = WithdrawCorrection(service="hotline", by="dinas", at=AT)
WITHDRAWN = CorrectionWithdrawn(agency="upt", service="hotline", by="dinas", at=AT)


def test_what_says_the_same_as_the_directory_is_no_word_of_the_agency_s_own():
    given(AGENCY, REGISTERED, DESCRIBED).when(CORRECT).then(CORRECTED)
    same = {"hours": HOTLINE.hours, "around_the_clock": False}
    given(AGENCY, REGISTERED, DESCRIBED).when(CORRECT.model_copy(update=same)).then(CORRECTED.model_copy(update={"around_the_clock": False}))
    given(AGENCY, REGISTERED, DESCRIBED).when(CORRECT.model_copy(update={**same, "phones": HOTLINE.phones})).then()
    given(AGENCY, REGISTERED, DESCRIBED).when(CORRECT.model_copy(update={"around_the_clock": False, "phones": ()})).then()


def test_own_words_stay_through_every_import_until_they_are_taken_back():
    later = DESCRIBED.model_copy(update={"offers": (HOTLINE.model_copy(update={"phones": ("021 3",)}),)})
    given(AGENCY, REGISTERED, DESCRIBED, CORRECTED, later).when(CORRECT.model_copy(update={"at": AT + timedelta(days=1)})).then()
    given(AGENCY, REGISTERED, DESCRIBED, CORRECTED, later).when(WITHDRAW).then(WITHDRAWN)
    given(AGENCY, REGISTERED, DESCRIBED, CORRECTED, WITHDRAWN).when(WITHDRAW).then()
    gone = DESCRIBED.model_copy(update={"offers": ()})
    given(AGENCY, REGISTERED, DESCRIBED, CORRECTED, gone).when(CORRECT).refuses(NoSuchService)
    given(AGENCY, REGISTERED, DESCRIBED, CORRECTED, gone).when(WITHDRAW).then(WITHDRAWN)


def test_whoever_empties_the_form_or_types_the_directory_s_words_takes_the_own_ones_back():
    emptied = CORRECT.model_copy(update={"around_the_clock": False, "phones": (), "by": "dinas"})
    repeated = emptied.model_copy(update={"hours": HOTLINE.hours, "phones": HOTLINE.phones})
    for each in (emptied, repeated):
        given(AGENCY, REGISTERED, DESCRIBED, CORRECTED).when(each).then(WITHDRAWN)


def test_an_agency_of_which_only_the_name_is_known_corrects_itself_as_a_whole():
    whole = CORRECT.model_copy(update={"service": ""})
    given(AGENCY, REGISTERED).when(whole).then(CORRECTED.model_copy(update={"service": ""}))
    given(AGENCY, REGISTERED).when(CORRECT).refuses(NoSuchService)
    given(AGENCY).when(whole).refuses(NoSuchAgency)


def test_the_search_and_the_export_go_by_the_agency_s_own_words():
    said = Listed("upt", "UPTD", "", (), offers=DESCRIBED.offers, corrections=(CORRECTED,))
    (hit,) = receivers(Wish(words="hotline", around_the_clock=True), [said], AT)
    assert [(each.code, each.fit) for each in hit.reasons] == [("words", "fits"), ("around-the-clock", "fits")], "fresh, too: it was corrected today"
    written = organization(said)["services"]
    assert [[phone["number"] for phone in each["phones"]] for each in written] == [["021 9"], ["021 2"]]
    assert written[0]["assured_date"] == "2026-03-02"
    before = Listed("upt", "UPTD", "", ("A", "B"), corrections=(CORRECTED.model_copy(update={"service": ""}),))
    assert [each.phones for each in before.offers_by_name()] == [("021 9",), ("021 9",)]
    assert [each.phones for each in before.all_offers()] == [("021 9",)]


def test_a_client_of_fhir_reads_what_holds():
    """What is no single opening of the week stands in words: FHIR has no field for it, and nothing is left out."""
    hours = ("MO,FR 08:00–14:00", "08:00-12:00", "Senin–Jumat 08.00–15.00", "SA 22:00–06:00", "MO 00:00–24:00")
    said = Listed("upt", "UPTD", "", (), offers=DESCRIBED.offers, corrections=(CORRECTED,))
    in_words = Listed(
        "upt", "UPTD", "", (), offers=(HOTLINE,), corrections=(CORRECTED.model_copy(update={"hours": hours, "around_the_clock": False}),)
    )
    hotline, shelter = map(checked, services([said]))
    (told,) = map(checked, services([in_words]))
    whole_week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    assert (hotline["telecom"], hotline["availableTime"]) == (
        [{"system": "phone", "value": "021 9"}], [{"daysOfWeek": whole_week, "allDay": True}],
    )  # fmt: skip
    assert (shelter["telecom"], "availableTime" in shelter) == ([{"system": "phone", "value": "021 2"}], False)
    assert told["availableTime"] == [
        {"daysOfWeek": ["mon", "fri"], "availableStartTime": "08:00:00", "availableEndTime": "14:00:00"},
        {"availableStartTime": "08:00:00", "availableEndTime": "12:00:00"},
    ]
    assert told["comment"] == "Senin–Jumat 08.00–15.00; SA 22:00–06:00; MO 00:00–24:00"


def test_two_services_of_one_name_are_two_and_a_closed_one_is_not_active():
    twins = tuple(Offer(service=each, name="Konseling", active=each == "a") for each in ("a", "b"))
    told = services([Listed("upt", "UPTD", "", (), offers=twins)])
    assert (len({each["id"] for each in told}), [each["active"] for each in told]) == (2, [True, False])


def test_a_service_of_which_only_the_name_is_known_stands_beside_those_that_are_described():
    told = Listed("upt", "UPTD", "", ("Rumah aman", "Konseling"), offers=DESCRIBED.offers)
    for written in (services([told]), organization(told)["services"]):
        assert [each["name"] for each in written] == ["Hotline", "Rumah aman", "Konseling"]


# the running service -----------------------------------------------------------------------------------------------------------


async def describe(partner: Partner, service: str, phone: str) -> None:
    told = {"id": "upt", "offers": [{"service": service, "name": "Hotline", "hours": ["08:00–14:00"], "phones": [phone]}]}
    path = "/notifications/api/agencies/descriptions"
    assert (await partner.running.client.post(path, json=told, headers=partner.running.as_service())).status_code == 200


async def found(partner: Partner) -> tuple[dict[str, Any], dict[str, Any] | None]:
    answer = await partner.running.client.post("/notifications/api/agencies/search", json={}, headers=partner.running.as_service())
    (hit,) = answer.json()["items"]
    return hit["offer"], hit["own_words"]


@pytest.mark.anyio
async def test_an_officer_corrects_a_telephone_the_next_import_leaves_it_and_the_district_takes_it_back(partners):
    async with partners() as partner:
        client = partner.running.client
        officer = partner.running.as_person("tuti", "agency-officer", "upt") | {"accept": "text/html"}
        keeper = partner.running.as_person("dina", "district-duty") | {"accept": "text/html"}
        counsellor = partner.counsellor
        edit, mine, theirs = "/notifications/lembaga-saya/layanan", "/notifications/lembaga-saya/tempat", "/notifications/mitra/lembaga?agency=upt"
        await describe(partner, "s", "021 1")
        form = await client.get(f"{edit}?agency=upt&service=s", headers=officer)
        assert (form.status_code, "08:00–14:00" in form.text, "021 1" in form.text) == (200, True, True)
        said = {"agency": "upt", "service": "s", "hours": "08:00–14:00", "phones": "021 900 (hotline)\r\n112"}
        for phones in ("٠٢١ ٩٠٠ (hotline)\r\n١١٢", said["phones"]):  # another script's digits are the same number, as everybody here can dial it
            assert (await client.post(edit, data=said | {"phones": phones}, headers=officer)).headers["location"] == mine
        told = [json.loads(each.body) for each in await partner.running.told("entry-corrected")]
        assert [(each["hours"], each["phones"], each["by"]) for each in told] == [([], ["021 900 (hotline)", "112"], "tuti")]

        await describe(partner, "s", "021 2")
        offer, own = await found(partner)
        assert (offer["phones"], offer["hours"]) == (["021 900 (hotline)", "112"], ["08:00–14:00"])
        assert own == {"since": told[0]["at"].replace("Z", "+00:00"), "hours": False, "phones": True}
        for page, headers in ((mine, officer), (theirs, counsellor), (theirs, keeper)):
            text = html.unescape((await client.get(page, headers=headers)).text)
            assert "Telepon: 021 900 (hotline); 112" in text and "Telepon menurut direktori: 021 2" in text, "whose words they are is said"
            assert ("Pakai lagi keterangan direktori" in text) == (headers is not counsellor)

        served = (await client.get("/notifications/fhir/R4/HealthcareService", headers=partner.running.as_agency("upt"))).json()
        (entry,) = served["entry"]
        assert [each["value"] for each in checked(entry["resource"])["telecom"]] == ["021 900 (hotline)", "112"]

        back = {"agency": "upt", "service": "s"}
        refused = await client.post("/notifications/mitra/kembali", data=back, headers=counsellor | {"accept": "application/json"})
        assert refused.status_code == 403
        assert (await client.post("/notifications/mitra/kembali", data=back, headers=keeper)).status_code == 303
        offer, own = await found(partner)
        assert (offer["phones"], own) == (["021 2"], None)


@pytest.mark.anyio
async def test_own_words_about_a_service_that_the_directory_lost_stand_on_the_page(partners):
    async with partners() as partner:
        client = partner.running.client
        officer = partner.running.as_person("tuti", "agency-officer", "upt") | {"accept": "text/html"}
        await describe(partner, "s", "021 1")
        said = {"agency": "upt", "service": "s", "hours": "", "phones": "021 900"}
        assert (await client.post("/notifications/lembaga-saya/layanan", data=said, headers=officer)).status_code == 303
        await describe(partner, "other", "021 2")
        page = (await client.get("/notifications/lembaga-saya/tempat", headers=officer)).text
        assert "Layanan yang tidak ada lagi di direktori" in page and "021 900" in page
        assert (await client.post("/notifications/lembaga-saya/layanan/kembali", data=said, headers=officer)).status_code == 303
        assert "021 900" not in (await client.get("/notifications/lembaga-saya/tempat", headers=officer)).text


@pytest.mark.anyio
async def test_what_cannot_be_kept_comes_back_with_its_words_and_changes_nothing(partners):
    async with partners() as partner:
        client = partner.running.client
        officer = partner.running.as_person("tuti", "agency-officer", "upt") | {"accept": "text/html"}
        await describe(partner, "s", "021 1")
        await partner.running.register("lain", None)
        before, mine = await partner.running.kernel.store.head(), {"agency": "upt", "service": "s"}
        wrong = [
            {"phones": "kantor"}, {"phones": "021 1\x1b 2"}, {"hours": "\u202e08"}, {"hours": "x" * 201}, {"hours": "\n".join(map(str, range(21)))},
        ]  # fmt: skip
        for each in wrong:
            page = await client.post("/notifications/lembaga-saya/layanan", data=mine | each, headers=officer)
            assert (page.status_code, 'role="alert"' in page.text) == (422, True), each
        for elsewhere in ({"agency": "upt", "service": "none"}, {}):
            for path in ("/notifications/lembaga-saya/layanan", "/notifications/lembaga-saya/layanan/kembali"):
                answer = await client.post(path, data=elsewhere | {"phones": "021 3"}, headers=officer)
                assert answer.status_code in (404, 303), elsewhere
        others = {"agency": "lain", "service": ""}
        assert (await client.get("/notifications/lembaga-saya/layanan", params=others, headers=officer)).status_code == 404
        for path in ("layanan", "layanan/kembali", "tempat", "tempat/benar"):
            answer = await client.post(f"/notifications/lembaga-saya/{path}", data=others | {"phones": "021 3", "room": "yes"}, headers=officer)
            assert (path, answer.status_code) == (path, 404)
        assert await partner.running.kernel.store.head() == before
