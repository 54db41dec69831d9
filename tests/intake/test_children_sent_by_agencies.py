"""Referral to the school (referal masuk): an agency, or somebody who works there, sends a child; it is a concern of its own source, and is answered."""

import httpx
import pytest

from shared.access import Principal
from tests.intake.form import add_school
from tests.keys import bearer, somebody

pytestmark = pytest.mark.anyio

SENT = {
    "school": "smp1", "students": [{"description": "Rani dari kelas 8B", "role": "affected"}], "kind": "need", "categories": ["medical"],
    "narrative": "Mohon didampingi sepulang perawatan.", "channel": "api", "reporter": {"kind": "agency"},
}  # fmt: skip


class Sender:
    def __init__(self, office, client: httpx.AsyncClient) -> None:
        self.office, self.client = office, client

    def agency(self, agency: str = "upt") -> dict[str, str]:
        return bearer(self.office.kernel.settings, Principal(agency, "agency"))

    def person(self, person: str, role: str, place: str) -> dict[str, str]:
        return bearer(self.office.kernel.settings, somebody(person, {role}, {place}))

    async def sends(self, who: dict[str, str], key: str = "k-1", **told: object) -> httpx.Response:
        return await self.client.post("/intake/api/concerns", json=SENT | told, headers=who | {"idempotency-key": key})


@pytest.fixture
async def sender(office):
    await add_school(office)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=office.app), base_url="http://intake") as client:
        yield Sender(office, client)


async def test_an_agency_sends_a_child_once_and_hears_how_it_stands_and_no_other_agency_does(sender):
    answers = [await sender.sends(sender.agency()) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201]
    concern = answers[0].json()["concern_id"]
    (told,) = await sender.office.told("concern-raised")
    assert (told["concern"], told["reporter_kind"], told["reporter"]) == (concern, "agency", None)
    mine = await sender.client.get(f"/intake/api/concerns/{concern}", headers=sender.agency())
    assert mine.json() == {"state": "received", "outcome_class": None}
    for other in (sender.agency("lain"), sender.person("tuti", "agency-officer", "upt")):
        assert (await sender.client.get(f"/intake/api/concerns/{concern}", headers=other)).status_code == 404


async def test_an_agency_adds_what_it_learnt_later(sender):
    concern = (await sender.sends(sender.agency())).json()["concern_id"]
    headers = sender.agency() | {"idempotency-key": "k-2"}
    added = await sender.client.post(f"/intake/api/concerns/{concern}/additions", json={"text": "Ia sudah pulang."}, headers=headers)
    assert added.status_code == 201
    assert len(await sender.office.told("concern-continued")) == 1


async def test_an_officer_with_an_account_sends_one_too_and_hears_of_it(sender):
    officer = sender.person("tuti", "agency-officer", "upt")
    concern = (await sender.sends(officer)).json()["concern_id"]
    assert (await sender.client.get(f"/intake/api/concerns/{concern}", headers=officer)).json()["state"] == "received"


async def test_staff_write_down_what_an_agency_said_by_letter_or_telephone(sender):
    assert (await sender.sends(sender.person("ani", "counsellor", "smp1"), channel="letter")).status_code == 201


@pytest.mark.parametrize(
    ("role", "told", "pointer"),
    [
        ("agency", {"reporter": {"kind": "public"}}, "/reporter/kind"),
        ("agency", {"reporter": {"kind": "anonymous"}}, "/reporter/kind"),
        ("agency", {"channel": "phone"}, "/channel"),
        ("agency", {"reporter": {"kind": "agency", "id": "ani"}}, "/reporter/id"),
        ("agency-officer", {"reporter": {"kind": "staff"}}, "/reporter/kind"),
        ("counsellor", {}, "/reporter/kind"),
        ("student", {}, "/reporter/kind"),
        ("guardian", {"channel": "letter"}, "/reporter/kind"),
    ],
)
async def test_an_agency_is_no_other_kind_and_nobody_else_is_an_agency(sender, role, told, pointer):
    who = sender.agency() if role == "agency" else sender.person("orang", role, "smp1")
    answer = await sender.sends(who, **told)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert await sender.office.told("concern-raised") == []
