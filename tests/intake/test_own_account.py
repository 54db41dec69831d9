"""One's own account and a school's staff, over HTTP: fresh proofs, sessions that end, invitations and recovery by two people."""

from datetime import timedelta
from uuid import uuid4

import httpx
import pyotp
import pytest

from services.intake.accounts import signing_in
from services.intake.accounts.occasions import occasion_of
from services.intake.accounts.offered import ACCOUNT as OWN
from services.intake.domain.roster import ROSTER, Appoint
from shared.access import service_principal
from shared.clock import SystemClock
from shared.decider import execute
from shared.events import PersonAppointed, Post, Role
from shared.sessions.session import session_id
from tests.intake.accounts_browser import at_a_school
from tests.keys import bearer

pytestmark = pytest.mark.anyio


@pytest.fixture
async def browser(office, monkeypatch):
    monkeypatch.setattr(signing_in, "ANSWERED_AFTER", 0.0)
    async with at_a_school(office) as somebody:
        yield somebody


async def entered(browser, person: str) -> None:
    """Signed in with a proof of this moment."""
    sessions, kernel = browser.accounts.sessions, browser.office.kernel
    value = await sessions.begin(person, level="two-factor", way="password")
    browser.client.cookies.clear()
    browser.client.cookies.set(kernel.cookies.session, value)
    browser.client.cookies.set(kernel.cookies.used, kernel.cookies.use(session_id(value), kernel.clock.now()))


async def appointed(browser, person: str, role: Role, school: str | None) -> None:
    kernel = browser.office.kernel
    name = await kernel.vault.seal(person, "identity", person.capitalize(), f"person-{person}/name")
    told = PersonAppointed(person=person, post=Post(role, school), name=name)
    await execute(kernel.store, ROSTER, f"person-{person}", Appoint(told=told), occasion_of("district", kernel.clock))
    await browser.office.directory.caught_up(await kernel.store.head())
    kernel.posts.forget()


async def school(browser) -> str:
    return str((await browser.accounts.directory.schools())[0]["school"])


async def test_the_own_account_says_how_one_gets_in(browser):
    person = await browser.staff()
    await browser.opens(await browser.invited(person))
    assert (await browser.get(OWN)).status_code == 200
    assert "Budi Santoso" in browser.shown or "Citra Dewi" in browser.shown
    assert "Masih ada 10 kode cadangan" in browser.shown


async def test_what_changes_credentials_asks_for_a_fresh_proof(browser, monkeypatch):
    person = await browser.staff()
    await entered(browser, person)
    assert (await browser.get(f"{OWN}/sandi")).status_code == 200
    later = browser.office.kernel.clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(SystemClock, "now", lambda _: later)
    answer = await browser.get(f"{OWN}/sandi")
    assert (answer.status_code, answer.headers["location"]) == (303, "/intake/masuk?next=%2Fintake%2Fakun%2Fsandi&again=1")
    answer = await browser.get(answer.headers["location"])
    assert (answer.status_code, answer.headers["location"]) == (303, "/intake/bukti?next=%2Fintake%2Fakun%2Fsandi")


async def test_a_changed_password_ends_every_other_session_and_tells_the_person(browser):
    person = await browser.staff()
    await browser.opens(await browser.invited(person))
    await browser.accounts.sessions.begin(person, level="two-factor", way="password")
    await browser.get(f"{OWN}/sandi")
    code = pyotp.TOTP(browser.key()).now()
    answer = await browser.post(f"{OWN}/sandi", box=browser.hidden("box"), name="ani@contoh.invalid", password="sawah di kaki gunung", code=code)
    assert answer.status_code == 201
    assert len(await browser.accounts.listed.of(person, browser.office.kernel.clock.now())) == 1
    assert (await browser.get(OWN)).status_code == 200
    assert [each["message"] for each in await browser.office.told("account-holder-to-be-told")] == ["opened", "changed"]


async def test_the_last_way_in_is_not_removed(browser):
    person = await browser.staff()
    await browser.opens(await browser.invited(person))
    (held,) = (await browser.accounts.accounts.of(person)).of("password")
    assert (await browser.get(f"{OWN}/hapus/{held.id}")).status_code == 200
    assert (await browser.post(f"{OWN}/hapus/{held.id}")).status_code == 422
    assert (await browser.accounts.accounts.of(person)).open


# staff -------------------------------------------------------------------------------------------------------------

LIST = "/intake/akun-staf"


async def test_a_coordinator_invites_on_paper_and_the_link_opens_an_account(browser):
    person = await browser.staff()
    await appointed(browser, "dewi", "coordinator", await school(browser))
    await entered(browser, "dewi")
    assert (await browser.get(LIST)).status_code == 200
    answer = await browser.post(f"{LIST}/undang", person=person, way="paper")
    assert answer.status_code == 201
    address = browser.shown.partition('<p class="receipt">')[2].partition("</p>")[0]
    assert "<svg" in browser.shown
    browser.client.cookies.clear()
    await browser.opens(httpx.URL(address).path)
    assert (await browser.accounts.accounts.of(person)).open


async def test_a_mailed_link_is_not_shown_and_needs_an_address(browser):
    person = await browser.staff()
    await appointed(browser, "dewi", "coordinator", await school(browser))
    await appointed(browser, "eka", "counsellor", await school(browser))
    await entered(browser, "dewi")
    assert (await browser.post(f"{LIST}/undang", person=person, way="mail")).status_code == 422
    assert (await browser.post(f"{LIST}/undang", person="eka", way="mail")).status_code == 201
    assert "/intake/undangan/" not in browser.shown


@pytest.mark.parametrize(("role", "status"), [("counsellor", 403), ("auditor", 403), ("principal", 403)])
async def test_others_hand_out_no_invitations(browser, role, status):
    person = await browser.staff()
    await appointed(browser, "dewi", role, None if role == "auditor" else await school(browser))
    await entered(browser, "dewi")
    assert (await browser.post(f"{LIST}/undang", person=person)).status_code == status


async def test_whoever_is_of_another_school_or_above_or_nobody_is_one_answer(browser):
    mine = await school(browser)
    await appointed(browser, "dewi", "coordinator", mine)
    await appointed(browser, "fajar", "coordinator", "another-school")
    await appointed(browser, "gita", "system-administrator", None)
    await entered(browser, "dewi")
    for person in ("fajar", "gita", "tidak-ada", "dewi"):
        for path in ("undang", "pulihkan", "tegaskan"):
            assert (await browser.post(f"{LIST}/{path}", person=person)).status_code == 404


async def test_two_people_of_the_school_recover_an_account(browser):
    person, mine = await browser.staff(), await school(browser)
    await browser.opens(await browser.invited(person))
    await appointed(browser, "dewi", "coordinator", mine)
    await appointed(browser, "eka", "principal", mine)
    await entered(browser, "dewi")
    assert (await browser.post(f"{LIST}/pulihkan", person=person)).status_code == 303
    assert await browser.accounts.listed.of(person, browser.office.kernel.clock.now()) == []
    assert (await browser.post(f"{LIST}/tegaskan", person=person)).status_code == 409
    await entered(browser, "eka")
    assert (await browser.post(f"{LIST}/tegaskan", person=person, way="paper")).status_code == 201
    assert (await browser.accounts.accounts.of(person)).credentials == {}


async def test_the_operator_invites_by_a_whole_name_that_one_person_has(browser):
    headers = bearer(browser.office.kernel.settings, service_principal("operator"))

    async def invited(told: str) -> httpx.Response:
        return await browser.client.post("/intake/api/invitations", json={"person": told}, headers=headers | {"idempotency-key": str(uuid4())})

    answer = await invited("  budi  SANTOSO ")
    assert (answer.status_code, answer.json()["name"]) == (201, "Budi Santoso")
    assert (await invited("Budi")).status_code == 404
    for person in ("dewi", "DEWI"):
        await appointed(browser, person, "coordinator", await school(browser))
    assert [each["code"] for each in (await invited("Dewi")).json()["errors"]] == ["several-people"]
    assert (await invited("dewi")).status_code == 201


async def test_the_operator_of_the_district_invites_and_recovers_over_the_api(browser):
    person = await browser.staff()
    headers = bearer(browser.office.kernel.settings, service_principal("operator")) | {"idempotency-key": str(uuid4())}
    answer = await browser.client.post("/intake/api/invitations", json={"person": person}, headers=headers)
    assert answer.status_code == 201
    await browser.opens(httpx.URL(answer.json()["address"]).path)
    again = await browser.client.post("/intake/api/invitations", json={"person": person}, headers=headers)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/account-exists")
    recovered = await browser.client.post("/intake/api/invitations", json={"person": person, "recover": True, "way": "mail"}, headers=headers)
    assert (recovered.status_code, recovered.json()["type"]) == (422, "/problems/no-mail-address")
    recovered = await browser.client.post("/intake/api/invitations", json={"person": person, "recover": True}, headers=headers)
    assert recovered.status_code == 201
    assert not (await browser.accounts.accounts.of(person)).open
