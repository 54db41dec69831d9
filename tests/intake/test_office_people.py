"""*Petugas dinas*: the district's own people are appointed and dismissed on a page (domain.md, People come and go; ADR 53)."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from services.intake.office.giving import OF_THE_OFFICE, OwnPost, given_by, require_gives
from services.intake.office.people import body_of
from shared.access import Identity, issue_token
from shared.clock import FixedClock
from shared.errors import Invalid, NotAllowed
from shared.events import DISTRICT_ROLES
from shared.keys import Keys
from shared.pages.roles import ROLES
from tests.intake.bundles import FILES
from tests.keys import bearer, somebody

OFFICER, ADMINISTRATOR = frozenset({"district-officer"}), frozenset({"system-administrator"})


def test_the_head_gives_every_post_of_the_district_and_an_administrator_none_that_opens_content():
    assert set(given_by(OFFICER)) == set(OF_THE_OFFICE) == DISTRICT_ROLES
    assert given_by(ADMINISTRATOR) == ["district-officer", "system-administrator"]
    assert given_by(frozenset({"district-duty", "auditor", "coordinator"})) == []


def test_nobody_gives_a_post_that_is_not_theirs_to_give_nor_one_to_themselves():
    require_gives(OFFICER, "ani", "budi", "district-duty")
    require_gives(ADMINISTRATOR, "ani", "", "district-officer")
    for roles, role in ((ADMINISTRATOR, "district-duty"), (OFFICER, "counsellor"), (OFFICER, "agency-officer")):
        with pytest.raises(NotAllowed):
            require_gives(roles, "ani", "budi", role)
    with pytest.raises(OwnPost):
        require_gives(OFFICER, "ani", "ani", "district-duty")


@pytest.mark.parametrize("typed", [{"name": "Dewi"}, {"name": "Dewi", "role": "raja"}])
def test_a_role_that_is_missing_or_not_known_is_said_at_its_field(typed):
    with pytest.raises(Invalid) as refused:
        body_of(typed)
    assert {fault.pointer for fault in refused.value.faults} == {"/role"}


pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(office):
    await office.bring_files(FILES)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=office.app), base_url="http://intake") as client:
        yield Desk(office, client)


class Desk:
    def __init__(self, office, client: httpx.AsyncClient) -> None:
        self.office, self.client = office, client
        self.officer = self.who("kadis", "district-officer")
        self.administrator = self.who("admin", "system-administrator")

    def who(self, person: str, role: str) -> dict[str, str]:
        return bearer(self.office.kernel.settings, somebody(person, {role}, ())) | {"accept": "text/html"}

    async def appoint(self, who: dict[str, str], **typed: str) -> httpx.Response:
        return await self.client.post("/intake/dinas/angkat", headers=who, data={"key": str(uuid4())} | typed)

    async def page(self, who: dict[str, str]) -> str:
        answer = await self.client.get("/intake/dinas", headers=who)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def posts(self, person: str) -> set[tuple[str, str | None]]:
        self.office.kernel.posts.forget()
        return {(post.role, post.school) for post in (await self.office.kernel.posts.of(person)).posts}


def cards(told: str) -> list[tuple[str, str]]:
    return re.findall(r'<li class="card">\s*<h2>([^<]+)</h2>\s*<p>([^<]+)</p>', told)


async def test_an_officer_appoints_somebody_new_sees_them_and_dismisses_them(desk):
    answer = await desk.appoint(desk.officer, name="Dewi Lestari", role="district-duty", email="dewi@contoh.invalid", phone="0811-2345-678")
    assert (answer.status_code, answer.headers["location"]) == (303, "/intake/dinas?tersimpan=1")
    told = await desk.page(desk.officer)
    assert cards(told) == [("Dewi Lestari", str(ROLES["district-duty"]))]
    person = re.search(r'name="person" value="([^"]+)"', told)
    assert person
    again = await desk.appoint(desk.officer, name="dewi lestari", role="auditor")
    assert again.status_code == 303
    assert await desk.posts(person[1]) == {("district-duty", None), ("auditor", None)}
    gone = await desk.client.post("/intake/dinas/berhentikan", headers=desk.officer, data={"person": person[1], "role": "district-duty"})
    assert gone.status_code == 303
    assert await desk.posts(person[1]) == {("auditor", None)}
    (appointed, _) = await desk.office.told("person-appointed")
    assert ("Dewi" in str(appointed), "dewi@" in str(appointed)) == (False, False), "sealed"


async def test_a_form_that_is_sent_twice_at_once_makes_one_person(desk):
    form = {"name": "Dewi Lestari", "role": "auditor", "key": re.findall(r'name="key" value="([^"]+)"', await desk.page(desk.officer))[0]}
    answers = await asyncio.gather(*(desk.appoint(desk.officer, **form) for _ in range(2)))
    assert [each.status_code for each in answers] == [303, 303]
    assert len(await desk.office.told("person-appointed")) == 1
    other = await desk.appoint(desk.officer, **form | {"name": "Rina"})
    assert (other.status_code, len(await desk.office.told("person-appointed"))) == (303, 2)


async def test_an_appointment_is_of_whom_its_form_was_shown_to_and_comes_back_to_everybody_else(desk):
    mark = re.findall(r'name="bagi" value="([^"]+)"', await desk.page(desk.officer))[0]
    typed = {"name": "Dewi Lestari dari Kantor Dinas Pendidikan Contoh", "role": "auditor", "bagi": mark}
    answer = await desk.appoint(desk.administrator | {"sec-fetch-site": "same-origin"}, **typed)
    assert (answer.status_code, typed["name"] in answer.text, f'value="{mark}"' in answer.text) == (409, True, True)
    assert await desk.office.told("person-appointed") == []
    assert (await desk.appoint(desk.officer, **typed)).status_code == 303
    assert len(await desk.office.told("person-appointed")) == 1


async def test_an_administrator_begins_a_district_with_its_head_and_gives_no_post_that_opens_content(desk):
    refused = await desk.appoint(desk.administrator, name="Dewi", role="district-duty", email="dewi@contoh.invalid")
    assert refused.status_code == 403
    assert await desk.office.told("person-appointed") == []
    first = await desk.appoint(desk.administrator, name="Dewi", role="district-officer", kind="regency", email="dewi@contoh.invalid")
    assert first.status_code == 303
    told = await desk.page(desk.administrator)
    assert cards(told) == [("Dewi", "Pejabat dinas · sekolah kabupaten/kota")]
    assert "Cetak undangan masuk untuk Dewi" in told
    assert 'value="district-duty"' not in told


async def test_what_is_wrong_stands_at_its_field_with_what_was_typed_and_nothing_is_stored(desk):
    for typed, words in (
        ({"name": "Dewi", "role": "district-duty", "email": "dua@a.id, b@c.id"}, "Alamat surel ini tidak dapat dipakai"),
        ({"name": "Dewi", "role": "supervisor", "school": "tidak-ada"}, "Sekolah ini tidak dikenal"),
        ({"name": "Dewi", "role": "supervisor"}, "Peran dan tempat berlakunya tidak cocok"),
        ({"name": "Dewi"}, "Pilih perannya."),
        ({"role": "auditor"}, "Tuliskan nama lengkapnya."),
    ):
        answer = await desk.appoint(desk.officer, **typed)
        assert (answer.status_code, words in answer.text, f'value="{typed.get("name", "")}"' in answer.text) == (422, True, True), typed
    assert await desk.office.told("person-appointed") == []


async def test_nobody_dismisses_themselves_and_the_page_does_not_offer_it(desk):
    await desk.appoint(desk.officer, name="Dewi", role="district-officer", kind="regency", email="dewi@contoh.invalid")
    person = re.search(r'name="person" value="([^"]+)"', await desk.page(desk.officer))
    assert person
    herself = desk.who(person[1], "district-officer")
    told = await desk.page(herself)
    assert ("Ini Anda." in told, "Berhentikan Dewi" in told) == (True, False)
    data = {"person": person[1], "role": "district-officer", "kind": "regency"}
    refused = await desk.client.post("/intake/dinas/berhentikan", headers=herself, data=data)
    assert (refused.status_code, "dirinya sendiri" in refused.text) == (409, True)


async def test_it_asks_for_a_fresh_proof_and_is_for_nobody_else(desk):
    for role in ("district-duty", "coordinator", "auditor", "school-operator"):
        assert (await desk.client.get("/intake/dinas", headers=desk.who("x", role))).status_code == 403
    then = FixedClock(datetime.now(UTC) - timedelta(minutes=11))
    desk.who("kadis", "district-officer")
    keys = Keys("district", desk.office.kernel.settings.secret_source(), then)
    token = issue_token(keys, Identity("kadis", "person"), datetime.now(UTC) + timedelta(minutes=30))
    old = {"authorization": f"Bearer {token}"}
    refused = await desk.client.post("/intake/dinas/angkat", headers=old, data={"key": str(uuid4()), "name": "Dewi", "role": "auditor"})
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/proof-needed")
    assert (await desk.client.get("/intake/dinas", headers=old)).status_code == 200
