"""An entry of the directory is fresh for 180 days. Then the search says that it is old, and its agency is reminded by mail, at most once in 30 days."""

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.notifications.directory.searching import Listed, Reason, Wish, receivers
from services.notifications.domain.agency import AGENCY, NoSuchAgency
from services.notifications.domain.agency_entry import AssureEntry, EntryAssured, EntryReminded, RemindOfEntry
from services.notifications.domain.listing import Offer
from services.notifications.upkeep.reminding import Reminders
from shared.testing import eventually, given
from tests.notifications.desk import text_of
from tests.notifications.family import form_id
from tests.notifications.partner import Partner
from tests.notifications.test_agency import REGISTERED

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
REMINDED = EntryReminded(agency="upt", number=1, at=AT)
ASSURE = AssureEntry(channel="link", by="link:upt", at=AT)
ASSURED = EntryAssured(agency="upt", channel="link", by="link:upt", at=AT)


def test_an_agency_is_reminded_at_most_once_in_thirty_days():
    given(AGENCY, REGISTERED).when(RemindOfEntry(at=AT)).then(REMINDED)
    given(AGENCY, REGISTERED, REMINDED).when(RemindOfEntry(at=AT + timedelta(days=30, seconds=-1))).then()
    later = AT + timedelta(days=30)
    given(AGENCY, REGISTERED, REMINDED).when(RemindOfEntry(at=later)).then(EntryReminded(agency="upt", number=2, at=later))


def test_who_assured_the_entry_is_left_alone_for_half_a_year():
    given(AGENCY, REGISTERED, ASSURED).when(RemindOfEntry(at=AT + timedelta(days=180))).then()
    later = AT + timedelta(days=181)
    given(AGENCY, REGISTERED, ASSURED).when(RemindOfEntry(at=later)).then(EntryReminded(agency="upt", number=1, at=later))


def test_an_entry_is_assured_once_however_often_the_button_is_pressed():
    given(AGENCY, REGISTERED, REMINDED).when(ASSURE).then(ASSURED)
    given(AGENCY, REGISTERED, ASSURED).when(ASSURE.model_copy(update={"at": AT + timedelta(seconds=2)})).then()
    given(AGENCY).when(ASSURE).refuses(NoSuchAgency)
    given(AGENCY).when(RemindOfEntry(at=AT)).refuses(NoSuchAgency)


NOW = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Jakarta"))
LONG_AGO, LATELY = NOW - timedelta(days=181), NOW - timedelta(days=180)


@pytest.mark.parametrize(
    ("checked_on", "assured_at", "listed_at", "old"),
    [
        (None, None, None, None),
        (None, None, LATELY, None),
        (None, None, LONG_AGO, LONG_AGO.date()),
        (date(2025, 6, 1), None, LATELY, date(2025, 6, 1)),
        (LATELY.date(), None, LONG_AGO, None),
        (date(2025, 6, 1), LATELY, LONG_AGO, None),
        (date(2025, 6, 1), LONG_AGO, LATELY, LONG_AGO.date()),
    ],
)
def test_an_entry_is_old_by_what_was_assured_last_else_by_its_listing(checked_on, assured_at, listed_at, old):
    offer = Offer(service="s", name="Layanan", checked_on=checked_on)
    listed = Listed("upt", "UPTD", "", ("Layanan",), offers=(offer,), assured_at=assured_at, listed_at=listed_at)
    (hit,) = receivers(Wish(), [listed], NOW)
    assert (list(hit.reasons), listed.is_old(NOW)) == ([Reason("checked", "unknown", old.isoformat())] if old else [], old is not None)


# the running service -----------------------------------------------------------------------------------------------------------


async def describe(partner: Partner, checked_on: str, agency: str = "upt") -> None:
    told = {"id": agency, "offers": [{"service": "s", "name": "Rumah aman", "hours": ["08:00–14:00"], "checked_on": checked_on}]}
    path = "/notifications/api/agencies/descriptions"
    assert (await partner.running.client.post(path, json=told, headers=partner.running.as_service())).status_code == 200


async def remind(partner: Partner) -> None:
    """As the part does at each of its looks."""
    reminders = Reminders(partner.running.kernel)
    for agency in await reminders._old():
        await reminders._remind(agency)


async def reasons(partner: Partner) -> list[tuple[str, str]]:
    found = await partner.running.client.post("/notifications/api/agencies/search", json={}, headers=partner.running.as_service())
    return [(each["code"], each["fit"]) for hit in found.json()["items"] for each in hit["reasons"]]


@pytest.mark.anyio
async def test_an_old_entry_is_marked_its_agency_is_mailed_once_and_assures_it_by_the_link(partners):
    async with partners() as partner:
        await describe(partner, "2025-01-02")
        assert await reasons(partner) == [("checked", "unknown")]
        for _ in range(3):
            await remind(partner)

        async def has_come() -> bool:
            return bool(partner.mailbox.messages)

        await eventually(has_come)
        assert [receiver for receiver, _ in partner.mailbox.messages] == ["kantor@upt.example"]
        assert [json.loads(each.body)["number"] for each in await partner.running.told("entry-reminded")] == [1]
        link = next(word for word in text_of(partner.mailbox.messages[0][1]).split() if "/notifications/k/" in word).partition("8000")[2]
        async with partner.browser() as phone:
            page = await phone.get(link)
            assert ("Rumah aman" in page.text, "08:00–14:00" in page.text, bool(form_id(page))) == (True, True, True)
            assert (await phone.get(f"{link}/benar")).status_code == 405, "a scanner changes nothing"
            assert await partner.running.told("entry-assured") == []
            for _ in range(2):
                assert (await phone.post(f"{link}/benar")).headers["location"] == link
            assert (await phone.post("/notifications/k/" + "0" * 32 + "/benar")).status_code == 404
        told = [json.loads(each.body) for each in await partner.running.told("entry-assured")]
        assert [(each["channel"], each["by"]) for each in told] == [("link", "link:upt")]
        assert await reasons(partner) == []


@pytest.mark.anyio
async def test_only_who_is_old_and_has_a_mailbox_is_reminded(partners):
    async with partners() as partner:
        await partner.running.register("lain", None)
        await describe(partner, datetime.now(UTC).date().isoformat())
        await describe(partner, "2025-01-02", "lain")
        await remind(partner)
        assert await partner.running.told("entry-reminded") == []


@pytest.mark.anyio
async def test_staff_and_officers_assure_an_entry_for_their_own(partners):
    async with partners() as partner:
        client = partner.running.client
        await describe(partner, "2025-01-02")
        assert "keterangan lama" in (await client.get("/notifications/mitra", headers=partner.counsellor)).text
        assert (await client.post("/notifications/mitra/benar", data={"agency": "nobody"}, headers=partner.counsellor)).status_code == 404
        assert (await client.post("/notifications/mitra/benar", data={"agency": "upt"}, headers=partner.counsellor)).status_code == 303
        assert "keterangan lama" not in (await client.get("/notifications/mitra", headers=partner.counsellor)).text
        path = "/notifications/lembaga-saya/tempat/benar"
        officer = partner.running.as_person("tuti", "agency-officer", "upt") | {"accept": "text/html"}
        assert (await client.post(path, data={"agency": "lain"}, headers=officer)).status_code == 404
        assert (await client.post(path, data={"agency": "upt"}, headers=officer)).status_code == 303
        told = [json.loads(each.body) for each in await partner.running.told("entry-assured")]
        assert [(each["channel"], each["by"]) for each in told] == [("phone", "ani"), ("portal", "tuti")]
